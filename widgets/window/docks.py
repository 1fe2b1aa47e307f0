"""Docks: the panels around the table, each with a title, a purpose, and a place that is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QWidget


def add_dock(window: QMainWindow, name: str, title: str, view: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
    """Put a view into a dock; `name` identifies it in the saved layout."""
    dock = QDockWidget(title, window)
    dock.setObjectName(name)
    dock.setWidget(view)
    dock.setAccessibleName(title)
    window.addDockWidget(area, dock)
    return dock


def tabbed(window: QMainWindow, docks: list[QDockWidget]) -> None:
    """Lay docks over each other, the first on top."""
    for lower, upper in pairwise(docks):
        window.tabifyDockWidget(lower, upper)
    docks[0].raise_()


def keep_share(window: QMainWindow, docks: list[QDockWidget], grown: float) -> None:
    """Let what lies below grow with the window, by a factor; Qt gives all to the middle."""
    bottom = Qt.DockWidgetArea.BottomDockWidgetArea
    below = [d for d in docks if d.isVisible() and not d.isFloating() and window.dockWidgetArea(d) == bottom]
    if below:
        height = max(dock.height() + tabs_of(window, dock) for dock in below)
        window.resizeDocks(below[:1], [round(height * grown)], Qt.Orientation.Vertical)


def tabs_of(window: QMainWindow, dock: QDockWidget) -> int:
    """What the tabs of docks that lie over each other take of the height, which Qt counts as theirs."""
    if not window.tabifiedDockWidgets(dock):
        return 0
    bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return max((bar.height() for bar in bars if bar.isVisible()), default=0)


def all_docks(window: QMainWindow) -> Iterator[QDockWidget]:
    """The docks of a window in the order of adding."""
    yield from window.findChildren(QDockWidget)

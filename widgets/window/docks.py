"""Docks: the panels around the table, each with a title, a purpose, and a place that is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget


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


def all_docks(window: QMainWindow) -> Iterator[QDockWidget]:
    """The docks of a window in the order of adding."""
    yield from window.findChildren(QDockWidget)

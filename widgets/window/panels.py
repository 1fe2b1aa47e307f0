"""The panels by keyboard: from one to the next, out of the window and back, closed; and the way of Tab through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QDockWidget, QTabBar, QWidget

from widgets.look.focus_ring import show_ring
from widgets.window.actions import Command

if TYPE_CHECKING:
    from widgets.window.main_window import MainWindow

__all__ = ["Panels", "is_unseen"]

Reason = Qt.FocusReason


class Panels:
    """The table and the docks around it that are seen. What the others have is left out by all keys."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def commands(self) -> list[Command]:
        """What of it is in the menus."""
        return [
            Command("&View"),
            Command("&View", "Go to the next panel", lambda: self.go(1), "F6"),
            Command("&View", "Go to the previous panel", lambda: self.go(-1), "Shift+F6"),
            Command("&View", "Panel out of the window, or back", self.float_current),
            Command("&View", "Close the panel", self.close_current, "Ctrl+F4"),
        ]

    def go(self, step: int) -> None:
        """Into the next (or with -1 the previous) panel, where one was in it last."""
        stops = self._stops()
        here = next((n for n, stop in enumerate(stops) if has_focus(stop)), 0)
        enter(stops[(here + step) % len(stops)])

    def float_current(self) -> None:
        """Take the panel that has the focus out of the window, or put it back."""
        if (dock := self._current()) is not None:
            dock.setFloating(not dock.isFloating())
            dock.window().activateWindow()
            enter(dock.widget())

    def close_current(self) -> None:
        """Close the panel that has the focus; its command in the menu opens it again."""
        if (dock := self._current()) is not None:
            self.go(-1)
            dock.close()

    def _stops(self) -> list[QWidget]:
        seen = [dock.widget() for dock in self._window.docks if not dock.visibleRegion().isEmpty()]
        return [self._window.views.work.table, *seen]

    def _current(self) -> QDockWidget | None:
        return next((dock for dock in self._window.docks if has_focus(dock)), None)


def enter(view: QWidget) -> None:
    """Give the focus to what had it in a view last, else to its first list or picture, else to what comes first."""
    if popup := QApplication.activePopupWidget():
        popup.close()  # suggestions that are open would go on taking the keys
    last = view.focusWidget()
    parts = [view, *view.findChildren(QWidget)]
    ready = [part for part in parts if part.isVisibleTo(view) and part.focusPolicy() & Qt.FocusPolicy.TabFocus]
    areas = [part for part in ready if isinstance(part, QAbstractScrollArea)]
    chosen = last if last in ready else next(iter([*areas, *ready]), view)
    chosen.setFocus(Reason.TabFocusReason)
    show_ring(chosen)


def has_focus(view: QWidget) -> bool:
    """Whether the focus is on a view or in it."""
    focus = QApplication.focusWidget()
    return focus is not None and (focus is view or view.isAncestorOf(focus))


def is_unseen(widget: QWidget) -> bool:
    """Whether it lies in a panel behind others, where Qt would take Tab as well, or is the tabs of no panel."""
    part: QWidget | None = widget
    while part is not None and not isinstance(part, QDockWidget | QTabBar):
        part = part.parentWidget()
    return part is not None and part.visibleRegion().isEmpty()

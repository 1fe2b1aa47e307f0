"""Clearing: the one command that empties the window, the one that takes it back, and the account of what is kept."""

from __future__ import annotations

from typing import Final

from app.session import UNDO_S
from widgets.window.account import MEANINGS, talkers
from widgets.window.actions import Command
from widgets.window.banner import Offer
from widgets.window.main_window import MainWindow
from widgets.window.shortcuts_sheet import ShortcutsSheet

__all__ = ["Clearing"]

MOST_TALKERS: Final = 50


class Clearing:
    """Clears the capture of a window. Sources go on, and whoever had paused watches again: nothing is left to hold."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._session = window.session

    def commands(self) -> list[Command]:
        """What of it is in the menus."""
        return [
            Command("&Capture", "Clear", self.clear, "Ctrl+Shift+X", "eraser"),
            Command("&Capture", "Undo clear", self.undo, "Ctrl+Shift+Z", "undo-2"),
            Command("&Capture", "What is kept…", self.show_account),
        ]

    def clear(self) -> None:
        """Empty table, traces, latency, map, findings and gauges."""
        rows = self._session.clear()
        self._window.focus.hold(None)
        self._window.views.work.table.follow()
        self._window.banner.say(f"{told(rows)} cleared.", Offer("Undo", self.undo, UNDO_S))

    def undo(self) -> None:
        """Bring back what was cleared."""
        cleared, back = self._session.clearing, self._session.undo_clear()
        if cleared is None or back is None:
            self._window.banner.say(f"There is nothing to bring back: clearing can be undone for {UNDO_S:.0f} seconds.")
        elif back < cleared.rows:
            gone = told(cleared.rows - back)
            self._window.banner.say(f"{told(back)} came back; {gone} had to make room for newer ones.")
        else:
            self._window.banner.hide()

    def show_account(self) -> None:
        """What the numbers of the status bar mean, and what became of the events of each source and category."""
        rows = [*MEANINGS, *talkers(self._session, MOST_TALKERS)]
        ShortcutsSheet(self._window, "What is kept", rows).open()


def told(rows: int) -> str:
    """So many events."""
    return "1 event" if rows == 1 else f"{rows:,} events"

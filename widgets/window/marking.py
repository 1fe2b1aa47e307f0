"""Marking: what tables ask of the window when rows are marked, coloured, hidden, or gone to."""

from __future__ import annotations

from app.filter.clause import conjuncts
from widgets.colours.dialog import ColoursDialog
from widgets.table.event_table import EventTable
from widgets.table.place_dialog import PlaceDialog
from widgets.window.actions import Command
from widgets.window.main_window import MainWindow

__all__ = ["Marking"]

HIDING = "-is:ignored"
"""The clause that hides ignored rows."""


class Marking:
    """Answers the table of a window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._work = window.views.work
        table = self._work.table
        table.said.connect(window.banner.say)
        table.place_wanted.connect(self.ask_place)
        table.colour_wanted.connect(self.show_colours)
        table.ignored_toggled.connect(self.toggle_ignored)

    def commands(self) -> list[Command]:
        """What of it is in the menus."""
        return [
            Command("&View"),
            Command("&View", "Go to a number or time…", lambda: self.ask_place(self._work.table), "Ctrl+G"),
            Command("&View", "Colour rules…", self.show_colours),
        ]

    def ask_place(self, table: EventTable) -> None:
        """Ask where to go in a table."""
        dialog = PlaceDialog(table, self._window)
        dialog.open()
        dialog.line.setFocus()

    def show_colours(self, filter_text: str | None = None) -> None:
        """Show the colour rules, with a new one when a filter is given."""
        ColoursDialog(self._window, self._window.session, filter_text).open()

    def toggle_ignored(self) -> None:
        """Hide ignored rows, or show them again; the filter says which."""
        bar = self._work.filter_bar
        if HIDING in map(str, conjuncts(bar.text)):
            bar.remove(HIDING)
        else:
            bar.join(HIDING)

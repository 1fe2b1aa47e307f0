"""Marking: what tables ask of the window when rows are marked, coloured, waited for, hidden, or gone to."""

from __future__ import annotations

from functools import partial

from app.filter.clause import conjuncts
from widgets.colours.dialog import ColoursDialog
from widgets.table.event_table import EventTable
from widgets.table.place_dialog import PlaceDialog
from widgets.triggers.dialog import TriggersDialog
from widgets.window.actions import Command
from widgets.window.banner import Offer
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
        table.trigger_wanted.connect(self.show_triggers)
        self._work.firings.told.connect(self._alert)
        table.ignored_toggled.connect(self.toggle_ignored)

    def commands(self) -> list[Command]:
        """What of it is in the menus."""
        return [
            Command("&View"),
            Command("&View", "Go to a number or time…", lambda: self.ask_place(self._work.table), "Ctrl+G"),
            Command("&View", "Colour rules…", self.show_colours),
            Command("&View", "Triggers…", self.show_triggers, "", "zap"),
        ]

    def ask_place(self, table: EventTable) -> None:
        """Ask where to go in a table."""
        dialog = PlaceDialog(table, self._window)
        dialog.open()
        dialog.line.setFocus()

    def show_colours(self, filter_text: str | None = None) -> None:
        """Show the colour rules, with a new one when a filter is given."""
        ColoursDialog(self._window, self._window.session, filter_text).open()

    def show_triggers(self, filter_text: str | None = None) -> None:
        """Show the triggers, with a new one when a filter is given."""
        TriggersDialog(self._window, self._window.session, filter_text).open()

    def show_row(self, seq: int) -> None:
        """Select a row in the table, or say why that is not possible."""
        store, focus, bar = self._window.session.store, self._window.focus, self._work.filter_bar
        if not store.keeps(seq):
            self._window.banner.say(f"Row {seq:,} is not kept any more.")
        elif focus.horizon is not None and seq >= focus.horizon:
            self._window.banner.say(f"Row {seq:,} came after the window was paused; go on to see it.")
        elif self._work.table.jumps.row_of(seq) is None:
            clear = Offer("Clear the filter", partial(bar.propose, ""))
            self._window.banner.say(f"The filter hides row {seq:,}.", clear)
        else:
            focus.choose(store, seq)

    def toggle_ignored(self) -> None:
        """Hide ignored rows, or show them again; the filter says which."""
        bar = self._work.filter_bar
        if HIDING in map(str, conjuncts(bar.text)):
            bar.remove(HIDING)
        else:
            bar.join(HIDING)

    def _alert(self, sentence: str, seq: int) -> None:
        """A trigger fired: say so, and offer the row."""
        self._window.alerts.say(sentence, Offer("Show", partial(self.show_row, seq)))

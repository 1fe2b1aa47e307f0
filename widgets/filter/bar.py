"""The filter bar: the line in which a filter is written, what it lets through, and buttons that write it by click."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.display import display
from app.filter.clause import How, joined
from app.filter.effective import Effective, all_off, inverted, without
from app.filter.matches import Matches
from app.session import Session
from app.table_setup import TableSetup
from widgets.filter.against import Against
from widgets.filter.bar_layout import in_order, lay_out
from widgets.filter.category_chips import CategoryChips
from widgets.filter.completion import Completion
from widgets.filter.edit import FilterEdit
from widgets.filter.found_line import FoundLine
from widgets.filter.in_force import InForce
from widgets.filter.modes import ModeButtons
from widgets.filter.muted_button import MutedButton
from widgets.filter.note import Note
from widgets.filter.phase_toggles import HIDDEN_AT_FIRST, PhaseToggles
from widgets.filter.saved_filters import SavedFilters
from widgets.filter.verdict import Edge, Verdict, judged
from widgets.focus import Focus
from widgets.look.text import elided
from widgets.look.tooltips import plain_tooltip

__all__ = ["FilterBar"]

DEBOUNCE_MS: Final = 150
REFRESH_S: Final = 0.1
"""Counts change ten times a second at most: faster ones cannot be read."""

NOTHING: Final = Verdict(Edge.DOUBTFUL, "No row matches so far.")


class FilterBar(QWidget):
    """Emits `filter_changed` with an `app.filter.effective.Effective` whenever another one is to be applied.

    What is kept of it (saved filters, muted types, history) is in the table's setup; who changes that
    there, as the menu of a cell does, is followed at the next tick.
    """

    filter_changed = Signal(object)
    left = Signal()

    def __init__(self, session: Session, focus: Focus, matches: Matches, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._verdict = Verdict(Edge.EMPTY)
        self._refreshed = 0.0
        self._against = Against(session.store)
        self.found = FoundLine(matches)
        self.edit = FilterEdit(Completion(session), self.found.give_up)
        self.modes = ModeButtons()
        self.saved = SavedFilters()
        self.muted = MutedButton()
        self.chips = CategoryChips()
        self.phases = PhaseToggles(session.settings.hidden_phases or HIDDEN_AT_FIRST)
        self._in_force = InForce(session, self.phases.clause, self)
        self.whole = elided("", "number")
        self.note = Note()
        self._pause = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._row = lay_out(self)
        self._connect()
        self._show_text("")

    @property
    def text(self) -> str:
        """What is written in the line."""
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Write `text` and apply it at once."""
        self.edit.setText(text)
        self.apply()

    def propose(self, text: str) -> None:
        """Apply a filter that another view asks for; an empty one shows everything, all phases included."""
        if not text:
            self.phases.show_all()
        self._take(text, self._in_force.setup if text else all_off(self._in_force.setup))
        self._in_force.remember()

    def prepare(self, text: str) -> None:
        """Write `text`, to be changed before it is applied."""
        self.edit.setText(text)
        self._pause.stop()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def join(self, clause: str, how: How = "and", apply: bool = True) -> None:
        """Narrow or widen what is written by a clause."""
        text = joined(self.text, clause, how)
        if apply:
            self.set_text(text)
            self._in_force.remember()
        else:
            self.prepare(text)

    def invert(self) -> None:
        """Show what the filter hides, and hide what it shows."""
        self._take(*inverted(self._in_force.text, self._in_force.setup))

    def remove(self, clause: str) -> None:
        """Take a clause out of whatever it came from: the line, a saved filter, the muted types or the phases."""
        if clause == self._in_force.phases:
            self.phases.show_all()
            self._in_force.renew()
        else:
            self._take(*without(self._in_force.text, self._in_force.setup, clause))

    def focus_filter(self) -> None:
        """Go to the line, to write."""
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    def begin(self, letters: str) -> None:
        """Somebody began to type in the table: go on here, behind what is written."""
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit.end(False)
        self.edit.insert(f" {letters}" if self.text.strip() else letters)

    def tick(self) -> None:
        """Follow what was changed elsewhere, from the start on; bring the counts up to date when it is time."""
        self._in_force.follow()
        now = time.monotonic()
        if now - self._refreshed >= REFRESH_S:
            self._refreshed = now
            self._show_counts()

    def apply(self) -> None:
        """Apply the text if it is a filter, else say what is wrong with it."""
        self._pause.stop()
        self._judge()
        if self._verdict.edge is not Edge.WRONG:
            self._in_force.apply(self.text)
        self._show_verdict(self._verdict)

    def _take(self, text: str, setup: TableSetup) -> None:
        """Another text and another setup, applied together."""
        self.edit.setText(text)
        self._in_force.arrange(setup)
        self.apply()

    def _show_setup(self, setup: TableSetup) -> None:
        self.edit.show_history(setup.history)
        self.saved.show_filters(setup.filters)
        self.muted.show_types(setup.muted)
        self.modes.show_setup(setup)
        self._show_whole()
        in_order(self)

    def _judge(self) -> None:
        self._verdict = judged(self.text, self._session.store)

    def _show_verdict(self, verdict: Verdict) -> None:
        self.edit.show_verdict(verdict)
        self.note.say(verdict, self.edit.hasFocus())

    def _typed(self, text: str) -> None:
        self._judge()
        self.edit.show_verdict(self._verdict)
        self._show_text(text)
        self._pause.start()

    def _show_text(self, text: str) -> None:
        self.chips.show_text(text)
        self.phases.show_text(text)
        self.saved.show_line(text)

    def _filter_again(self, made: Effective) -> None:
        self._show_whole()
        self.filter_changed.emit(made)

    def _show_whole(self) -> None:
        """What all buttons and the line say together, where it is more than the line."""
        whole, setup = self._in_force.whole, self._in_force.setup
        self.whole.setText(f"= {display(whole)}" if whole else "")
        self.whole.setToolTip(plain_tooltip(whole))
        self._row.setVisible(bool(setup.filters or setup.muted) or not self.saved.name_line.isHidden())

    def _show_counts(self) -> None:
        self.found.tick()
        if self._focus.horizon is None:
            if self.chips.show_counts(self._session.tally.categories):
                in_order(self)
            self.phases.show_counts(self._session.tally.phases)
        if not self._pause.isActive():
            empty = self._verdict.edge is Edge.RIGHT and self._session.store.kept and not len(self.found.matches)
            self._show_verdict(self._nothing() if empty and not self.found.searching else self._verdict)

    def _nothing(self) -> Verdict:
        """That no row matches, and why if recent events tell."""
        against = self._against.ask(self._in_force.text)
        return Verdict(Edge.DOUBTFUL, against) if against else NOTHING

    def _unmute(self, types: Sequence[str]) -> None:
        self._in_force.change(muted=self._in_force.setup.unmuting(*types).muted)

    def _ask_to_keep(self) -> None:
        self._row.show()
        self.saved.ask_to_keep()

    def _written(self, text: str) -> None:
        self.set_text(text)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _entered(self) -> None:
        self.apply()
        self._in_force.remember()

    def _deserted(self) -> None:
        """The writer went elsewhere: what was being written counts, what was only prepared does not."""
        if self._pause.isActive():
            self.apply()
        self._in_force.remember()

    def _connect(self) -> None:
        self._in_force.changed.connect(self._filter_again)
        self._in_force.arranged.connect(self._show_setup)
        self._pause.timeout.connect(self.apply)
        self.edit.textChanged.connect(self._typed)
        self.edit.entered.connect(self._entered)
        self.edit.taken.connect(self.apply)
        self.edit.deserted.connect(self._deserted)
        self.edit.left.connect(self.left)
        self.edit.keep_asked.connect(self._ask_to_keep)
        self.edit.history_cleared.connect(lambda: self._in_force.change(history=()))
        self.saved.changed.connect(lambda filters: self._in_force.change(filters=filters))
        self.saved.written.connect(self._written)
        self.muted.unmuted.connect(self._unmute)
        self.modes.changed.connect(lambda changes: self._in_force.change(**changes))
        self.chips.text_changed.connect(self.set_text)
        self.phases.changed.connect(self._in_force.renew)

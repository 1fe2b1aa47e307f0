"""Notes: what the reader writes down about rows of a table, and how the table follows when that changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QToolTip

from app.columns.wording import moment
from app.filter.marked import reads_marks
from app.marks import Mark, Reference, TooManyMarks
from app.store.stored import StoredEvent
from widgets.table.comment_line import CommentLine

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable

__all__ = ["Notes"]


class Notes(QObject):
    """Marks, comments and colours of one table's rows. All tables of a session share what is noted."""

    def __init__(self, table: EventTable) -> None:
        super().__init__(table)
        self.line = CommentLine(table)
        self.line.written.connect(self._comment)
        self._table = table
        self._session = table.session
        self._marks = table.session.marks
        self._seen = self._versions()
        table.hunt.failed.connect(self._say_none)

    def tick(self) -> None:
        """Follow what was noted since, here or elsewhere, and the colour rules of the settings."""
        if self._session.settings.table.colours is not self._session.colours.rules:
            self._session.colours.set_rules(self._session.settings.table.colours)
        before, self._seen = self._seen, self._versions()
        if before[0] != self._seen[0]:
            self._test_anew()
        if before != self._seen or self._session.colours.pending:
            self._table.repaint_rows()

    def toggle(self, seq: int, kind: Mark) -> None:
        """Mark or ignore an event, or take that back."""
        self._note(lambda: self._marks.toggle(seq, kind))

    def toggle_row(self, row: int) -> None:
        """Mark the event of a row, or unmark it."""
        seq = self._table.rows.seq_at(row)
        if seq is not None:
            self.toggle(seq, Mark.MARKED)

    def edit_comment(self, seq: int) -> None:
        """Open the line in which its comment is written."""
        self.line.open(seq, self._marks.comment(seq))

    def count_from(self, event: StoredEvent) -> None:
        """Count times from an event, or no longer when they are counted from it already."""
        now = self._marks.reference
        is_it = now is not None and now.seq == event.seq
        self._marks.refer(None if is_it else Reference(event.seq, moment(event)))
        self.tick()

    def paint_conversation(self, correlation_id: str, number: int) -> None:
        """Colour the conversation with tone `number`, or take that tone off it."""
        self._session.colours.paint_conversation(correlation_id, number)
        self.tick()

    def clear_conversations(self) -> None:
        """Take the colours of all conversations off."""
        self._session.colours.clear_conversations()
        self.tick()

    def _test_anew(self) -> None:
        """Marks have changed: filters that ask for them select other rows."""
        listing, lit = self._table.rows.listing, self._table.lit
        if reads_marks(listing.filter.tree):
            self._table.set_filter(listing.filter)
        if lit is not None and reads_marks(lit.filter.tree):
            lit.set_filter(lit.filter)

    def _comment(self, seq: int, text: str) -> None:
        self._note(lambda: self._marks.set_comment(seq, text))

    def _note(self, change: Callable[[], object]) -> None:
        """Change the marks; when there is no room, notes on rows that are gone make some."""
        try:
            change()
        except TooManyMarks:
            self._marks.prune(self._session.store.kept_of)
            try:
                change()
            except TooManyMarks as error:
                self._table.said.emit(str(error))
        self.tick()

    def _say_none(self) -> None:
        """A jump led nowhere; whoever asked for it looks at the current row."""
        if self._table.hasFocus():
            place = self._table.visualRect(self._table.currentIndex()).bottomLeft()
            QToolTip.showText(self._table.viewport().mapToGlobal(place), "There is none further on.", self._table)

    def _versions(self) -> tuple[int, int]:
        return self._marks.version, self._session.colours.version

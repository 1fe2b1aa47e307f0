"""The comment line: a line at a row, to write a comment on it. Enter keeps it, Esc leaves it as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.marks import LONGEST_COMMENT

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable

__all__ = ["CommentLine"]

LEAST_WIDTH: Final = 320


class CommentLine(QLineEdit):
    """Lies over the row that it is about; `written` gives the row's event and the text."""

    written = Signal(object, str)  # seq: int, text

    def __init__(self, table: EventTable) -> None:
        super().__init__(table)
        self._table = table
        self._seq: int | None = None
        self.setObjectName("comment")
        self.setAccessibleName("comment on the row")
        self.setPlaceholderText("Comment; Enter keeps it, Esc leaves it as it was, an empty one takes it away")
        self.setMaxLength(LONGEST_COMMENT)
        self.hide()
        for bar in (table.verticalScrollBar(), table.horizontalScrollBar()):
            bar.valueChanged.connect(self._place)

    def open(self, seq: int, text: str) -> None:
        """Write the comment on an event, which has `text` so far."""
        self._seq = seq
        self.setText(text)
        self._place()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._end(keep=True)
        elif event.key() == Qt.Key.Key_Escape:
            self._end(keep=False)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was written is kept when one goes elsewhere."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._end(keep=True)

    def _end(self, *, keep: bool) -> None:
        seq, self._seq = self._seq, None
        if seq is None:
            return
        if keep:
            self.written.emit(seq, self.text())
        self.hide()
        self._table.setFocus()

    def _place(self) -> None:
        """At the right end of its row, or where that is when it is scrolled away."""
        row = self._table.jumps.row_of(self._seq)
        if row is not None:
            view, height = self._table.viewport().geometry(), self._table.rowHeight(row)
            width = max(view.width() // 2, min(LEAST_WIDTH, view.width()))
            top = view.top() + self._table.rowViewportPosition(row)
            self.setGeometry(QRect(view.right() - width, top, width, height))

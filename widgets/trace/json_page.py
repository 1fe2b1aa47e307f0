"""The JSON page: a trace as an export would write it, secrets replaced."""

from __future__ import annotations

import io
from typing import Final

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.display import display
from app.exports import write
from app.store.store import Evicted, Store
from app.traces.nodes import Trace
from widgets.look.fonts import mono_font

__all__ = ["JsonPage"]

MOST_ROWS: Final = 500
"""An export has all of them."""
MORE: Final = "… {count:,} more rows are in the export (Ctrl+E)"
GONE: Final = "These events were evicted meanwhile."
LINE_LIMIT: Final = 20_000


class JsonPage(QPlainTextEdit):
    """Text that can be selected and copied."""

    def __init__(self, store: Store, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setAccessibleName("JSON of the trace")

    def show_trace(self, trace: Trace) -> None:
        """Show a trace; who scrolled stays where they are."""
        text = self._text(trace)
        if text != self.toPlainText():
            at = self.verticalScrollBar().value()
            self.setFont(mono_font(scale=0.92))
            self.setPlainText(text)
            self.verticalScrollBar().setValue(at)

    def select_seq(self, seq: int | None) -> bool:
        """Text has no rows to select."""
        return seq is not None

    def next_error(self, step: int = 1) -> None:
        """Go to the next mention of an error."""
        self.find('"error"')

    def _text(self, trace: Trace) -> str:
        out, seqs = io.BytesIO(), [seq for seq, _, _ in trace.rows()]
        try:
            write("json", self._store, seqs[:MOST_ROWS], out, trace=trace)
        except Evicted:
            return GONE
        lines = [display(line, limit=LINE_LIMIT) for line in out.getvalue().decode("utf-8", "replace").splitlines()]
        more = [MORE.format(count=len(seqs) - MOST_ROWS)] if len(seqs) > MOST_ROWS else []
        return "\n".join([*lines, *more])

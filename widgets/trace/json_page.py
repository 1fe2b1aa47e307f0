"""The JSON page: a trace as an export would write it, secrets replaced."""

from __future__ import annotations

import io
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.display import display
from app.exports import write
from app.store.lookup import Lookup
from app.store.store import Evicted, Store
from app.traces.nodes import Trace
from widgets.look.fonts import mono_font

__all__ = ["JsonPage"]

MOST_ROWS: Final = 500
"""An export has all of them."""
MORE: Final = "… {count:,} more rows are in the export (Ctrl+E)"
GONE: Final = "These events are no longer kept: they were cleared, or evicted to stay within the memory budget."
UNWRITTEN: Final = "This trace could not be written as JSON. The log has the details."
LINE_LIMIT: Final = 20_000


class JsonPage(QPlainTextEdit):
    """Text that can be selected and copied."""

    def __init__(self, store: Store, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._trace = Trace("")
        self._shown = ""
        self._lookup = Lookup("write a trace as JSON")
        self.copyAvailable.connect(self._catch_up)
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setAccessibleName("JSON of the trace")

    def show_trace(self, trace: Trace) -> None:
        """Show a trace; who scrolled stays where they are, and what is selected stays until it is let go."""
        self._trace = trace
        if self.textCursor().hasSelection() and trace.correlation_id == self._shown:
            return
        seqs = [seq for seq, _, _ in trace.rows()]
        show = partial(self._show, trace.correlation_id)
        self._lookup.ask(partial(text_of, self._store, trace, seqs), show, failed=lambda _: show(UNWRITTEN))

    def _show(self, correlation_id: str, text: str) -> None:
        self._shown = correlation_id
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

    def _catch_up(self, selected: bool) -> None:
        """What came while something was selected is shown once that is let go."""
        if not selected:
            QTimer.singleShot(0, self, lambda: self.show_trace(self._trace))


def text_of(store: Store, trace: Trace, seqs: list[int]) -> str:
    """What is shown of a trace with these rows. Any thread may ask."""
    out = io.BytesIO()
    try:
        write("json", store, seqs[:MOST_ROWS], out, trace=trace)
    except Evicted:
        return GONE
    lines = [display(line, limit=LINE_LIMIT) for line in out.getvalue().decode("utf-8", "replace").splitlines()]
    more = [MORE.format(count=len(seqs) - MOST_ROWS)] if len(seqs) > MOST_ROWS else []
    return "\n".join([*lines, *more])

"""The list of traces: the latest ones, newest first, each with how it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.commands.row_text import clock_time
from app.display import display
from app.traces.saga import SagaState
from app.traces.summary import TraceState, TraceSummary
from widgets.look.cards import Card, CardList, CardModel
from widgets.look.text import label
from widgets.look.tools import tool
from widgets.trace.rows import counted
from widgets.trace.time import span_text

__all__ = ["STATES", "TraceList"]

STATES: Final = {
    TraceState.OPEN: ("play", "accent"),
    TraceState.QUIET: ("circle-outline", "muted"),
    TraceState.COMPLETE: ("check", "ok"),
    TraceState.STUCK: ("clock", "high"),
}
"""Glyph and colour of each state; its word stands beside them."""

SAGAS: Final = {
    SagaState.RUNNING: ("play", "accent"),
    SagaState.COMPLETED: ("check", "ok"),
    SagaState.COMPENSATED: ("undo-2", "undo"),
    SagaState.FAILED: ("circle-x", "critical"),
    SagaState.STUCK: ("clock", "high"),
}
"""The same of a saga."""

NO_TRACES: Final = "No traces yet. Events that carry a correlation id appear here as one trace each."
NO_ERRORS: Final = "No trace had an error so far. Press “Errors only” again to see them all."


class TraceList(QWidget):
    """Shows summaries; going to one tells its correlation id."""

    opened = Signal(object)  # correlation id: str
    changed = Signal()
    """What the list should hold is another: errors only or all, or the newest are wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = label("Traces", "strong")
        self.newer = tool("0 newer", "Show the newest traces", "arrow-right")
        self.errors_only = tool(
            "Errors only", "List only traces in which something went wrong", "circle-x", checkable=True
        )
        self._empty = label(NO_TRACES, "hint", wrap=True)
        self.saga_state: Callable[[TraceSummary], SagaState | None] = lambda trace: None
        """How a trace stands as a saga, None for an ordinary one."""
        model: CardModel[TraceSummary] = CardModel(lambda trace: trace.correlation_id, self._card, self)
        self.list: CardList[TraceSummary] = CardList(model, "traces, newest first")
        self._jump = True
        self._lay_out()
        self._connect()

    def show_traces(self, traces: list[TraceSummary], *, anew: bool = False) -> None:
        """Show these, newest first; while somebody reads the list nothing moves, unless those of before are no more."""
        if self._jump or anew:
            self._jump = False
            self.list.show_newest(traces)
        else:
            self.list.offer(traces)
        some = bool(self.list.cards.items)
        self.list.setVisible(some)
        self._empty.setVisible(not some)
        self._empty.setText(NO_ERRORS if self.errors_only.isChecked() else NO_TRACES)

    def select(self, correlation_id: str | None) -> None:
        """Mark a trace as the one that is open."""
        self.list.select(correlation_id)

    def _card(self, trace: TraceSummary) -> Card:
        return card_of(trace, self.saga_state(trace))

    def _connect(self) -> None:
        self.list.chosen.connect(lambda trace: self.opened.emit(trace.correlation_id))
        self.list.waiting_changed.connect(self._show_waiting)
        self.errors_only.toggled.connect(lambda _: self._show_newest())
        self.newer.clicked.connect(self._show_newest)

    def _show_newest(self) -> None:
        self._jump = True
        self.changed.emit()

    def _show_waiting(self, count: int) -> None:
        self.newer.setText(f" {count:,} newer")
        self.newer.setVisible(count > 0)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 8, 4)
        head.setSpacing(4)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self.newer)
        head.addWidget(self.errors_only)
        self.newer.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        self._empty.setContentsMargins(8, 4, 8, 4)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._empty, 1)


def card_of(trace: TraceSummary, saga: SagaState | None = None) -> Card:
    """A trace in two lines."""
    icon, tone = STATES[trace.state] if saga is None else SAGAS[saga]
    if trace.errors and saga in (None, SagaState.RUNNING, SagaState.COMPLETED):
        icon, tone = "circle-x", "critical"
    errors = f" · {counted(trace.errors, 'error')}" if trace.errors else ""
    who, word = display(trace.producer or trace.source or ""), str(saga or trace.state)
    parts = (clock_time(trace.started_at)[:8], word, counted(trace.events, "event") + errors, who)
    return Card(
        icon=icon,
        tone=tone,
        word=f"saga {saga}" if saga else str(trace.state),
        title=display(trace.root_type or "(no type)"),
        figure=span_text(trace.duration_ns) if trace.duration_ns > 0 else "",
        line=" · ".join(filter(None, parts)),
    )

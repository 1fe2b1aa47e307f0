"""The head of the trace view: which trace is open, how it stands, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.commands.row_text import clock_time
from app.display import display
from app.traces.events import TracedEvent
from app.traces.nodes import NodeKind, Trace
from app.traces.saga import SagaState
from app.traces.spans import SPAN
from app.traces.summary import TraceState
from widgets.keys.tips import stands_for
from widgets.look.text import elided, label
from widgets.look.tools import keep_place, plain_tip, tool
from widgets.trace.rows import counted, errors_in
from widgets.trace.time import span_text

__all__ = ["TraceHead"]

GLYPHS = {TraceState.OPEN: "▷", TraceState.QUIET: "○", TraceState.COMPLETE: "✓", TraceState.STUCK: "◷"}

SAGA_GLYPHS = {
    SagaState.RUNNING: "▷",
    SagaState.COMPLETED: "✓",
    SagaState.COMPENSATED: "↩",
    SagaState.FAILED: "✖",
    SagaState.STUCK: "◷",
}


LEAST_PX = 330
LEAST_STATE_PX = 90
GAP_PX = 12
WORDS_PX = 600
"""Below this width buttons are icons only."""


class TraceHead(QWidget):
    """Two lines and the buttons."""

    export_asked = Signal()
    filter_asked = Signal()
    error_asked = Signal()

    def __init__(self, choice: QWidget, parent: QWidget | None = None) -> None:
        """`choice` is what the trace is shown as; it stands first."""
        super().__init__(parent)
        self._choice = choice
        self._id = ""
        self._standing = ""
        self._name = elided("", "strong", Qt.TextElideMode.ElideMiddle)
        self._state = elided("", "muted")
        self._live = label("LIVE", "badge")
        self._counts = elided("", "muted")
        keep_place(self._live)
        self._state.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._state.setMinimumWidth(LEAST_STATE_PX)
        self._state.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._warnings = label("", "muted")
        self.copy = tool("", "Copy the correlation id", "copy")
        self.error = tool("", "Go to the next error", "circle-x")
        stands_for(self.error, "trace.next-error")
        self.filter = tool("Filter", "Show only this trace in the table", "funnel")
        self.export = tool("Export…", "Save this trace to a file", "download")
        stands_for(self.export, "file.export-trace")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._id))
        self.error.clicked.connect(self.error_asked)
        self.filter.clicked.connect(self.filter_asked)
        self.export.clicked.connect(self.export_asked)
        self._lay_out()

    def show_trace(self, trace: Trace, state: TraceState | None, *, live: bool) -> None:
        """Describe a trace; `live` while events still come in."""
        self._id = trace.correlation_id
        self._name.setText(display(trace.correlation_id))
        self._name.setToolTip(plain_tip(f"Correlation id {display(trace.correlation_id)}"))
        self._standing = standing(trace, state)
        self._state.setToolTip(plain_tip("\n".join(filter(None, (self._standing, story(trace))))))
        self._state.setAccessibleDescription(story(trace))
        self._live.setVisible(live)
        self._counts.setText(sentence(trace))
        self._counts.setToolTip(self._counts.text())
        warnings = "\n".join(display(warning) for warning in trace.warnings)
        self._warnings.setText(f"⚠ {counted(len(trace.warnings), 'warning')}" if warnings else "")
        self._warnings.setToolTip(plain_tip(warnings))
        self._warnings.setAccessibleDescription(warnings)
        self._warnings.setVisible(bool(warnings))
        self.error.setVisible(bool(errors_in(trace.nodes)))
        self._say_standing()

    def minimumSizeHint(self) -> QSize:
        # Buttons give up their words where there is little room, so what they take now is no limit.
        return QSize(LEAST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        words = self.width() >= WORDS_PX
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if words else Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in (self.filter, self.export):
            button.setToolButtonStyle(style)
        self._say_standing()

    def _say_standing(self) -> None:
        """In few words where the numbers need the room."""
        metrics = self._counts.fontMetrics()
        needed = metrics.horizontalAdvance(self._counts.text()) + metrics.horizontalAdvance(self._standing)
        taken = sum(part.sizeHint().width() + GAP_PX for part in (self._live, self._warnings) if part.text())
        fits = needed + taken + 3 * GAP_PX < self.width()
        self._state.setText(self._standing if fits else self._standing.partition(" · ")[0])

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for row, widgets in (
            (first, (self._choice, self._name, self.copy, self.error, self.filter, self.export)),
            (second, (self._counts, self._warnings, self._state, self._live)),
        ):
            row.setSpacing(4 if row is first else GAP_PX)
            for widget in widgets:
                row.addWidget(widget, int(widget in (self._name, self._counts)))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 8, 6)
        column.setSpacing(2)
        column.addLayout(first)
        column.addLayout(second)


def standing(trace: Trace, state: TraceState | None) -> str:
    """How a trace stands, in words; of a saga also who leads it."""
    if trace.outcome is None:
        return "" if state is None else f"{GLYPHS[state]} {state}"
    told, saga = trace.outcome.state(state), trace.saga
    leader = f" by {display(saga.leader)}" if saga and saga.leader else ""
    return f"{SAGA_GLYPHS[told]} {told}" + (f" · {saga.style}{leader}" if saga else "")


def story(trace: Trace) -> str:
    """What happened in a saga, a sentence a line; of a long one only what was counted."""
    outcome, saga = trace.outcome, trace.saga
    if outcome is None:
        return ""
    reason = f": {display(outcome.reason)}" if outcome.reason else ""
    failed = [f"{display(type_)} failed it{reason}." for type_ in outcome.failures]
    undone = [f"{name_of(undo.event)} took back {name_of(undo.target)}." for undo in saga.undos] if saga else []
    if len(undone) != outcome.undone:
        undone = [f"{counted(outcome.undone, 'event')} took something back."] if outcome.undone else []
    left = [f"{display(type_)} was not undone." for type_ in outcome.left]
    return "\n".join([*failed, *undone, *left])


def name_of(event: TracedEvent) -> str:
    """The type of an event, as it may be shown."""
    return display(event.row.type or "(no type)")


def sentence(trace: Trace) -> str:
    """The trace in numbers."""
    kinds = [node.kind for node in trace.nodes]
    events, hops, deliveries, ghosts = map(
        kinds.count, (NodeKind.EVENT, NodeKind.HOP, NodeKind.DELIVERY, NodeKind.GHOST)
    )
    spans = sum(SPAN in node.badges for node in trace.nodes if node.kind is NodeKind.GHOST) if ghosts else 0
    errors, missing = len(errors_in(trace.nodes)), ghosts - spans
    parts = [
        counted(events, "event"),
        counted(hops, "hop") if hops else "",
        f"{deliveries:,} {'delivery' if deliveries == 1 else 'deliveries'}",
        f"{errors:,} failed" if errors else "",
        f"{missing:,} missing" if missing else "",
        f"took {span_text(trace.duration_ns)}",
        f"from {clock_time(trace.started_at)}",
    ]
    return " · ".join(filter(None, parts))

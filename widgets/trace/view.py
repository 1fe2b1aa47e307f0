"""The trace view: the latest traces, and the tree of the one that is open, growing while its events come in."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.filter.clause import clause
from app.session import Session
from app.store.store import Evicted
from app.traces.late import mark_budgets
from app.traces.nodes import Trace
from app.traces.summary import TraceSummary
from app.traces.trace import build_trace
from widgets.focus import Focus
from widgets.look.text import label
from widgets.trace.head import TraceHead
from widgets.trace.list import TraceList
from widgets.trace.pages import TracePages

__all__ = ["TraceView"]

REFRESH_S: Final = 0.33
LEISURE: Final = 15
"""A refresh is followed by a pause so many times as long: a trace of many thousand events takes a while to build."""
MOST_LISTED: Final = 200
MOST_ROWS: Final = 5_000
"""Rows of a trace that are shown: more would hold the window up each time the trace grows. Exports have all."""
LIVE_NS: Final = 30_000_000_000
"""A trace is live while its last event is younger."""
NARROW_PX: Final = 620

NOTHING_OPEN: Final = "Select a trace, or an event that belongs to one, to see what caused what."
GONE: Final = "This trace is no longer kept: its events were cleared, or evicted to stay within the memory budget."
LATER: Final = "This trace began after the instant at which the window is held. Go on to see it."


class TraceView(QWidget):
    """List and tree. Selecting a line selects its event everywhere."""

    export_requested = Signal(object)  # correlation id: str

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._due = 0.0
        self._built: tuple[object, ...] | None = None
        self._held_at: int | None = None
        self._held: dict[bool, list[TraceSummary]] = {}
        self._listed_of = session.traces
        self.list = TraceList()
        self.list.saga_state = lambda trace: session.sagas.state(trace)
        self.pages = TracePages(session)
        self.head = TraceHead(self.pages.choice)
        self.table = self.pages.table
        self._empty = label(NOTHING_OPEN, "empty", wrap=True)
        self._pages = QStackedWidget()
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self._connect()
        self._hold(focus.horizon)
        self.refresh()

    def tick(self) -> None:
        """Show what is new, three times a second; nothing is while the window is held."""
        if self._held_at is None and time.monotonic() >= self._due:
            self.refresh()

    def refresh(self) -> None:
        """Show list and tree as they stand now, or at the instant at which the window is held."""
        started = time.monotonic()
        self._show_list()
        self._show_trace()
        self._due = started + max(REFRESH_S, LEISURE * (time.monotonic() - started))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_trace()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wanted = Qt.Orientation.Vertical if self.width() < NARROW_PX else Qt.Orientation.Horizontal
        if wanted != self._split.orientation():
            self._split.setOrientation(wanted)
            self._split.setSizes([130, 260] if wanted == Qt.Orientation.Vertical else [280, 700])

    @property
    def _now(self) -> int:
        return time.time_ns() if self._held_at is None else self._held_at

    def _show_list(self) -> None:
        errors_only = self.list.errors_only.isChecked()
        traces = self._held[errors_only] if self._held else self._recent(errors_only)
        self._session.sagas.judge(traces)
        self.list.show_traces(traces, anew=self._session.traces is not self._listed_of)
        self._listed_of = self._session.traces
        self.list.select(self._focus.correlation_id)

    def _recent(self, errors_only: bool) -> list[TraceSummary]:
        return self._session.traces.recent(
            MOST_LISTED, before_seq=self._focus.horizon, errors_only=errors_only, now=self._now
        )

    def _show_trace(self) -> None:
        """Build the tree anew if its trace has grown, or stands otherwise."""
        wanted = self._focus.correlation_id
        if wanted is None:
            return self._say(NOTHING_OPEN)
        summary = self._session.traces.summary(wanted, self._now)
        standing = (summary.last_seq, summary.state) if summary else None
        grown = (wanted, standing, self._focus.horizon, self._session.store.generation)
        if grown != self._built:
            self._built = grown
            self._build(wanted, summary)
        self._describe(summary)

    def _build(self, correlation_id: str, summary: TraceSummary | None) -> None:
        try:
            trace = build_trace(
                self._session.store,
                correlation_id,
                horizon=self._focus.horizon,
                limit=MOST_ROWS,
                first_seq=summary.first_seq if summary else None,
            )
        except Evicted:
            trace = Trace(correlation_id)
        trace.state = summary.state if summary else None
        mark_budgets(trace.nodes, self._session.settings.budgets_ms or {})
        self.pages.show_trace(trace, self._focus.seq)

    def _describe(self, summary: TraceSummary | None) -> None:
        trace = self.pages.trace
        if not trace.nodes:
            horizon = self._focus.horizon
            later = summary is not None and horizon is not None and summary.first_seq >= horizon
            return self._say(LATER if later else GONE)
        live = summary is not None and self._focus.horizon is None and self._now - summary.last_at < LIVE_NS
        self.head.show_trace(trace, summary.state if summary else None, live=live)
        self._pages.setCurrentIndex(1)

    def _say(self, text: str) -> None:
        self._empty.setText(text)
        self._pages.setCurrentIndex(0)

    def _open(self, correlation_id: str) -> None:
        """Open a trace from the list: its first event becomes the selected one."""
        self._focus.select_trace(correlation_id)
        summary = self._session.traces.summary(correlation_id)
        if summary is not None:
            self._focus.select_event(summary.root_seq, correlation_id)

    def _follow_trace(self) -> None:
        if self.isVisible():
            self._show_trace()
        self.list.select(self._focus.correlation_id)

    def _follow_event(self, seq: int | None) -> None:
        if self._pages.currentIndex() == 1:
            self.pages.select_seq(seq)

    def _hold(self, horizon: int | None) -> None:
        """The list is shown as it stands at this instant even when nobody sees it; the tree can be built later."""
        self._held_at = None if horizon is None else time.time_ns()
        self._held = {} if horizon is None else {only: self._recent(only) for only in (False, True)}
        self.pages.streams.horizon = horizon
        self._show_list()
        if self.isVisible():
            self._show_trace()

    def _propose_filter(self) -> None:
        if self._focus.correlation_id is not None:
            self._focus.propose_filter(clause("correlation", self._focus.correlation_id))

    def _connect(self) -> None:
        self.list.opened.connect(self._open)
        self.list.changed.connect(self._show_list)
        self.pages.chosen.connect(self._focus.select_event)
        self.head.export_asked.connect(lambda: self.export_requested.emit(self._focus.correlation_id))
        self.head.filter_asked.connect(self._propose_filter)
        self.head.error_asked.connect(lambda: self.pages.next_error())
        self._focus.trace_changed.connect(lambda _: self._follow_trace())
        self._focus.event_changed.connect(self._follow_event)
        self._focus.horizon_changed.connect(self._hold)

    def _lay_out(self) -> None:
        opened = QWidget()
        column = QVBoxLayout(opened)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.pages, 1)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(opened)
        self._split.addWidget(self.list)
        self._split.addWidget(self._pages)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([280, 700])
        self._split.setChildrenCollapsible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._split)

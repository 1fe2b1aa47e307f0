"""The trace view: the latest traces, and the tree of the one that is open, growing while its events come in."""

from __future__ import annotations

import time
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.filter.clause import clause
from app.session import Session
from app.store.lookup import Lookup
from app.store.store import Evicted
from app.traces.growing import GrowingTrace
from app.traces.late import mark_budgets
from app.traces.meaning import settle
from app.traces.nodes import Trace
from app.traces.summary import TraceSummary
from widgets.focus import Focus
from widgets.look.text import label
from widgets.look.turning_split import TurningSplit
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

NOTHING_OPEN: Final = "Select a trace, or an event that belongs to one, to see what caused what."
GONE: Final = "This trace is no longer kept: its events were cleared, or evicted to stay within the memory budget."
READING: Final = "Reading this trace from the capture file…"
UNREAD: Final = "This trace could not be read. The log has the details."
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
        self._lookup = Lookup("read a trace")
        self._opened: tuple[object, ...] | None = None
        self._growing = GrowingTrace(session.store, "")
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
        self._split = TurningSplit(self.list, self._pages, list_first=True)
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
        self._show_trace()
        self._show_list()
        self._due = started + max(REFRESH_S, LEISURE * (time.monotonic() - started))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_trace()

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
        wanted, horizon = self._focus.correlation_id, self._focus.horizon
        if wanted is None:
            self._lookup.give_up()
            self._built = self._opened = None
            return self._say(NOTHING_OPEN)
        summary = self._summary(wanted)
        standing = (summary.last_seq, summary.state) if summary else None
        grown = (wanted, horizon, standing, self._session.store.generation)
        is_coming = self._lookup.is_waiting and self._built is not None and self._built[:2] == grown[:2]
        if grown != self._built and not is_coming:
            self._built = grown
            self._build(wanted, summary)
        elif self.pages.trace.correlation_id == wanted:
            self._describe(summary)

    def _summary(self, correlation_id: str) -> TraceSummary | None:
        """What the list says of a trace; of one that the held list has not, what is known now."""
        held = (trace for trace in self._held.get(False, ()) if trace.correlation_id == correlation_id)
        return next(held, None) or self._session.traces.summary(correlation_id, self._now)

    def _build(self, correlation_id: str, summary: TraceSummary | None) -> None:
        """Read what the trace has become. What is shown stays meanwhile, unless that is another trace for too long."""
        opened = (correlation_id, self._focus.horizon, self._session.store)
        if opened != self._opened or self._lookup.is_waiting:
            # Two threads must not have the same one, so what is no longer waited for keeps its own.
            self._opened = opened
            self._growing = GrowingTrace(self._session.store, correlation_id, limit=MOST_ROWS)
        first_seq = summary.first_seq if summary else None
        self._lookup.ask(
            partial(built, self._growing, self._focus.horizon, first_seq),
            partial(self._take, summary),
            partial(self._say_instead, correlation_id, READING),
            lambda _: self._say_instead(correlation_id, UNREAD),
        )

    def _take(self, summary: TraceSummary | None, trace: Trace) -> None:
        trace.state = summary.state if summary else None
        verdict = self._session.sagas.judged(summary, trace) if summary and trace.nodes else None
        if verdict is not None:
            settle(trace, verdict.outcome)
        mark_budgets(trace.nodes, self._session.settings.budgets_ms or {})
        self.pages.show_trace(trace, self._focus.seq)
        self._describe(summary)

    def _describe(self, summary: TraceSummary | None) -> None:
        trace = self.pages.trace
        if not trace.nodes:
            horizon = self._focus.horizon
            later = summary is not None and horizon is not None and summary.first_seq >= horizon
            return self._say(LATER if later else GONE)
        live = summary is not None and self._focus.horizon is None and self._now - summary.last_at < LIVE_NS
        self.head.show_trace(trace, summary.state if summary else None, live=live)
        self._pages.setCurrentIndex(1)

    def _say_instead(self, correlation_id: str, text: str) -> None:
        """Say something instead of what is shown, unless that is the trace in question, as it was."""
        if self.pages.trace.correlation_id != correlation_id:
            self._say(text)

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
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._split)


def built(growing: GrowingTrace, horizon: int | None, first_seq: int | None) -> Trace:
    """A trace as it stands; without events when these are gone. Any thread may ask."""
    try:
        return growing.trace(horizon=horizon, first_seq=first_seq)
    except Evicted:
        return Trace(growing.correlation_id)

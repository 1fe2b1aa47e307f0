"""The views of a session: made once, connected with each other, and driven by the frame clock."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.session import Session
from widgets.detail.detail import DetailView
from widgets.detail.windows import DetailWindows
from widgets.focus import Focus
from widgets.frame import FrameClock, View
from widgets.gauges.view import GaugesView
from widgets.latency.view import LatencyView
from widgets.map.findings_view import FindingsView
from widgets.map.view import MapView
from widgets.sources.panel import SourcePanel
from widgets.trace.view import TraceView
from widgets.window.state_pill import StatePill
from widgets.window.status_bar import StatusBar
from widgets.window.work_area import WorkArea


class Views(QObject):
    """All views; `dock_wanted` asks for the panel of one to be brought to the front."""

    dock_wanted = Signal(object)

    def __init__(self, session: Session, focus: Focus, start_page: View, parent: QObject) -> None:
        super().__init__(parent)
        self._start_page = start_page
        self._session = session
        self._focus = focus
        self.work = WorkArea(session, focus)
        self.sources = SourcePanel(session, focus)
        self.detail = DetailView(session, focus)
        self.detail_windows = DetailWindows(session, focus, parent)
        self.traces = TraceView(session, focus)
        self.latency = LatencyView(session, focus)
        self.map = MapView(session, focus)
        self.findings = FindingsView(session, focus)
        self.gauges = GaugesView(session, focus)
        self.pill = StatePill()
        self.status = StatusBar(session, self.work.matches, self.pill)
        self.clock = FrameClock(session, self._in_order(), self, written_at=lambda: self.work.written_at)
        self._connect()

    def stop(self) -> None:
        """Show nothing new any more."""
        self.clock.stop()
        self.work.close_searches()
        self.detail_windows.close()

    def toggle_pause(self) -> None:
        """Hold the whole window at this instant, or go on; capture goes on in any case."""
        self._focus.hold(None if self._focus.horizon is not None else self._session.store.next_seq)

    def catch_up(self) -> None:
        """Go on after a pause from the held instant: the table stays there, what came meanwhile lies below."""
        if self._focus.horizon is not None:
            self.work.table.stay()
            self._focus.hold(None)

    def _in_order(self) -> list[View]:
        return [
            self.work, self.sources, self.detail, self.traces,
            self.latency, self.map, self.findings, self.gauges, self.status, self._start_page,
        ]  # fmt: skip

    def _connect(self) -> None:
        table, bar = self.work.table, self.work.filter_bar
        bar.left.connect(table.setFocus)
        bar.found.counted.connect(self.status.follow)
        table.filter_wanted.connect(bar.focus_filter)
        table.trace_wanted.connect(self._show_traces)
        table.pause_toggled.connect(self.toggle_pause)
        table.catch_up_wanted.connect(self.catch_up)
        table.check_wanted.connect(self.sources.check)
        table.live_changed.connect(self.pill.show_state)
        self._focus.filter_proposed.connect(bar.propose)
        self.pill.clicked.connect(table.act_on_pill)
        self.findings.node_wanted.connect(self._show_node)

    def _show_traces(self) -> None:
        self.dock_wanted.emit(self.traces)

    def _show_node(self, node: str) -> None:
        self.dock_wanted.emit(self.map)
        self.map.show_node(node)

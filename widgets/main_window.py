"""The main window: places the views and passes the developer's commands on. It holds no logic of its own."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.session import Session
from widgets.actions import Command, add_actions
from widgets.banner import Banner
from widgets.detail import DetailView
from widgets.docks import add_dock, tabbed
from widgets.findings_view import FindingsView
from widgets.focus import Focus
from widgets.frame import FrameClock, View
from widgets.latency_view import LatencyView
from widgets.map_view import MapView
from widgets.source_panel import SourcePanel
from widgets.start_page import StartPage
from widgets.state_pill import StatePill
from widgets.status_bar import StatusBar
from widgets.trace_view import TraceView
from widgets.work_area import WorkArea

LAYOUT_VERSION = 1
"""Raised when a saved layout no longer fits the docks."""

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


class MainWindow(QMainWindow):
    """Table in the middle, sources left, detail right, the other views below."""

    close_asked = Signal()

    def __init__(self, session: Session, focus: Focus) -> None:
        super().__init__()
        self.setWindowTitle("Eventscope")
        self.setAccessibleName("Eventscope")
        self.resize(1440, 900)
        self.session = session
        self.focus = focus
        self.start_page = StartPage(session.settings.recent)
        self.banner = Banner()
        self.work = WorkArea(session, focus)
        self.sources = SourcePanel(session, focus)
        self.detail = DetailView(session, focus)
        self.traces = TraceView(session, focus)
        self.latency = LatencyView(session, focus)
        self.map = MapView(session, focus)
        self.findings = FindingsView(session, focus)
        self.pill = StatePill()
        self.status = StatusBar(session, self.work.matches, self.pill)
        self._let_go = False
        self._place_centre()
        self.docks = self._place_docks()
        self.clock = FrameClock(session, self._views(), self)
        self._connect()

    def command(self, commands: list[Command]) -> None:
        """Give the window its menus."""
        self.actions_ = add_actions(self, commands)

    def show_work(self) -> None:
        """Leave the start page: something is attached."""
        self._pages.setCurrentWidget(self.work)
        if not self.docks[0].isVisible():
            for dock in self.docks:
                dock.show()
            self.docks[2].raise_()
            self._widen_sides()
        self.work.table.setFocus()

    def show_start(self) -> None:
        """Nothing is attached: offer what can be."""
        self._pages.setCurrentWidget(self.start_page)
        for dock in self.docks:
            dock.hide()

    def open_dock(self, view: QWidget) -> None:
        """Bring the panel of a view to the front."""
        for dock in self.docks:
            if dock.widget() is view:
                dock.show()
                dock.raise_()

    def spread(self) -> None:
        """Show trace, latency and subscriptions side by side instead of over each other."""
        trace, latency, subscriptions, findings = self.docks[2:]
        for dock in (trace, latency, subscriptions, findings):
            self.removeDockWidget(dock)  # Qt would keep docks that lie over each other together
        for dock in (trace, latency, subscriptions):
            self.addDockWidget(BOTTOM, dock, Qt.Orientation.Horizontal)
            dock.show()
        self.tabifyDockWidget(trace, findings)
        findings.show()
        trace.raise_()
        self.resizeDocks([trace, latency, subscriptions], [560, 480, 480], Qt.Orientation.Horizontal)
        self.resizeDocks([trace], [int(self.height() * 0.45)], Qt.Orientation.Vertical)
        self._widen_sides()

    def layout_state(self) -> bytes:
        """Where the docks are, to be remembered."""
        return bytes(self.saveState(LAYOUT_VERSION).data())

    def restore_layout(self, state: bytes) -> bool:
        """Put the docks where they were; False when that state does not fit."""
        return self.restoreState(QByteArray(state), LAYOUT_VERSION)

    def let_go(self) -> None:
        """Close for good: the program has cleaned up."""
        self._let_go = True
        self.clock.stop()
        self.work.matches.close()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._let_go:
            return event.accept()
        event.ignore()
        self.close_asked.emit()

    def _views(self) -> list[View]:
        return [
            self.work, self.sources, self.detail, self.traces,
            self.latency, self.map, self.findings, self.status,
        ]  # fmt: skip

    def _place_centre(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.start_page)
        self._pages.addWidget(self.work)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.banner, self._pages):
            column.addWidget(widget, int(widget is self._pages))
        self.setCentralWidget(centre)
        self.statusBar().addPermanentWidget(self.status, 1)
        self.statusBar().setSizeGripEnabled(False)

    def _place_docks(self) -> list[QDockWidget]:
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AnimatedDocks)
        self.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        self.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        sources = add_dock(self, "sources", "Sources", self.sources, LEFT)
        detail = add_dock(self, "detail", "Detail", self.detail, RIGHT)
        below = [
            add_dock(self, "trace", "Trace", self.traces, BOTTOM),
            add_dock(self, "latency", "Latency", self.latency, BOTTOM),
            add_dock(self, "subscriptions", "Subscriptions", self.map, BOTTOM),
            add_dock(self, "findings", "Findings", self.findings, BOTTOM),
        ]
        tabbed(self, below)
        self.resizeDocks([below[0]], [320], Qt.Orientation.Vertical)
        return [sources, detail, *below]

    def _widen_sides(self) -> None:
        self.resizeDocks(self.docks[:2], [220, 380], Qt.Orientation.Horizontal)

    def _connect(self) -> None:
        table, bar = self.work.table, self.work.filter_bar
        bar.filter_changed.connect(table.set_filter)
        bar.left.connect(table.setFocus)
        table.clause_wanted.connect(bar.add_clause)
        self.focus.filter_proposed.connect(bar.propose)
        table.filter_wanted.connect(bar.focus_filter)
        table.trace_wanted.connect(lambda: self.open_dock(self.traces))
        table.pause_toggled.connect(self.toggle_pause)
        table.live_changed.connect(self.pill.show_state)
        self.pill.clicked.connect(table.act_on_pill)
        self.findings.node_wanted.connect(self._show_node)

    def _show_node(self, node: str) -> None:
        self.open_dock(self.map)
        self.map.show_node(node)

    def toggle_pause(self) -> None:
        """Hold the whole window at this instant, or go on; capture goes on in any case."""
        self.focus.hold(None if self.focus.horizon is not None else self.session.store.next_seq)

"""The latency view: how long events of each priority take against their budgets, the guilty event a click away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.latency.latency import Kind
from app.session import Session
from app.store.store import Evicted
from widgets.focus import Focus
from widgets.latency.breach_list import BreachList
from widgets.look.flow_layout import FlowLayout
from widgets.look.segments import Segments
from widgets.look.text import label
from widgets.look.tools import tool

if TYPE_CHECKING:
    from widgets.latency.plots import LatencyPlots

__all__ = ["LatencyView"]

SECOND: Final = 1_000_000_000
REFRESH_S: Final = 0.2
"""Bins last a quarter of a second: more often there is nothing new to see."""
LISTS_S: Final = 0.5
NARROW_PX: Final = 640
TELLING_PX: Final = 760
"""Below this width the buttons need all of it, and what is under the pointer is not told in words."""

KINDS: Final[tuple[Kind, ...]] = ("total", "queue", "handle")
KIND_CHOICES: Final = (
    ("Total", "From publish to the end of handling"),
    ("Queue", "Waiting before the handler started"),
    ("Handling", "The handler's own time"),
)
WINDOWS: Final = (("30 s", 30), ("2 min", 120), ("10 min", 600), ("1 h", 3_600))


class LatencyView(QWidget):
    """Plots and breaches of the session. Zooming or panning detaches the plots from now; capture goes on."""

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._drawn = self._listed = 0.0
        self._detached: tuple[int, int] | None = None
        self._held = self._instant(focus.horizon)
        self.plots: LatencyPlots | None = None
        self.breaches = BreachList(session)
        self.kinds = Segments("latency", KIND_CHOICES)
        self.windows = Segments("time shown", [(text, f"Show the last {text}") for text, _ in WINDOWS])
        self.log = tool("Log", "Logarithmic or linear scale", checkable=True, checked=True)
        self.live = tool("Live", "Slide with now again (Home)", "arrow-right")
        self._told = label("", "number")
        self._pages = QStackedWidget()
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self._connect()
        self._list_breaches()

    def tick(self) -> None:
        """Draw what is new, a few times a second."""
        now = time.monotonic()
        if self.plots is not None and self._held is None and now - self._drawn >= REFRESH_S:
            self.refresh()
        if self._held is None and now - self._listed >= LISTS_S:
            self._list_breaches()

    def refresh(self) -> None:
        """Draw everything as it stands now, or at the instant at which the window is held."""
        if self.plots is None:
            return
        self._drawn = time.monotonic()
        now = self._session.now() if self._held is None else self._held
        since, until = self._detached or (now - self._window_ns, now)
        breaches = [b for b in self._session.breaches.since(0) if b.at <= now]
        self.plots.show_latency(
            self._session.latency, self._kind, since, until,
            now=now, live=self._detached is None, log=self.log.isChecked(), breaches=breaches,
        )  # fmt: skip

    def go_live(self) -> None:
        """Slide with now again."""
        self._detached = None
        self.live.hide()
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.plots is None:
            # pyqtgraph takes half a second to import: the window is painted first.
            QTimer.singleShot(0, self, self._load)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Home:
            self.go_live()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._told.setVisible(self.width() >= TELLING_PX)
        wanted = Qt.Orientation.Vertical if self.width() < NARROW_PX else Qt.Orientation.Horizontal
        if wanted != self._split.orientation():
            self._split.setOrientation(wanted)
            self._split.setSizes([700, 270])

    @property
    def _kind(self) -> Kind:
        return KINDS[self.kinds.number]

    @property
    def _window_ns(self) -> int:
        return WINDOWS[self.windows.number][1] * SECOND

    def _load(self) -> None:
        if self.plots is not None:
            return
        from widgets.latency.plots import LatencyPlots

        self.plots = LatencyPlots(int(time.time()))
        self.plots.picked.connect(self._pick)
        self.plots.moved.connect(self._detach)
        self.plots.told.connect(self._told.setText)
        self._pages.addWidget(self.plots)
        self._pages.setCurrentWidget(self.plots)
        self.refresh()
        self._mark(self._focus.seq)

    def _pick(self, seq: int) -> None:
        """Select an event here, there and everywhere, if it is still kept."""
        try:
            self._focus.select_event(seq, self._session.store.event(seq).correlation_id)
        except Evicted:
            self._told.setText("That event is no longer kept.")

    def _mark(self, seq: int | None) -> None:
        if self.plots is None:
            return
        try:
            self.plots.mark(None if seq is None else self._session.store.event(seq).observed_at)
        except Evicted:
            self.plots.mark(None)

    def _detach(self, since: int, until: int) -> None:
        self._detached = (since, until)
        self.live.show()
        self.refresh()

    def _hold(self, horizon: int | None) -> None:
        self._held = self._instant(horizon)
        self.refresh()
        self._list_breaches()

    def _instant(self, horizon: int | None) -> int | None:
        """When the window was held: now, cut to whole bins, since the bin that is open goes on filling."""
        return None if horizon is None else self._session.now() // (SECOND // 4) * (SECOND // 4)

    def _list_breaches(self) -> None:
        self._listed = time.monotonic()
        breaches = self._session.breaches
        self.breaches.show_breaches(breaches.since(0), breaches.total)

    def _connect(self) -> None:
        for change in (self.kinds.changed, self.log.toggled):
            change.connect(lambda _: self.refresh())
        self.windows.changed.connect(lambda _: self.go_live())
        self.live.clicked.connect(self.go_live)
        self.breaches.picked.connect(self._pick)
        self._focus.horizon_changed.connect(self._hold)
        self._focus.event_changed.connect(self._mark)

    def _lay_out(self) -> None:
        self.live.hide()
        buttons, bar = QWidget(), QHBoxLayout()
        flow = FlowLayout(buttons, spacing=8)
        for widget in (self.kinds, self.windows, self.log, self.live):
            flow.addWidget(widget)
        bar.setContentsMargins(8, 4, 8, 4)
        bar.addWidget(buttons, 1)
        bar.addWidget(self._told, 1)
        self._told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        waiting = label("The plots are being prepared.", "empty")
        waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(waiting)
        self._split.addWidget(self._pages)
        self._split.addWidget(self.breaches)
        self._split.setStretchFactor(0, 1)
        self._split.setSizes([700, 270])
        self._split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._split, 1)

"""The latency view: how long events of each priority take against their budgets, the guilty event a click away."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.latency.latency import Kind
from app.session import Session
from app.store.lookup import Lookup
from app.store.store import Evicted, Store
from widgets.focus import Focus
from widgets.keys.place_keys import KeyFilter, PlaceKeys
from widgets.keys.tips import stands_for
from widgets.latency.breach_list import BreachList
from widgets.latency.keys import LATENCY_KEYS, PLOT_KEYS
from widgets.look.flow_layout import FlowLayout
from widgets.look.segments import Segments
from widgets.look.text import elided, label
from widgets.look.tools import tool
from widgets.look.turning_split import TurningSplit

if TYPE_CHECKING:
    from widgets.latency.plots import LatencyPlots

__all__ = ["LatencyView"]

SECOND: Final = 1_000_000_000
MOST_SHOWN: Final = 24 * 3_600 * SECOND
REFRESH_S: Final = 0.2
"""Bins last a quarter of a second: more often there is nothing new to see."""
LISTS_S: Final = 0.5

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
        self._lookup = Lookup("look up when an event was seen")
        self._keys = PlaceKeys(session, LATENCY_KEYS)
        self._drawn = self._listed = 0.0
        self._detached: tuple[int, int] | None = None
        self._held = self._instant(focus.horizon)
        self.plots: LatencyPlots | None = None
        self.breaches = BreachList(session)
        self.kinds = Segments("latency", KIND_CHOICES)
        self.windows = Segments("time shown", [(text, f"Show the last {text}") for text, _ in WINDOWS])
        self.log = tool("Log", "Logarithmic or linear scale", checkable=True, checked=True)
        self.live = tool("Live", "Slide with now again", "arrow-right")
        stands_for(self.live, "latency.live")
        self._told = elided("", "number")
        self._pages = QStackedWidget()
        self._split = TurningSplit(self._pages, self.breaches, list_first=False)
        KeyFilter(PlaceKeys(session, PLOT_KEYS), self, [self.breaches.list])
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

    def look(self, *, moved: float = 0.0, zoom: float = 1.0) -> None:
        """Show another time: moved by a part of the one that is shown, and shorter by a factor."""
        now = self._session.now() if self._held is None else self._held
        since, until = self._detached or (now - self._window_ns, now)
        middle = since + (until - since) // 2 + int(moved * (until - since))
        half = min(max(int((until - since) / zoom), SECOND), MOST_SHOWN) // 2
        self._detach(middle - half, middle + half)

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
        act = self._keys.command(event)
        if act is None:
            return super().keyPressEvent(event)
        act(self)
        return event.accept()

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
        if self._session.store.keeps(seq):
            self._focus.choose(self._session.store, seq)
        else:
            self._told.setText("That event is no longer kept.")

    def _mark(self, seq: int | None) -> None:
        if self.plots is not None:
            self._lookup.ask(partial(moment_of, self._session.store, seq), self.plots.mark)

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
        flow = FlowLayout(buttons, spacing=8, one_line=True)
        for widget in (self.kinds, self.windows, self.log, self.live):
            flow.addWidget(widget)
        bar.setContentsMargins(8, 4, 8, 4)
        bar.addWidget(buttons)
        bar.addWidget(self._told, 1)
        self._told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        waiting = label("The plots are being prepared.", "empty")
        waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(waiting)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._split, 1)


def moment_of(store: Store, seq: int | None) -> int | None:
    """When a row was seen (ns since the epoch), None when there is none or it is gone. Any thread may ask."""
    try:
        at: int | None = None if seq is None else store.cells([seq], ("observed_at",))[0][0]
    except Evicted:
        return None
    return at

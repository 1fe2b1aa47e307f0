"""The map view: who publishes what and who listens, as a map or as a table of top talkers."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from app.display import display
from app.session import Session
from app.topology.map import NodeKind, Snapshot, TopologyMap
from widgets.focus import Focus
from widgets.keys.place_keys import KeyFilter, PlaceKeys
from widgets.keys.tips import stands_for
from widgets.look.segments import Segments
from widgets.look.text import elided, label
from widgets.look.tools import plain_tip, tool
from widgets.map.canvas import MapCanvas
from widgets.map.facts import age_text, many
from widgets.map.groups import readable
from widgets.map.keys import MAP_KEYS
from widgets.map.legend import Legend
from widgets.map.sight import Sight, sight_of
from widgets.map.talkers import TalkerTable

__all__ = ["MapView"]

COUNTED: Final = {
    NodeKind.PRODUCER: "producer",
    NodeKind.TYPE: "event type",
    NodeKind.EXCHANGE: "exchange",
    NodeKind.TOPIC: "topic",
    NodeKind.QUEUE: "queue",
    NodeKind.GROUP: "group",
    NodeKind.SUBSCRIPTION: "subscription",
    NodeKind.CONSUMER: "consumer",
}

LEAST_PX: Final = 300
NARROW_PX: Final = 480
"""Below this width buttons are icons only."""
LOW_PX: Final = 380
"""Below this height the legend is shown when it is asked for, since it takes room from the map."""

REFRESH_S: Final = 0.3
LEISURE: Final = 15
"""A refresh is followed by a pause so many times as long, however large the map."""

NOTHING: Final = "Nobody has published or subscribed yet. Who talks to whom is drawn here as soon as a source tells it."
HINT: Final = "Click a node for its facts, double-click it for its events, 0 shows the whole map."
EMPTY, MAP, TALKERS = range(3)


class MapView(QWidget):
    """Map and table of the same topology."""

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._due = 0.0
        self._asked = False
        self._held: Sight | None = None if focus.horizon is None else sight_of(session.topology, session.now())
        self.canvas = MapCanvas()
        self.talkers = TalkerTable()
        self.choice = Segments("view", (("Map", "Who talks to whom"), ("Top talkers", "Who publishes how much")))
        self.search = QLineEdit()
        self.arrange = tool("Arrange", "Find new places for all nodes", "waypoints")
        self.fit = tool("", "Show the whole map", "maximize")
        stands_for(self.fit, "map.fit")
        self.explain = tool("", "Explain shapes and lines", "circle-help", checkable=True, checked=True)
        self.legend = Legend()
        self._facts = elided(HINT, "muted")
        self._pages = QStackedWidget()
        KeyFilter(PlaceKeys(session, MAP_KEYS), self, [self.canvas])
        self._lay_out()
        self._connect()
        self.refresh()

    def tick(self) -> None:
        """Show what is new, about three times a second; nothing is while the window is held."""
        if self._held is None and time.monotonic() >= self._due:
            self.refresh()

    def refresh(self) -> None:
        """Show the topology as it stands now, or as it stood when the window was held."""
        started = time.monotonic()
        self._show(self._held or sight_of(self._session.topology, self._session.now()))
        spent = time.monotonic() - started
        self._due = started + max(REFRESH_S, LEISURE * spent)

    def _show(self, sight: Sight) -> None:
        if self.choice.number == 0:
            drawn = readable(sight.picture)
            self.canvas.show_map(drawn, sight.at, sight.findings)
            self.legend.show_kinds(drawn)
        else:
            self.talkers.show_talkers(sight.talkers)
        self._pages.setCurrentIndex((MAP, TALKERS)[self.choice.number] if sight.picture.nodes else EMPTY)
        if self.canvas.selected is None and not self._facts.property("told"):
            told = summary(sight.picture, sight.at)
            self._facts.setText(told)
            self._facts.setToolTip(plain_tip(told))

    def show_node(self, node: str) -> None:
        """Go to a node of the map by its id."""
        self.choice.choose(0)
        self.refresh()
        self.canvas.select(node)

    def minimumSizeHint(self) -> QSize:
        # Buttons give up their words where there is little room, so what they take now is no limit.
        return QSize(LEAST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle
        words = style.ToolButtonTextBesideIcon if self.width() >= NARROW_PX else style.ToolButtonIconOnly
        self.arrange.setToolButtonStyle(words)
        if not self._asked:
            self.explain.setChecked(self.height() >= LOW_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self.canvas.setFocus()
        else:
            super().keyPressEvent(event)

    def _ask_legend(self) -> None:
        self._asked = True

    def _tell(self, facts: str) -> None:
        self._facts.setProperty("told", bool(facts))
        self._facts.setText(facts or HINT)
        self._facts.setToolTip(plain_tip(facts))

    def _begin_search(self, letters: str) -> None:
        self.search.setFocus()
        self.search.setText(letters)

    def _hold(self, horizon: int | None) -> None:
        """Remember the instant at which the window is held, even when nobody sees this view."""
        self._held = None if horizon is None else sight_of(self._session.topology, self._session.now())
        self.refresh()

    def _choose(self, number: int) -> None:
        for widget in (self.search, self.arrange, self.fit, self.explain):
            widget.setVisible(number == 0)
        self._show_legend()
        self.refresh()

    def _show_legend(self) -> None:
        self.legend.setVisible(self.choice.number == 0 and self.explain.isChecked())

    def _connect(self) -> None:
        self.choice.changed.connect(self._choose)
        self.explain.toggled.connect(lambda _: self._show_legend())
        self.explain.clicked.connect(self._ask_legend)
        self.arrange.clicked.connect(self.canvas.arrange)
        self.fit.clicked.connect(self.canvas.fit)
        self.search.textChanged.connect(self.canvas.seek)
        self.search.returnPressed.connect(self.canvas.go_to_found)
        self.canvas.typed.connect(self._begin_search)
        self.canvas.told.connect(self._tell)
        self.canvas.filter_wanted.connect(self._focus.propose_filter)
        self.talkers.filter_wanted.connect(self._focus.propose_filter)
        self._focus.horizon_changed.connect(self._hold)

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Find a node")
        self.search.setAccessibleName("find a node")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(200)
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        bar.addWidget(self.choice)
        bar.addStretch(1)
        for widget in (self.search, self.arrange, self.fit, self.explain):
            bar.addWidget(widget)
        empty = label(NOTHING, "empty", wrap=True)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for page in (empty, self.canvas, self.talkers):
            self._pages.addWidget(page)
        self._facts.setContentsMargins(12, 4, 12, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._pages, 1)
        column.addWidget(self.legend)
        column.addWidget(self._facts)


def summary(picture: TopologyMap, now: int) -> str:
    """The map at `now` (ns) in one line."""
    kinds = [node.kind for node in picture.nodes]
    dead = sum(node.kind is NodeKind.SUBSCRIPTION and not node.observed for node in picture.nodes)
    parts = [
        *(many(count, noun) for kind, noun in COUNTED.items() if (count := kinds.count(kind))),
        f"{dead:,} never fired" if dead else "",
        "more than fits: the rest is counted together" if picture.full else "",
        *(snapshot_text(snapshot, now) for snapshot in picture.snapshots),
    ]
    return " · ".join(filter(None, parts)) if picture.nodes else ""


def snapshot_text(snapshot: Snapshot, now: int) -> str:
    """What is to be known of a broker's chart: its age if it is old, and what it lacks."""
    parts = [part for part in (age_text(snapshot.taken_at, now), display(snapshot.note)) if part]
    return f"{display(snapshot.broker)}: {', '.join(parts)}" if parts else ""

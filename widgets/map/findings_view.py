"""The findings view: what is probably wrong, each in a sentence, with the way to where it can be seen."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.commands.row_text import clock_time
from app.display import display
from app.session import Session
from eventscope.event import EventPriority
from eventscope.step import Phase
from widgets.focus import Focus
from widgets.look.cards import Card, CardList, CardModel
from widgets.look.text import label
from widgets.map.changes_list import ChangesList
from widgets.map.facts import LOOKS
from widgets.map.filters import incoming, node_filter

__all__ = ["FindingsView", "Note"]

REFRESH_S: Final = 1.0

NOTHING: Final = "Nothing looks wrong: every subscription fires, every event has a handler, nothing was lost."


@dataclass(frozen=True, slots=True)
class Note:
    """One finding; `filter` shows its events, `node` is its place on the map. `since` is ns since the epoch."""

    key: str
    icon: str
    tone: str
    kind: str
    text: str
    filter: str = ""
    node: str = ""
    since: int = 0


class FindingsView(QWidget):
    """Findings about the topology, losses, and budgets that were not kept; below them, what changed at the brokers."""

    node_wanted = Signal(object)  # id of a node of the map: str

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._refreshed = 0.0
        self._held = focus.horizon is not None
        self._since: dict[str, int] = {}
        self._empty = label(NOTHING, "empty", wrap=True)
        model: CardModel[Note] = CardModel(lambda note: note.key, card_of, self)
        self.list: CardList[Note] = CardList(model, "findings")
        self.list.chosen.connect(lambda note: self.node_wanted.emit(note.node) if note.node else None)
        self.list.activated_item.connect(self._act)
        self.changes = ChangesList()
        self.changes.node_wanted.connect(self.node_wanted)
        focus.horizon_changed.connect(self._hold)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._empty.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.list, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self.changes)
        self.refresh()

    def tick(self) -> None:
        """Look again, once a second; not while the window is held."""
        if not self._held and time.monotonic() - self._refreshed >= REFRESH_S:
            self.refresh()

    def refresh(self) -> None:
        """Show what is found now, in the order in which it was first found."""
        self._refreshed = time.monotonic()
        now = time.time_ns()
        notes = [*self._losses(), *self._topology(now), *self._budgets()]
        self._since = {note.key: note.since or self._since.get(note.key, now) for note in notes}
        self.list.show_all(sorted(map(self._dated, notes), key=lambda note: note.since))
        self.list.setVisible(bool(notes))
        self._empty.setVisible(not notes)
        self.changes.show_changes(self._session.topology.changes)

    def _dated(self, note: Note) -> Note:
        return replace(note, since=self._since[note.key])

    def _topology(self, now: int) -> list[Note]:
        drawn = self._session.topology.map(now)
        nodes = {node.id: node for node in drawn.nodes}
        leading = incoming(drawn)
        return [
            Note(
                key=f"{finding.kind} {finding.node}",
                icon=LOOKS[finding.kind][0],
                tone=LOOKS[finding.kind][1],
                kind=str(finding.kind),
                text=finding.text,
                filter=node_filter(nodes[finding.node], leading.get(finding.node, ())) or "",
                node=finding.node,
                since=finding.since,
            )
            for finding in self._session.topology.findings(now, drawn)
        ]

    def _losses(self) -> list[Note]:
        """What never reached the store: dropped by us, or known to be lost at a source."""
        counters = self._session.counters()
        notes = []
        if counters.dropped:
            text = f"{counters.dropped:,} rows came faster than they could be stored and were dropped, LOW ones first."
            notes.append(Note("dropped", "triangle-alert", "critical", "dropped", text))
        if counters.lost:
            text = f"{counters.lost:,} rows were lost at a source before they reached this monitor."
            notes.append(Note("lost", "triangle-alert", "critical", "lost", text))
        if late := self._session.latency.unknown_priority:
            text = f"{late:,} handled events have no known priority: they are in no lane of the latency view."
            notes.append(Note("no priority", "info", "muted", "no priority", text))
        if negative := sum(self._session.latency.negative.values()):
            text = f"{negative:,} durations are negative, because clocks disagree: they are left out of the plots."
            notes.append(Note("clocks", "clock", "high", "clocks", text))
        return notes

    def _budgets(self) -> list[Note]:
        return [
            Note(
                f"budget {priority.name}",
                "clock",
                "high",
                "over budget",
                breach_text(count, priority),
                breach_filter(priority),
            )
            for priority, count in sorted(self._session.breaches.counts().items(), reverse=True)
            if count
        ]

    def _act(self, note: Note) -> None:
        if note.filter:
            self._focus.propose_filter(note.filter)

    def _hold(self, horizon: int | None) -> None:
        self._held = horizon is not None
        self.refresh()


def breach_text(count: int, priority: EventPriority) -> str:
    """How many events of a priority were late."""
    return f"{count:,} {priority.name} {'event' if count == 1 else 'events'} took longer than the budget allows."


def breach_filter(priority: EventPriority) -> str:
    """The filter that shows handled events of a priority."""
    return f"priority:{priority.name.lower()} phase:{Phase.HANDLED.label},{Phase.FAILED.label}"


def card_of(note: Note) -> Card:
    """A finding in two lines."""
    act = "double-click to see the events" if note.filter else ""
    line = " · ".join(filter(None, (note.kind, f"since {clock_time(note.since)[:8]}", act)))
    return Card(note.icon, note.tone, note.kind, display(note.text), "", line)

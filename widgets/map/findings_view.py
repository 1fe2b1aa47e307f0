"""The findings view: what is probably wrong, each in a sentence, with the way to where it can be seen."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.commands.row_text import clock_time
from app.display import display
from app.filter.clause import clause, joined
from app.findings.findings import find_all
from app.session import Session
from app.topology.findings import Finding
from app.topology.map import MapNode
from widgets.focus import Focus
from widgets.look.cards import Card, CardList, CardModel
from widgets.look.text import label
from widgets.map.changes_list import ChangesList
from widgets.map.facts import LOOKS
from widgets.map.filters import Incoming, incoming, node_filter

__all__ = ["FindingsView", "Note"]

REFRESH_S: Final = 1.0
LEISURE: Final = 15
"""A refresh is followed by a pause so many times as long, however much there is to look through."""

NOTHING: Final = "Nothing looks wrong: every subscription fires, every event has a handler, nothing was lost."
NOTHING_YET: Final = "Nothing to judge yet. What looks wrong with events, handlers or brokers is listed here."


@dataclass(frozen=True, slots=True)
class Note:
    """One finding; `filter` shows its events, `node` is its place on the map, `seq` the event that shows it and `trace`
    that one's correlation. `since` is ns since the epoch.
    """

    key: str
    icon: str
    tone: str
    kind: str
    text: str
    filter: str = ""
    node: str = ""
    since: int = 0
    seq: int | None = None
    trace: str | None = None


class FindingsView(QWidget):
    """What was found, and what was lost; below, what changed at the brokers."""

    node_wanted = Signal(object)  # id of a node of the map: str

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._due = 0.0
        self._held = focus.horizon is not None
        self._since: dict[str, int] = {}
        self._empty = label(NOTHING, "empty", wrap=True)
        model: CardModel[Note] = CardModel(lambda note: note.key, card_of, self)
        self.list: CardList[Note] = CardList(model, "findings")
        self.list.chosen.connect(self._go)
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
        if not self._held and time.monotonic() >= self._due:
            self.refresh()

    def refresh(self) -> None:
        """Show what is found now, in the order in which it was first found."""
        started = time.monotonic()
        now = time.time_ns()
        notes = [*self._losses(), *self._found(now)]
        self._since = {note.key: note.since or self._since.get(note.key, now) for note in notes}
        self.list.show_all(sorted(map(self._dated, notes), key=lambda note: note.since))
        self.list.setVisible(bool(notes))
        self._empty.setVisible(not notes)
        if not notes:
            self._empty.setText(NOTHING if self._session.topology.map(now).nodes else NOTHING_YET)
        self.changes.show_changes(self._session.topology.changes)
        self._due = started + max(REFRESH_S, LEISURE * (time.monotonic() - started))

    def _dated(self, note: Note) -> Note:
        return replace(note, since=self._since[note.key])

    def _found(self, now: int) -> list[Note]:
        drawn = self._session.topology.map(now)
        nodes = {node.id: node for node in drawn.nodes}
        leading = incoming(drawn)
        return [
            note_of(finding, events_of(finding, nodes.get(finding.node), leading))
            for finding in find_all(self._session, now, drawn)
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

    def _go(self, note: Note) -> None:
        """Show the evidence: the place on the map, or the event with its trace."""
        if note.seq is not None:
            self._focus.select_event(note.seq, note.trace)
        elif note.node:
            self.node_wanted.emit(note.node)

    def _act(self, note: Note) -> None:
        if note.filter:
            self._focus.propose_filter(note.filter)

    def _hold(self, horizon: int | None) -> None:
        self._held = horizon is not None
        self.refresh()


def events_of(finding: Finding, node: MapNode | None, leading: Mapping[str, Incoming]) -> str:
    """The filter that shows the events in question, "" where there is none."""
    if node is None:
        return finding.filter or (clause("correlation", finding.trace) if finding.trace else "")
    events = node_filter(node, leading.get(node.id, ()))
    if not events or finding.phase is None:
        return events or ""
    return joined(events, clause("phase", finding.phase.label), "and")


def note_of(finding: Finding, events: str) -> Note:
    """A finding as it is shown; `events` is the filter that shows what it is about."""
    icon, tone = LOOKS[finding.kind]
    return Note(
        f"{finding.kind} {finding.node or finding.key}",
        icon,
        tone,
        str(finding.kind),
        finding.text,
        events,
        finding.node,
        finding.since,
        finding.seq,
        finding.trace,
    )


def card_of(note: Note) -> Card:
    """A finding in two lines."""
    act = "double-click to see the events" if note.filter else ""
    line = " · ".join(filter(None, (note.kind, f"since {clock_time(note.since)[:8]}", act)))
    return Card(note.icon, note.tone, note.kind, display(note.text), "", line)

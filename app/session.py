"""Session: one capture being watched, with everything that is known of it. The core's front door; no Qt.

The owner calls `drain` on every frame. All parts are plain objects called in turn; none calls back.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, NamedTuple

from app.colours import Colours
from app.knowledge import Knowledge
from app.settings import Settings
from app.sources.intake import Intake
from app.sources.supervisor import Source, Supervisor
from app.store.store import Store
from app.topology.topology import Topology
from eventscope.connector import Chart, Connector, Declaration

UNDO_S: Final = 10.0
"""Seconds in which clearing can be undone."""


@dataclass(frozen=True, slots=True)
class Counters:
    """What became of every row that a source handed over: seen = kept + evicted + cleared + dropped.

    `lost` counts rows that sources know to be lost before they reached us.
    """

    seen: int
    kept: int
    evicted: int
    cleared: int
    dropped: int
    lost: int


class Cleared(NamedTuple):
    """What was known of the rows that were cleared, and until when they can be brought back (monotonic seconds)."""

    knowledge: Knowledge
    rows: int
    until: float


class Session:
    """Sources, store and views of one capture."""

    def __init__(self, settings: Settings | None = None, *, patient: bool = True) -> None:
        self.settings = settings or Settings()
        self.intake = Intake()
        self.supervisor = Supervisor(self.intake, self.told, patient=patient)
        self._words: dict[tuple[str, str], Declaration | Chart] = {}
        self._start_empty()

    def _start_empty(self) -> None:
        self.store = Store(self.settings.memory_budget)
        self.store.open_traces = lambda until: self.traces.open_ids(until)
        self.marks = self.store.marks
        self.colours = Colours(self.store, self.settings.table.colours)
        self._know(Knowledge.empty(self.store, self.settings))
        self._cleared: Cleared | None = None

    def _know(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self.tally, self.traces = knowledge.tally, knowledge.traces
        self.sagas, self.streams = knowledge.sagas, knowledge.streams
        self.latency, self.breaches = knowledge.latency, knowledge.breaches
        self.topology, self.gauges = knowledge.topology, knowledge.gauges

    @property
    def sources(self) -> list[Source]:
        """All attached sources, in the order of attaching."""
        return self.supervisor.sources

    def attach(self, connector: Connector, name: str = "") -> Source:
        """Start to watch a source, shown under `name` or its own label."""
        return self.supervisor.attach(connector, name)

    def drain(self, budget_s: float = 0.006) -> int:
        """Store what waits in the intake, for about `budget_s` at most; the number of rows stored."""
        deadline = time.perf_counter() + budget_s
        self._settle_clear()
        stored = 0
        while batch := self.intake.take():
            first = self.store.append(batch.source, batch.block, batch.observed_at)
            self._show(first)
            stored += batch.block.rows
            if time.perf_counter() > deadline:
                break
        self.store.tick()
        return stored

    def told(self, source: str, told: Declaration | Chart) -> None:
        """Take in what a source says of itself or of its broker."""
        self._words[source, told.channel if isinstance(told, Declaration) else ""] = told
        for knowledge in self._learning:
            tell(knowledge.topology, source, told)

    def counters(self) -> Counters:
        """The account of all rows; it adds up at every moment."""
        store, dropped = self.store, self.intake.dropped_total
        return Counters(
            seen=store.kept + store.evicted + store.cleared + dropped,
            kept=store.kept,
            evicted=store.evicted,
            cleared=store.cleared,
            dropped=dropped,
            lost=sum(source.lost for source in self.sources),
        )

    def clear(self) -> int:
        """Begin anew: no rows, and nothing known but what sources declared. How many rows there were.

        For UNDO_S seconds it can be undone; until then what was cleared counts against the memory.
        """
        rows = self.store.kept
        self.store.clear()
        self._cleared = Cleared(self._knowledge, rows, time.monotonic() + UNDO_S)
        self._know(Knowledge.empty(self.store, self.settings))
        for (source, _), told in self._words.items():
            tell(self.topology, source, told)
        return rows

    @property
    def clearing(self) -> Cleared | None:
        """What was cleared and can still be brought back."""
        return self._cleared

    def undo_clear(self) -> int | None:
        """Bring back what was cleared last, before what came since; how many rows, None when it is too late."""
        cleared, self._cleared = self._cleared, None
        if cleared is None:
            return None
        self._know(cleared.knowledge)
        return self.store.undo_clear()

    def _settle_clear(self) -> None:
        if self._cleared is not None and time.monotonic() > self._cleared.until:
            self._cleared = None
            self.store.settle_clear()
            self.marks.prune(self.store.kept_of)

    async def close(self) -> None:
        """Let go of all sources, then store what they handed over last."""
        await self.supervisor.close()
        self.drain(budget_s=1.0)
        self.store.close()

    def _show(self, first: int) -> None:
        """Show the rows from `first` on, in their order: whoever numbers texts by chunk would begin anew each time."""
        filled = list(takewhile(lambda chunk: chunk.next_seq > first, reversed(self.store.chunks)))
        for chunk in reversed(filled):
            for knowledge in self._learning:
                knowledge.add(chunk, chunk.place_of(first), chunk.rows)

    @property
    def _learning(self) -> list[Knowledge]:
        """What rows are shown to: also to what was cleared, as long as that may come back."""
        return [self._knowledge, *([self._cleared.knowledge] if self._cleared else [])]


def tell(topology: Topology, source: str, told: Declaration | Chart) -> None:
    """Enter into the map what a source says of itself or of its broker."""
    if isinstance(told, Chart):
        topology.chart(source, told)
    else:
        topology.declare(source, told)

"""Session: one capture being watched, with everything that is known of it. The core's front door; no Qt.

The owner calls `drain` on every frame. All parts are plain objects called in turn; none calls back.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import takewhile

from app.gaps import events_between_gaps
from app.gauges import Gauges
from app.latency.breaches import Breaches
from app.latency.latency import Latency
from app.settings import Settings
from app.sources.intake import Intake
from app.sources.supervisor import Source, Supervisor
from app.sources.tally import Tally
from app.store.chunk import Chunk
from app.store.store import Store
from app.topology.topology import Topology
from app.traces.traces import Traces
from eventscope.connector import Chart, Connector, Declaration


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


class Session:
    """Sources, store and views of one capture."""

    def __init__(self, settings: Settings | None = None, *, patient: bool = True) -> None:
        self.settings = settings or Settings()
        self.intake = Intake()
        self.supervisor = Supervisor(self.intake, self._declared, patient=patient)
        self._start_empty()

    def _start_empty(self) -> None:
        self.store = Store(self.settings.memory_budget)
        self.traces = Traces()
        self.latency = Latency(self.settings.budgets_ms)
        self.breaches = Breaches(self.settings.budgets_ms)
        self.topology = Topology()
        self.tally = Tally()
        self.gauges = Gauges()

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
        stored = 0
        while batch := self.intake.take():
            first = self.store.append(batch.source, batch.block, batch.observed_at)
            self._show(first)
            stored += batch.block.rows
            if time.perf_counter() > deadline:
                break
        return stored

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

    async def close(self) -> None:
        """Let go of all sources, then store what they handed over last."""
        await self.supervisor.close()
        self.drain(budget_s=1.0)

    def _show(self, first: int) -> None:
        """Show the rows from `first` on, in their order: whoever numbers texts by chunk would begin anew each time."""
        filled = list(takewhile(lambda chunk: chunk.next_seq > first, reversed(self.store.chunks)))
        for chunk in reversed(filled):
            self._show_rows(chunk, max(first - chunk.first_seq, 0), chunk.rows)

    def _show_rows(self, chunk: Chunk, start: int, stop: int) -> None:
        for first, last in events_between_gaps(chunk, start, stop):
            for part in (self.tally, self.traces, self.latency, self.breaches, self.topology, self.gauges):
                part.add(chunk, first, last)

    def _declared(self, source: str, told: Declaration | Chart) -> None:
        if isinstance(told, Chart):
            self.topology.chart(source, told)
        else:
            self.topology.declare(source, told)

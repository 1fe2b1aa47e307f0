"""Knowledge: what is learnt from the rows of a capture, without looking at any of them twice."""

from __future__ import annotations

from dataclasses import dataclass

from app.gaps import events_between_gaps
from app.gauges import Gauges
from app.latency.breaches import Breaches
from app.latency.latency import Latency
from app.settings import Settings
from app.sources.tally import Tally
from app.store.chunk import Chunk
from app.store.store import Store
from app.topology.topology import Topology
from app.traces.sagas import Sagas
from app.traces.streams import Streams
from app.traces.traces import Traces

__all__ = ["Knowledge"]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that the views show besides the rows themselves."""

    tally: Tally
    traces: Traces
    sagas: Sagas
    streams: Streams
    latency: Latency
    breaches: Breaches
    topology: Topology
    gauges: Gauges

    @classmethod
    def empty(cls, store: Store, settings: Settings) -> Knowledge:
        """Nothing is known yet."""
        traces = Traces()
        return cls(
            tally=Tally(),
            traces=traces,
            sagas=Sagas(store, traces),
            streams=Streams(),
            latency=Latency(settings.budgets_ms),
            breaches=Breaches(settings.budgets_ms),
            topology=Topology(),
            gauges=Gauges(),
        )

    def add(self, chunk: Chunk, start: int, stop: int) -> None:
        """Take in rows `start` to `stop` of a chunk."""
        parts = (self.tally, self.traces, self.streams, self.latency, self.breaches, self.topology, self.gauges)
        for first, last in events_between_gaps(chunk, start, stop):
            for part in parts:
                part.add(chunk, first, last)

"""Session: one capture being watched, with everything that is known of it. The core's front door; no Qt.

The owner calls `drain` on every frame. All parts are plain objects called in turn; none calls back.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final, NamedTuple

from app.colours import Colours
from app.knowledge import Knowledge
from app.recording import About, Recorder, Recording
from app.redaction.urls import without_secrets
from app.settings import Settings
from app.sources.intake import Intake
from app.sources.supervisor import Source, Supervisor
from app.store.parcel import Parcel
from app.store.store import Store
from app.topology.topology import Topology
from app.triggers.triggers import Triggers
from eventscope.connector import Block, Chart, Connector, Declaration

UNDO_S: Final = 10.0
"""Seconds in which clearing can be undone."""


@dataclass(frozen=True, slots=True)
class Counters:
    """What became of every row that a source handed over: seen = kept + evicted + cleared + dropped.

    `lost` counts rows that sources know to be lost before they reached us. `spilled` is the part of those kept that is
    in a capture and no more in memory; `not_recorded` counts rows that the recording misses.
    """

    seen: int
    kept: int
    evicted: int
    cleared: int
    dropped: int
    lost: int
    spilled: int = 0
    not_recorded: int = 0


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
        self._urls: dict[str, str] = {}
        self._lasting: set[str] = set()
        self._watches_live = False
        self._start_empty()
        self.recording = Recording(lambda: self.store, self.about)

    def _start_empty(self) -> None:
        self.store = Store(self.settings.memory_budget)
        self.store.open_traces = lambda until: self.traces.open_ids(until)
        self.marks = self.store.marks
        self.colours = Colours(self.store, self.settings.table.colours)
        self.triggers = Triggers(self.store, self.settings.table.triggers)
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

    @property
    def recorder(self) -> Recorder | None:
        """What records now, or did so last."""
        return self.recording.recorder

    def attach(self, connector: Connector, name: str = "", url: str = "") -> Source:
        """Start to watch a source, shown under `name` or its own label; a recording tells the URL without secrets."""
        source = self.supervisor.attach(connector, name)
        self.known_as(source, url)
        (self._lasting.add if connector.lasting else self._lasting.discard)(source.label)
        return source

    def known_as(self, source: Source, url: str) -> None:
        """Tell by which URL a source was attached: recordings say it, without secrets."""
        self._urls[source.label] = without_secrets(url)

    async def record(self, path: Path, *, replace: bool = False) -> None:
        """Record all rows that are kept and all that come in a new file. Raises NotRecorded."""
        await asyncio.to_thread(self.recording.begin, path, replace=replace)

    async def stop_recording(self) -> None:
        """Finish the file that is being recorded, if one is."""
        await asyncio.to_thread(self.recording.stop)

    def drain(self, budget_s: float = 0.006) -> int:
        """Store what waits in the intake, for about `budget_s` at most; the number of rows stored."""
        deadline = time.perf_counter() + budget_s
        self._settle_clear()
        stored = 0
        while batch := self.intake.take():
            noted = self.store.marks.version
            first = self.store.append(batch.source, batch.block, batch.observed_at)
            self.recording.came(self.store.next_seq - 1, noted, lasting=batch.source in self._lasting)
            self._watches_live |= not is_replay(batch.block)
            self._show(first)
            stored += batch.block.rows
            if time.perf_counter() > deadline:
                break
        self.triggers.tick(self.settings.table.triggers)
        self.store.tick()
        return stored

    def now(self) -> int:
        """The moment up to which views look back (ns since the epoch): where all rows are replays, that of the last."""
        chunks = self.store.chunks
        if self._watches_live or not chunks or not chunks[-1].rows:
            return time.time_ns()
        return int(chunks[-1].observed[chunks[-1].rows - 1])

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
            spilled=store.spilled,
            not_recorded=self.recorder.not_recorded if self.recorder else 0,
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
            self.triggers.prune()

    async def close(self) -> None:
        """Let go of all sources, store and record what they handed over last."""
        await self.supervisor.close()
        self.drain(budget_s=1.0)
        await self.stop_recording()
        self.store.close()

    @property
    def about(self) -> About:
        """What a recording tells of the session beside the rows."""
        return About(
            sources=lambda: dict(self._urls),
            losses=self._losses,
            told=lambda: [(source, told) for (source, _), told in dict(self._words).items()],
        )

    def _losses(self) -> dict[str, int]:
        """Rows that never came into the store, by reason."""
        told = {f"{source.label}: lost at the source": source.lost for source in self.sources}
        told["came faster than they could be taken in"] = self.intake.dropped_total
        return {reason: count for reason, count in told.items() if count}

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


def is_replay(batch: Block | Parcel) -> bool:
    """Whether another monitor has watched these rows before."""
    return batch.packed.replays is not None if isinstance(batch, Parcel) else bool(batch.replay)

"""Supervisor: drives connectors, and always knows what each is doing and why.

It alone decides when a source is tried again: after 1 s to 8 s, doubled, with jitter, so that a repaired source is back
within ten seconds. A connector that raises is never the end of the window: the state and the reason are shown, the
details are logged.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.sources.driver import Driver
from app.sources.intake import Intake
from app.store.parcel import Parcel
from app.store.replayed import parcel_of
from app.tasks import spawn
from connectors.file.leaf_rows import LeafRows
from eventscope.connector import Block, Chart, Connector, Declaration, Record, Refused, SourceState

log = logging.getLogger(__name__)

FIRST_BACKOFF_S = 1.0
LONGEST_BACKOFF_S = 8.0
STOP_S = 5.0
"""How long a cancelled connector may take to let go."""


@dataclass(eq=False)
class Source:
    """A connector being driven: its state, the reason, and what came through it."""

    connector: Connector
    label: str
    state: SourceState = SourceState.CONNECTING
    detail: str = ""
    since: float = field(default_factory=time.time)
    heard_at: float | None = None
    """When the connector last handed over or said anything; what it does not know, it does not say."""
    seen: int = 0
    lost: int = 0
    losses: deque[tuple[float, int, str]] = field(default_factory=lambda: deque(maxlen=100))
    task: asyncio.Task[None] | None = None
    refusal: Refused | None = None
    """Why it failed, until it is started again or somebody has dealt with it."""

    def __post_init__(self) -> None:
        self.driver = Driver(self.connector, lambda: self.seen)

    @property
    def runner(self) -> str:
        """Where the connector runs and why, such as "in a process of its own (pid 123), 45 MB · it was busy"."""
        return self.driver.where

    def become(self, state: SourceState, detail: str = "") -> None:
        """Enter a state; the time since it holds counts from its first entry."""
        if state != self.state:
            self.since = time.time()
            log.info("source %s is %s %s", self.label, state, detail)
        self.state, self.detail = state, detail

    @property
    def over(self) -> bool:
        """Whether nothing more will come unless it is started again."""
        return self.state in (SourceState.ENDED, SourceState.FAILED, SourceState.STOPPED)


class SourceSink:
    """The sink of one source: puts what its connector pushes into the intake."""

    def __init__(self, source: Source, intake: Intake, declared: Callable[[str, Declaration | Chart], None]) -> None:
        self._source = source
        self._intake = intake
        self._declared = declared

    def push(self, batch: Block | Sequence[Record]) -> None:
        """Hand over rows; never blocks."""
        rows = rows_of(batch)
        if rows is None or not rows.rows:
            return
        self._source.seen += rows.rows
        self._source.heard_at = time.time()
        if self._source.state is SourceState.CONNECTING:
            self._source.become(SourceState.LIVE, self._source.detail)
        self._intake.put(self._source.label, rows)

    async def room(self) -> None:
        """Wait until the intake has room."""
        await self._intake.room()

    def lost(self, count: int, reason: str) -> None:
        """Count rows that were lost before they reached us."""
        self._source.lost += count
        self._source.losses.append((time.time(), count, reason))
        log.warning("source %s lost %d events: %s", self._source.label, count, reason)

    def declare(self, declaration: Declaration) -> None:
        """Pass on who listens to what."""
        self._source.heard_at = time.time()
        self._declared(declaration.source or self._source.label, declaration)

    def chart(self, chart: Chart) -> None:
        """Pass on what a broker says of itself."""
        self._source.heard_at = time.time()
        self._declared(chart.source or self._source.label, chart)

    def state(self, state: SourceState, detail: str = "") -> None:
        """Show what the connector says of itself."""
        self._source.heard_at = time.time()
        self._source.become(state, detail)


def rows_of(batch: Block | Sequence[Record]) -> Block | Parcel | None:
    """What was handed over, in columns; None if there are no rows."""
    if isinstance(batch, Block | Parcel):
        return batch
    if isinstance(batch, LeafRows):
        return parcel_of(batch)
    return Block.of(batch) if batch else None


class Supervisor:
    """All sources of a session. With `patient` off a source that cannot be reached fails at once."""

    def __init__(
        self, intake: Intake, declared: Callable[[str, Declaration | Chart], None], *, patient: bool = True
    ) -> None:
        self.sources: list[Source] = []
        self._intake = intake
        self._declared = declared
        self._patient = patient

    def attach(self, connector: Connector, name: str = "") -> Source:
        """Start to drive a connector, under `name` or its own label; numbered if another source has that."""
        source = Source(connector, self._free_label(name or connector.label))
        self.sources.append(source)
        self.start(source)
        return source

    def start(self, source: Source) -> None:
        """Drive a source that is over, again."""
        source.refusal = None
        if source.driver.connector is not source.connector:
            source.driver = Driver(source.connector, lambda: source.seen)
        source.become(SourceState.CONNECTING)
        source.task = spawn(self._drive(source), name=f"source {source.label}")

    async def stop(self, source: Source) -> None:
        """Detach from a source and wait until it has let go."""
        task, source.task = source.task, None
        if task is not None and not task.done():
            task.cancel()
            _, pending = await asyncio.wait([task], timeout=STOP_S)
            if pending:
                log.error("source %s did not stop within %s s", source.label, STOP_S)
        if not source.over:
            source.become(SourceState.STOPPED)

    async def remove(self, source: Source) -> None:
        """Stop a source and forget it; its rows stay."""
        await self.stop(source)
        self.sources.remove(source)

    async def close(self) -> None:
        """Stop all sources at once."""
        await asyncio.gather(*(self.stop(source) for source in self.sources))

    async def _drive(self, source: Source) -> None:
        backoff = FIRST_BACKOFF_S
        sink = SourceSink(source, self._intake, self._declared)
        while True:
            seen = source.seen
            try:
                await source.driver.run(sink)
            except asyncio.CancelledError:
                raise
            except Refused as error:
                source.refusal = error
                return source.become(SourceState.FAILED, str(error))
            except Exception as error:
                log.warning("source %s: %s", source.label, error, exc_info=True)
                reason = str(error) or type(error).__name__
                if not self._patient:
                    return source.become(SourceState.FAILED, reason)
            else:
                return source.become(SourceState.ENDED, source.detail)
            backoff = FIRST_BACKOFF_S if source.seen > seen else min(backoff * 2, LONGEST_BACKOFF_S)
            await self._wait(source, backoff * random.uniform(0.8, 1.2), reason)  # noqa: S311

    async def _wait(self, source: Source, seconds: float, reason: str) -> None:
        source.become(SourceState.RETRYING, f"{reason} · again in {seconds:.0f} s")
        await asyncio.sleep(seconds)
        source.become(SourceState.CONNECTING)

    def _free_label(self, label: str) -> str:
        taken = {source.label for source in self.sources}
        numbered = (label if n == 1 else f"{label} {n}" for n in range(1, len(taken) + 2))
        return next(name for name in numbered if name not in taken)

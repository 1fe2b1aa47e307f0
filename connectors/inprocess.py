"""`inprocess:` watches a bus in this very process, by observing it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, Self

import eventscope
from connectors.tap.steps import read_steps
from eventscope.buffer import StepBuffer
from eventscope.connector import Connector, Declaration, Sink, SourceState
from eventscope.declared import declared_subscriptions
from eventscope.wire import steps_body

if TYPE_CHECKING:
    from eventscope.bus import EventBus

__all__ = ["InProcessConnector", "InProcessOptions"]

TICK_S: Final = 0.012
"""How long steps wait for others to be handed over with."""

BATCH: Final = 256
"""Steps read before the loop gets its turn: about a millisecond."""

BUFFERED_STEPS: Final = 50_000
DECLARE_S: Final = 1.0


@dataclass(frozen=True)
class InProcessOptions:
    """Options of `inprocess:`."""

    snapshot: bool = field(
        default=False, metadata={"help": "read payloads at emit, so that later changes of them are not seen"}
    )


class InProcessConnector(Connector):
    """Watches the global bus of this process, or the one it is attached to."""

    Options: ClassVar = InProcessOptions
    summary: ClassVar = "the event bus of this very process"

    def __init__(self, options: InProcessOptions, bus: EventBus | None = None) -> None:
        super().__init__(options)
        self._bus = bus

    @classmethod
    def attach(cls, bus: EventBus) -> Self:
        """A connector that watches `bus`."""
        return cls(InProcessOptions(), bus)

    @property
    def label(self) -> str:
        """The bus's name, once it is known which."""
        return self._bus.name if self._bus else "inprocess"

    @property
    def portable(self) -> bool:
        """No: another process has other buses."""
        return False

    @property
    def safety(self) -> str:
        """What attaching does."""
        return "observes a bus of this process · each step costs it one append"

    async def run(self, sink: Sink) -> None:
        """Hand over what happens on the bus, until cancelled."""
        bus = self._bus or eventscope.get_event_bus()
        watch = _Watch(bus, sink, StepBuffer(BUFFERED_STEPS, snapshot=self.options.snapshot))
        unobserve = bus.observe(watch.buffer.observe)
        sink.state(SourceState.LIVE, f"bus {bus.name}")
        try:
            await watch.run()
        finally:
            unobserve()
            watch.finish()


class _Watch:
    """One run of the connector: moves steps from the buffer into the sink."""

    def __init__(self, bus: EventBus, sink: Sink, buffer: StepBuffer) -> None:
        self.buffer = buffer
        self._bus = bus
        self._sink = sink
        self._declaration: Declaration | None = None
        self._lost = 0

    async def run(self) -> None:
        clock = asyncio.get_running_loop().time
        next_look = clock()
        while True:
            if clock() >= next_look:
                next_look = clock() + DECLARE_S
                self._look()
            await asyncio.sleep(0 if self._push_batch() == BATCH else TICK_S)

    def finish(self) -> None:
        """Hand over what was emitted before the end."""
        while self._push_batch():
            pass
        self._look()

    def _push_batch(self) -> int:
        taken = self.buffer.take(BATCH)
        if taken.steps:
            # The same bytes as through a tap, so that both give the same rows.
            self._sink.push(read_steps(steps_body(*taken), self._bus.name))
        return len(taken.steps)

    def _look(self) -> None:
        """Report what was lost and who is subscribed, if either has changed."""
        lost = self.buffer.dropped
        if lost > self._lost:
            self._sink.lost(lost - self._lost, f"bus {self._bus.name}: more steps than could be read")
            self._lost = lost
        declaration = Declaration(self._bus.name, declared_subscriptions(self._bus))
        if declaration != self._declaration:
            self._declaration = declaration
            self._sink.declare(declaration)

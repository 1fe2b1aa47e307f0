"""One connection's worth of tailing: messages in, rows out, and a watch on whether anything is missed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from connectors.envelopes.decoding import Decoding
from connectors.gap import gap_record
from connectors.rabbitmq.bindings import TRACE_EXCHANGE, Binding, Bindings, Missing
from connectors.rabbitmq.charting import Charting
from connectors.rabbitmq.frames import Message
from connectors.rabbitmq.link import Link
from connectors.rabbitmq.options import RabbitOptions
from connectors.rabbitmq.record import events_of, read_message, read_traced
from connectors.rabbitmq.tap import LARGEST_BACKLOG, LONGEST_BACKLOG, Stream, Tap
from connectors.wording import many
from eventscope.connector import Block, ConnectorError, Record, Sink, SourceState

__all__ = ["Memory", "Tail"]

FLUSH_S: Final = 0.016
"""How long a message waits for others, so that rows are handed over in blocks."""

PROBE_S: Final = 2.0
"""How often the broker is asked something; also what makes a silent connection known as dead."""

TICK_S: Final = 0.5
STALLED_TICKS: Final = 7
LOST_TICKS: Final = 15

FULL: Final = 0.75
"""The part of its bound from which on the backlog counts as full: what was just sent ahead has left it for a moment."""

LOSING: Final = "losing at the broker, uncounted: the queue of the tap is full"


@dataclass
class Memory:
    """What is known from one connection to the next."""

    lived: bool = False
    blind_since: float | None = None
    next_offset: int | None = None

    def told(self) -> dict[str, Any] | None:
        """As plain data, for another process: moments are told by the clock of the wall. None if it never lived."""
        blind_s = 0.0 if self.blind_since is None else time.monotonic() - self.blind_since
        return {"seen_at": time.time() - blind_s, "next_offset": self.next_offset} if self.lived else None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Memory:
        """What another one knew, that has been blind since it told it."""
        blind_s = max(0.0, time.time() - told["seen_at"])
        return cls(lived=True, blind_since=time.monotonic() - blind_s, next_offset=told["next_offset"])


class Tail:
    """Tails until the connection ends, which raises ConnectorError, or until cancelled."""

    def __init__(
        self,
        options: RabbitOptions,
        link: Link,
        bindings: Bindings,
        charting: Charting,
        sink: Sink,
        memory: Memory,
    ) -> None:
        self._options = options
        self._link = link
        self._bindings = bindings
        self._charting = charting
        self._sink = sink
        self._memory = memory
        self._exchanges = (TRACE_EXCHANGE,) if options.firehose else options.exchange
        self._decoding = Decoding("amqp", options.schema_registry)
        read = read_traced if options.firehose else read_message
        self._read: Callable[[Message], Record] = partial(read, decoding=self._decoding)
        self._notes: list[str] = []
        self._gone: set[str] = set()
        self._losing = False
        self._stalled = False
        self._mean_size = 0.0
        self._shown = ""

    async def run(self) -> None:
        """Open the source, then carry and watch."""
        if self._options.stream:
            await self._read_stream(self._options.stream)
        else:
            await self._read_tap()

    async def _read_tap(self) -> None:
        tap = await Tap.open(self._link)
        await self._renew(tap, patient=self._memory.lived)
        self._begin()
        self._show(tap)
        await self._together(tap, self._probe(tap))

    async def _read_stream(self, name: str) -> None:
        start = self._options.start if self._memory.next_offset is None else self._memory.next_offset
        self._read = lambda message: self._read_streamed(message, name)
        stream = await Stream.open(self._link, name, start)
        self._memory.blind_since = None  # nothing is missed: a stream keeps what came meanwhile
        self._begin()
        self._show()
        await self._together(stream, self._ping())

    async def _together(self, source: Tap | Stream, probing: Coroutine[Any, Any, None]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(source), name="rabbitmq carry")
                group.create_task(self._listen(source), name="rabbitmq listen")
                group.create_task(probing, name="rabbitmq probe")
                group.create_task(self._charting.run(self._sink, lambda: _bound(source)), name="rabbitmq chart")
        except BaseExceptionGroup as several:
            self._memory.blind_since = time.monotonic() - self._link.frames.silent * TICK_S
            raise several.exceptions[0] from several

    def _begin(self) -> None:
        memory = self._memory
        memory.lived = True
        if memory.blind_since is not None:
            seconds = time.monotonic() - memory.blind_since
            self._gap(f"the connection was lost, blind for {seconds:.1f} s")
        memory.blind_since = None

    def _gap(self, reason: str, channel: str | None = None) -> None:
        self._sink.push([gap_record(channel or ", ".join(self._exchanges), None, exact=False, reason=reason)])

    async def _carry(self, source: Tap | Stream) -> None:
        """Hand over what arrives, in blocks, and acknowledge it."""
        frames = self._link.frames
        while True:
            await frames.arrived.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_S):
                    await frames.full.wait()
            if messages := frames.take():
                try:
                    await source.acknowledge(messages[-1].tag)  # first, so that the broker sends on meanwhile
                    await self._prepare(messages)
                finally:
                    self._hand_over(messages)
            elif frames.ended:
                raise self._link.trouble()

    async def _prepare(self, messages: list[Message]) -> None:
        """Get the schemas that messages need, if there is a registry."""
        for exchange in {message.exchange for message in messages}:
            await self._decoding.prepare(exchange, (((), m.body) for m in messages if m.exchange == exchange))

    def _hand_over(self, messages: list[Message]) -> None:
        self._mean_size = sum(len(message.body) for message in messages) / len(messages)
        events = [each for message in messages for each in events_of(message, self._decoding)]
        self._sink.push(Block.of([self._read(each) for each in events]))

    def _read_streamed(self, message: Message, name: str) -> Record:
        record = read_message(message, name, self._decoding)
        offset = (record.channel or "").rpartition("@")[2]
        if offset.isdigit():
            self._memory.next_offset = int(offset) + 1
        return record

    async def _listen(self, source: Tap | Stream) -> None:
        """Say when nothing is heard. Ticks are counted, so that a loop that stood still raises no alarm."""
        frames = self._link.frames
        while True:
            await asyncio.sleep(TICK_S)
            frames.silent += 1
            if frames.silent >= LOST_TICKS:
                raise ConnectorError(
                    f"nothing was heard from {self._link.place} for {LOST_TICKS * TICK_S:.0f} s; check the network"
                )
            if (frames.silent >= STALLED_TICKS) != self._stalled:
                self._stalled = not self._stalled
                self._show(source)

    async def _probe(self, tap: Tap) -> None:
        """Ask for the backlog, and renew the bindings."""
        while True:
            await asyncio.sleep(PROBE_S)
            self._weigh(await tap.depth())
            await self._renew(tap, patient=True)
            self._show(tap)

    async def _ping(self) -> None:
        """Ask something, so that there is an answer to be heard."""
        while True:
            await asyncio.sleep(PROBE_S)
            async with self._link.errand():
                pass

    def _weigh(self, depth: int) -> None:
        losing = depth >= FULL * LONGEST_BACKLOG or depth * self._mean_size >= FULL * LARGEST_BACKLOG
        if losing and not self._losing:
            self._gap("the queue of the tap at the broker was full and drops its oldest messages")
        self._losing = losing

    async def _renew(self, tap: Tap, *, patient: bool) -> None:
        """Have the bindings that are wanted now. When `patient`, what is missing is waited for."""
        notes: list[str] = []
        for exchange in self._exchanges:
            try:
                wanted = await self._bindings.wanted(exchange)
                await tap.bind(exchange, wanted.bindings, self._options.path)
            except Missing as missing:
                if not patient:
                    raise
                self._gone.add(exchange)
                notes.append(str(missing))
                continue
            notes += wanted.notes
            if exchange in self._gone:
                self._gone.discard(exchange)
                self._gap("the exchange was gone; what came before it was bound again is not known", exchange)
        self._notes = notes

    def _show(self, source: Tap | Stream | None = None) -> None:
        waits = self._stalled or (bool(self._gone) and self._gone == set(self._exchanges))
        state = SourceState.RETRYING if waits else SourceState.LIVE
        stalled = "stalled: the broker does not answer" if self._stalled else ""
        bound = _summary(source) if isinstance(source, Tap) else ""
        detail = " · ".join(filter(None, (stalled, bound, LOSING if self._losing else "", *self._notes)))
        if f"{state}{detail}" != self._shown:
            self._shown = f"{state}{detail}"
            self._sink.state(state, detail)


def _bound(source: Tap | Stream) -> dict[str, frozenset[Binding]]:
    return dict(source.bound) if isinstance(source, Tap) else {}


def _summary(tap: Tap) -> str:
    bindings = sum(map(len, tap.bound.values()))
    return f"{many(bindings, 'binding')} on {many(len(tap.bound), 'exchange')}"

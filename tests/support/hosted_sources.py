"""Connectors that a test runs in a process of their own, each with one habit."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eventscope.chart import Chart, Figures, Place, PlaceKind
from eventscope.connector import (
    Connector,
    ConnectorError,
    Declaration,
    DeclaredSubscription,
    Record,
    Refused,
    Sink,
    SourceState,
)
from eventscope.event import EventPriority

log = logging.getLogger(__name__)

DECLARATION = Declaration("bus", (DeclaredSubscription("mail", ("order.*",), priority="HIGH"),))
CHART = Chart("broker", (Place(PlaceKind.QUEUE, "q", Figures(depth=3)),), taken_at=7)


@dataclass(frozen=True)
class Habits:
    """What all of them may be told."""

    habit: str = ""
    path: Path | None = None
    password: str = ""
    batch: int = 100
    pause: float = 0.001
    last: int = 0


class Habitual(Connector):
    """Does what its `habit` names."""

    Options = Habits
    summary = "for tests"
    safety = "touches nothing at all"

    @property
    def label(self) -> str:
        return f"the {self.options.habit}"

    async def run(self, sink: Sink) -> None:
        await getattr(self, self.options.habit)(sink)

    async def teller(self, sink: Sink) -> None:
        """Uses every call of a sink, then ends."""
        sink.state(SourceState.LIVE, "it is told")
        sink.declare(DECLARATION)
        sink.chart(CHART)
        sink.lost(3, "they were lost")
        sink.push([row(1), row(2)])
        sink.push([])

    async def talker(self, sink: Sink) -> None:
        """Prints and logs."""
        print("printed")
        print("complained", file=sys.stderr)
        log.warning("warned of %s", "something")
        log.debug("whispered")
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            log.exception("excepted")

    async def reader(self, sink: Sink) -> None:
        """Reads standard input, which is nothing here."""
        sink.push([Record(type="read", key=sys.stdin.read() or "nothing")])

    async def waiter(self, sink: Sink) -> None:
        """Is live, and waits."""
        sink.state(SourceState.LIVE, str(os.getpid()))
        await asyncio.Event().wait()

    async def clinger(self, sink: Sink) -> None:
        """Does not let go."""
        sink.state(SourceState.LIVE)
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                pass

    async def sleeper(self, sink: Sink) -> None:
        """Blocks its loop."""
        sink.push([row(1)])
        await asyncio.sleep(0.3)
        time.sleep(3_600)

    async def refused(self, sink: Sink) -> None:
        raise Refused("wrong password")

    async def failing(self, sink: Sink) -> None:
        raise ConnectorError("the broker is away")

    async def special(self, sink: Sink) -> None:
        raise SpecialRefusal("it is special")

    async def faulty(self, sink: Sink) -> None:
        async with asyncio.TaskGroup():
            raise ZeroDivisionError("by nothing")

    async def leaking(self, sink: Sink) -> None:
        """Takes more and more."""
        sink.push([row(1)])
        kept = []
        while True:
            kept.append(b"x" * 2**24)
            await asyncio.sleep(0.01)

    async def sprawling(self, sink: Sink) -> None:
        """Takes more and more, and has the system allow it."""
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
        await self.leaking(sink)

    async def flooding(self, sink: Sink) -> None:
        """Pushes `last` rows without waiting for room, all LOW but for each hundredth."""
        sink.state(SourceState.LIVE)
        for start in range(0, self.options.last, self.options.batch):
            sink.push([row(n, n % 100 == 0) for n in range(start, start + self.options.batch)])
            await asyncio.sleep(0)
        await asyncio.Event().wait()

    async def secretive(self, sink: Sink) -> None:
        """Proves that it has its password."""
        sink.push([Record(type="proof", key=str(len(self.options.password)))])
        await asyncio.Event().wait()


class SpecialRefusal(Refused):
    """Known by its class."""


class Numbering(Habitual):
    """Counts up to `last`, or for ever, and knows where it is."""

    def __init__(self, options: Habits) -> None:
        super().__init__(options)
        self._next = 0

    def position(self) -> Any:
        return {"next": self._next}

    def resume(self, position: Any) -> None:
        self._next = position["next"]

    async def run(self, sink: Sink) -> None:
        sink.state(SourceState.LIVE)
        while self._next < self.options.last or not self.options.last:
            await sink.room()
            after = self._next + self.options.batch
            sink.push([row(n) for n in range(self._next, after)])
            self._next = after
            await asyncio.sleep(self.options.pause)


def row(number: int, urgent: bool = False) -> Record:
    """A numbered row with something in most columns."""
    return Record(
        type="number",
        id=str(number),
        payload=b"%d" % number,
        priority=EventPriority.CRITICAL if urgent else EventPriority.LOW,
        channel=f"n@{number}",
        correlation_id=f"c{number // 5}",
    )

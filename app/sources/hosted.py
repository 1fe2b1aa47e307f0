"""Hosted: a connector whose source is read in a process of its own. It is driven like any other.

A crash, a hang or a bomb there ends that process and nothing else. The next run begins where the last parcel that
arrived ended; where that is not known, a row says that something may be missing.
"""

from __future__ import annotations

import logging
import pickle
import sys
from collections.abc import AsyncIterator
from typing import Any, Final, NoReturn

import msgspec

from app.sources.child import Task
from app.sources.child_process import ChildProcess, Exit
from app.sources.messages import Call, End, Rows, Standing, Told, encode, make_call
from app.store.parcel import Parcel
from app.tasks import spawn
from connectors.gap import gap_record
from connectors.registry import open_source
from eventscope.connector import CheckResult, Connector, ConnectorError, Refused, Sink

GROWTH: Final = 2**30
"""Bytes that a process may take beyond what it begins with."""

ELSEWHERE: Final = "in a process of its own"


class Hosted(Connector):
    """Drives a connector, or what a URL names, in a process. Raises Refused for one that can only run here."""

    summary = "a source in a process of its own"
    portable = False

    def __init__(self, source: Connector | str, growth: int = GROWTH) -> None:
        self.inner = open_source(source) if isinstance(source, str) else source
        super().__init__(self.inner.options)
        self._growth = growth
        self._position = encode(self.inner.position())
        self._attached = False
        self._held: list[Parcel] = []
        """Rows of which the process has not said yet what position is behind them."""
        self._child: ChildProcess | None = None
        kind = type(self.inner)
        if not self.inner.portable:
            raise Refused(f"{self.label}: can only be read in the process of the monitor; leave run=process out")
        if kind.__module__ == "__main__" or "<locals>" in kind.__qualname__:
            raise Refused(f"{self.label}: {kind.__name__} must be in a module of its own to run in another process")

    @property
    def label(self) -> str:
        """That of the source."""
        return self.inner.label

    @property
    def safety(self) -> str:
        """What attaching does at the source."""
        return self.inner.safety

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe in the options."""
        return self.inner.warnings

    @property
    def where(self) -> str:
        """Where it runs, and what it takes."""
        if self._child is None:
            return ELSEWHERE
        memory = f", {self._child.memory / 2**20:.0f} MB" if self._child.memory else ""
        return f"{ELSEWHERE} (pid {self._child.pid}){memory}"

    def position(self) -> Any:
        """Behind the last row that arrived."""
        return msgspec.msgpack.decode(self._position)

    def resume(self, position: Any) -> None:
        """Begin there."""
        self._position = encode(position)

    async def check(self) -> AsyncIterator[CheckResult]:
        """Try the connection, from here."""
        async for result in self.inner.check():
            yield result

    async def run(self, sink: Sink) -> None:
        """Have a process tail the source; ends as the run there does. Raises ConnectorError if that process fails."""
        self._attached = False
        self._held.clear()
        self._child = child = self._start()
        taking = spawn(_take(child, sink), name=f"room for {self.label}")
        try:
            await self._follow(child, sink)
        finally:
            taking.cancel()
            child.stop()
            await self._last_words(child, sink)
            if self.position() is None:
                self._hand_over(sink)  # they will not come again
            self._child = None

    def _start(self) -> ChildProcess:
        level = logging.getLogger().getEffectiveLevel()
        try:
            return ChildProcess(Task(type(self.inner), self.options, self.position(), self._growth, level))
        except OSError as error:
            raise ConnectorError(f"no process could be started for it: {error.strerror or error}") from error
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise Refused("its options cannot be handed to another process; leave run=process out") from error

    async def _follow(self, child: ChildProcess, sink: Sink) -> None:
        """Pass on what the process says, until it is over."""
        while True:
            told = await child.next()
            if isinstance(told, Exit):
                self._fail(sink, told.why)
            self._pass_on(told, child, sink)
            if isinstance(told, End):
                return self._finish(sink, told)

    async def _last_words(self, child: ChildProcess, sink: Sink) -> None:
        """Pass on what the process had to say before it ended."""
        while not child.over:
            told = await child.next()
            if not isinstance(told, Exit):
                self._pass_on(told, child, sink)

    def _pass_on(self, told: Told, child: ChildProcess, sink: Sink) -> None:
        match told:
            case Rows():
                self._attached = True
                child.parcels.release()
                self._held.append(told.parcel())
                if told.position:
                    self._hand_over(sink)
                    self._position = told.position
            case Standing() | End():
                self._position = told.position
            case Call():
                self._attached = self._attached or told.name == "state"
                make_call(sink, told)

    def _hand_over(self, sink: Sink) -> None:
        """Hand over what was held; it goes together with its position, so that a lost process repeats none of it."""
        for parcel in self._held:
            sink.push(parcel)
        self._held.clear()

    def _finish(self, sink: Sink, end: End) -> None:
        """End as the run in the process did."""
        for name in end.errors:
            if name == "builtins:MemoryError":
                self._fail(sink, f"it needed more than {self._growth >> 20:,} MiB of memory")
            module, _, kind = name.partition(":")
            error = getattr(sys.modules.get(module), kind, None)
            if isinstance(error, type) and issubclass(error, ConnectorError):
                raise error(end.sentence)
        if end.errors:
            raise ConnectorError(end.sentence or end.errors[0].partition(":")[2])

    def _fail(self, sink: Sink, why: str) -> NoReturn:
        """The process is lost, and with it what it had read and not yet handed over, unless there is a position."""
        sentence = f"the process that reads it failed: {why}"
        if self._attached and self.position() is None:
            self._hand_over(sink)
            sink.push([gap_record(self.label, None, exact=False, reason=sentence)])
        raise ConnectorError(sentence)


async def _take(child: ChildProcess, sink: Sink) -> NoReturn:
    """Let the process send more rows, as there is room for them."""
    while True:
        await child.parcels.acquire()
        await sink.room()
        child.acknowledge()

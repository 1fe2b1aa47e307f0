"""Driver: runs a connector where it belongs, in the window's loop or in a process of its own.

A busy source in the loop takes the time in which the window would paint; in a process it costs the window a tenth,
but each event arrives some milliseconds later. So a connector that loses nothing by it moves when it has been busy
for some seconds. One that dislikes moving begins where it shall stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from eventscope.connector import Connector, Runner, Sink, SourceState

if TYPE_CHECKING:
    from app.sources.hosted import Hosted

BUSY_RATE: Final = 3_000
"""Rows a second from which on a source is busy."""

BUSY_S: Final = 3
"""For how many seconds in a row it has to be."""


class Driver:
    """Drives one connector through all its runs. `seen` tells how many rows came from it so far."""

    def __init__(self, connector: Connector, seen: Callable[[], int]) -> None:
        self.connector = connector
        self._seen = seen
        self._hosted: Hosted | None = None
        self._moved = False

    @property
    def where(self) -> str:
        """Where it runs and why, such as "in the window's loop · as asked"."""
        place: str = getattr(self._hosted or self.connector, "where", "in the window's loop")
        if "runner" in vars(self.connector):
            return f"{place} · as asked"
        if self.connector.runner is Runner.AUTO:
            return f"{place} · {'it was busy' if self._moved else 'until it is busy'}"
        return place

    def position(self) -> Any:
        """Where it is in its source, for another connector to go on there; None if it cannot."""
        return (self._hosted or self.connector).position()

    async def run(self, sink: Sink) -> None:
        """One run of the connector; raises what that raises."""
        if self._hosted is None and self.connector.runner is Runner.AUTO and await self._calm_run(sink):
            return
        if self._hosted is None and self.connector.runner is not Runner.LOOP:
            self._hosted = hosted(self.connector)
        await (self._hosted or self.connector).run(sink)

    async def _calm_run(self, sink: Sink) -> bool:
        """Run in the loop; False if that was given up because the source is busy."""
        try:
            async with asyncio.timeout(None) as calm:
                meter = Meter(self._seen, lambda: self._move(calm, sink))
                try:
                    await self.connector.run(sink)
                finally:
                    meter.stop()
        except TimeoutError:
            if not calm.expired():
                raise
            self._moved = True
            return False
        return True

    def _move(self, calm: asyncio.Timeout, sink: Sink) -> None:
        """Give the run in the loop up, if the next one can go on where it was."""
        if self.connector.position() is not None:
            sink.state(SourceState.CONNECTING, "moves to a process of its own, since it is busy")
            calm.reschedule(asyncio.get_running_loop().time())


class Meter:
    """Calls `busy` once a source has been busy for some seconds, and each second from then on."""

    def __init__(self, seen: Callable[[], int], busy: Callable[[], None]) -> None:
        self._seen = seen
        self._busy = busy
        self._last = seen()
        self._seconds = 0
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(1, self._look)

    def stop(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _look(self) -> None:
        last, self._last = self._last, self._seen()
        self._seconds = self._seconds + 1 if self._last - last >= BUSY_RATE else 0
        self._timer = self._loop.call_later(1, self._look)
        if self._seconds >= BUSY_S:
            self._busy()


def hosted(connector: Connector) -> Hosted:
    """A connector in a process of its own. What that takes is not imported before somebody needs it."""
    from app.sources.hosted import Hosted

    return Hosted(connector)

"""A courier: brings what is in the outbox to a broker, and comes back as often as it takes while that is away."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from eventscope import Backoff
from examples.defects.outbox import Outbox

__all__ = ["Courier"]

log = logging.getLogger(__name__)

PATIENCE: Final = Backoff(first=0.2, longest=15.0)


class Courier:
    """Runs for one outlet. Nobody waits for it: `wake` says that there is something to bring."""

    def __init__(self, outbox: Outbox, outlet: str, backoff: Backoff = PATIENCE) -> None:
        self._outbox = outbox
        self._outlet = outlet
        self._backoff = backoff
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to bring."""
        self._woken.set()

    async def run(self) -> None:
        """Bring until cancelled; what an earlier process left is brought first."""
        failures = 0
        while True:
            self._woken.clear()
            try:
                await self._outbox.drain(self._outlet)
            except Exception as error:
                failures += 1
                if failures == 1:
                    unexpected = not isinstance(error, OSError)
                    log.warning(
                        "%s is away, its events wait in the outbox: %s", self._outlet, error, exc_info=unexpected
                    )
                await asyncio.sleep(self._backoff.delay(failures))
                continue
            if failures:
                log.warning("%s is back and has all events", self._outlet)
            failures = 0
            await self._woken.wait()

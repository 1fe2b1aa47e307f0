"""A watchdog over brokers that have stopped to answer, which aiokafka does not tell.

Silence is counted from the first question that nobody answered. Whoever asks nothing, because there is no room for
more rows, is not worried either.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, NoReturn, TypeVar

from eventscope.connector import ConnectorError

__all__ = ["Watchdog"]

LOOK_S: Final = 0.25
STALLED_S: Final = 3.0
CONNECT_S: Final = 5.0
FIRST_PATIENCE_S: Final = 8.0
LONGEST_PATIENCE_S: Final = 40.0
PROMPT_S: Final = 1.0
SLOW_S: Final = 2.0

AnswerT = TypeVar("AnswerT")


class Watchdog:
    """Knows who owes an answer since when. Its `patience_s` grows with a slow cluster and belongs to the connector."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.patience_s = FIRST_PATIENCE_S
        self._clock = clock
        self._owed: dict[Hashable, float] = {}
        self._silent_since: float | None = None
        self._took = 0.0
        self.heard = False
        """Whether anybody has answered on these connections."""

    async def ask(self, whom: Hashable, answer: Awaitable[AnswerT]) -> AnswerT:
        """Wait for an answer. One that raises is none: the silence goes on."""
        asked = self._clock()
        self._owed.setdefault(whom, asked)
        self._silent_since = asked if self._silent_since is None else self._silent_since
        result = await answer
        del self._owed[whom]
        self._silent_since = None
        self.heard = True
        self._took = self._clock() - asked
        if self._took < PROMPT_S:
            self.patience_s = FIRST_PATIENCE_S
        return result

    def excuse(self, whom: Hashable) -> None:
        """Nothing is wanted of somebody any more."""
        self._owed.pop(whom, None)

    def wait_longer(self) -> None:
        """Have more patience the next time: the cluster may be slow."""
        self.patience_s = min(self.patience_s * 2, LONGEST_PATIENCE_S)

    @property
    def connect_s(self) -> float:
        """How long to wait for each answer while a connection is made."""
        return max(CONNECT_S, self.patience_s / 2)

    def forget(self) -> None:
        """Begin anew, with other connections."""
        self._owed.clear()
        self._silent_since = None
        self._took = 0.0
        self.heard = False

    @property
    def silence_s(self) -> float:
        """For how long nobody at all has answered."""
        return 0.0 if self._silent_since is None else self._clock() - self._silent_since

    def stalled(self) -> list[tuple[Hashable, float]]:
        """Who has owed an answer for too long, and for how many seconds."""
        now = self._clock()
        return [(whom, now - since) for whom, since in self._owed.items() if now - since > STALLED_S]

    @property
    def slowness(self) -> str:
        """What to say of a cluster that answers, but late."""
        return f"slow: answers take {self._took:.0f} s" if self._took > SLOW_S else ""

    async def watch(self, look: Callable[[], None]) -> NoReturn:
        """Call `look` a few times a second; raises ConnectorError when the cluster is lost."""
        while True:
            await asyncio.sleep(LOOK_S)
            look()
            if (silence := self.silence_s) > self.patience_s:
                self.wait_longer()
                raise ConnectorError(f"lost: no broker has answered for {silence:.0f} s; is the cluster up?")

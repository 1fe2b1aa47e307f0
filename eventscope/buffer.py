"""A bounded buffer of steps between a bus, which must not wait, and whoever sends them on."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from eventscope.step import Step
from eventscope.wire import payload_of

__all__ = ["StepBuffer", "Taken"]


class Taken(NamedTuple):
    """Steps taken from a buffer; `payloads` if they were encoded at emit."""

    steps: list[Step]
    payloads: list[bytes | None] | None


class StepBuffer:
    """At most about `limit` steps; newer ones are dropped and counted.

    `observe` is what a bus calls, from any thread: a comparison and an append. With `snapshot` it also encodes
    the payload (some microseconds), so that a later change of it is not seen. All else is called by the one
    thread that sends.
    """

    def __init__(self, limit: int, *, snapshot: bool = False) -> None:
        self._waiting: deque[Any] = deque()
        self._snapshot = snapshot
        self._drops = itertools.count()
        self._looks = 0
        self._taken = 0
        self.observe = self._observer(limit)

    def _observer(self, limit: int) -> Callable[[Step], None]:
        waiting, append, drop = self._waiting, self._waiting.append, self._drops.__next__

        def observe(step: Step) -> None:
            if len(waiting) < limit:
                append(step)
            else:
                drop()

        def observe_snapshot(step: Step) -> None:
            if len(waiting) < limit:
                append((step, payload_of(step)))
            else:
                drop()

        return observe_snapshot if self._snapshot else observe

    def take(self, most: int) -> Taken:
        """The oldest steps, at most `most` of them."""
        pop = self._waiting.popleft
        items = [pop() for _ in range(min(most, len(self._waiting)))]
        self._taken += len(items)
        if not self._snapshot:
            return Taken(items, None)
        return Taken([step for step, _ in items], [payload for _, payload in items])

    @property
    def dropped(self) -> int:
        """Steps dropped so far. A counter counts them, since `+= 1` loses some between threads."""
        self._looks += 1
        return next(self._drops) - self._looks + 1

    @property
    def emitted(self) -> int:
        """Steps that came so far, dropped ones among them."""
        return self._taken + len(self._waiting) + self.dropped

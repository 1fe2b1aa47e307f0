"""Fetcher: what must be waited for is read by a thread; whoever asks goes on, and has it later."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final, Generic, TypeVar

__all__ = ["Fetcher"]

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")

MOST: Final = 256
"""What is read in one go. Who asks for more, as by scrolling on, gets what was asked for last."""


class Fetcher(Generic[KeyT, ValueT]):
    """Reads by `read`, in a thread that lasts as long as there is something to read. One thread asks and takes.

    Reading begins when something is taken, so that it does not compete with who asks in the midst of painting.
    What was asked for longest ago may be forgotten: who still wants it asks again.
    """

    def __init__(self, read: Callable[[Sequence[KeyT]], Mapping[KeyT, ValueT]]) -> None:
        self._read = read
        self._wanted: dict[KeyT, None] = {}
        self._reading: frozenset[KeyT] = frozenset()
        self._job: Job[KeyT, ValueT] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is still to come."""
        return self._job is not None or bool(self._wanted)

    def ask(self, keys: Iterable[KeyT]) -> None:
        """Have these values read, soon."""
        for key in keys:
            if key not in self._reading:
                self._wanted.pop(key, None)
                self._wanted[key] = None

    def take(self) -> Mapping[KeyT, ValueT]:
        """What was read since the last call, and begin to read what is wanted now; raises what went wrong."""
        job = self._job
        if job is not None and job.is_alive():
            return {}
        self._begin()
        if job is not None and job.failure is not None:
            raise job.failure
        return {} if job is None else job.found

    def _begin(self) -> None:
        keys = list(self._wanted)[-MOST:]
        self._wanted.clear()
        self._reading = frozenset(keys)
        self._job = Job(self._read, keys) if keys else None
        if self._job is not None:
            self._job.start()


class Job(threading.Thread, Generic[KeyT, ValueT]):
    """Reads some values."""

    def __init__(self, read: Callable[[Sequence[KeyT]], Mapping[KeyT, ValueT]], keys: Sequence[KeyT]) -> None:
        super().__init__(name="eventscope-fetch", daemon=True)
        self.found: Mapping[KeyT, ValueT] = {}
        self.failure: Exception | None = None
        self._read = read
        self._keys = keys

    def run(self) -> None:
        """Do it."""
        try:
            self.found = self._read(self._keys)
        except Exception as error:
            self.failure = error

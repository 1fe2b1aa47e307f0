"""Recent: what was made at some cost and is likely to be asked for again, as much of it as a fixed memory holds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from itertools import count
from typing import Any, Final, Generic, TypeVar

import numpy as np

from app.store.thin import taken

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")

NUMBERS: Final = count()
"""To tell things apart in keys, so that what is left of one that is gone is never taken for another's."""


def weight(value: Any) -> int:
    """Memory that a value takes: bytes, a column, or what knows its own `bytes`."""
    if isinstance(value, bytes):
        return len(value)
    return taken(value) if isinstance(value, np.ndarray) else int(value.bytes)


class Recent(Generic[KeyT, ValueT]):
    """Keeps at most `limit` bytes of values by their keys; the one that was asked for longest ago goes first.

    Any thread may ask; two that miss the same value at once both make it.
    """

    def __init__(self, limit: int, size: Callable[[ValueT], int]) -> None:
        self.limit = limit
        self.bytes = 0
        self._size = size
        self._values: OrderedDict[KeyT, ValueT] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, key: KeyT) -> bool:
        return key in self._values

    def get(self, key: KeyT, make: Callable[[], ValueT]) -> ValueT:
        """The value of a key, made if it is not there. One that would take a quarter of the room is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        if self._size(value) * 4 <= self.limit:
            self._keep(key, value)
        return value

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._values.clear()
            self.bytes = 0

    def _keep(self, key: KeyT, value: ValueT) -> None:
        with self._lock:
            if key not in self._values:
                self.bytes += self._size(value)
            self._values[key] = value
            while self.bytes > self.limit:
                _, old = self._values.popitem(last=False)
                self.bytes -= self._size(old)


Cache = Recent[Hashable, Any]
"""What a store keeps of all that is made of its rows to be read: values of any kind that `weight` knows."""


def cache(limit: int) -> Cache:
    """A cache of so many bytes."""
    return Recent(limit, weight)


NOTHING_KEPT: Final = cache(0)
"""For rows that are in no store."""

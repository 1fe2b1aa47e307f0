"""Recent: what was made at some cost and is likely to be asked for again, as much of it as a fixed memory holds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from itertools import count
from typing import Final, Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")

NUMBERS: Final = count()
"""To tell things apart in keys, so that what is left of one that is gone is never taken for another's."""


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
        """The value of a key, made if it is not there. One that would take an eighth of the room is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        if self._size(value) * 8 <= self.limit:
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

"""Events that say when they were published: encoded once, and stamped anew each time they are sent.

So a producer is cheap: it writes digits into prepared bytes instead of encoding events.
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

TIME: Final = "2000-01-01T00:00:00.000000"
DIGITS: Final = 12
ID: Final = "e" + "#" * DIGITS
CORRELATION: Final = "c" + "#" * DIGITS
"""Marks, which the stamps take the places of."""

EVENTS_IN_A_TRACE: Final = 5
BEFORE_TIME: Final = b'"timestamp": "'


def event(**more: Any) -> bytes:
    """An event of the seed systems with marks in it, about 300 bytes."""
    data = {"order_id": 42, "customer": {"id": 7, "name": "Anna"}, "note": "x" * 120}
    return json.dumps({"event_type": "order.created", **more, "timestamp": TIME, "data": data}).encode()


class Prepared:
    """Bytes that hold `events` marked events, each with one of each mark."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self._bytes = np.frombuffer(self.data, np.uint8)
        self._times, self._ids, self._correlations = (_places(data, mark) for mark in (TIME, ID, CORRELATION))
        self.events = len(self._times)

    def stamp(self, number: int) -> bytearray:
        """The bytes with the time of now, and the events numbered from `number` on."""
        numbers = np.arange(number, number + self.events)
        self._bytes[self._times] = np.frombuffer(_now(), np.uint8)
        self._bytes[self._ids[:, 1:]] = _digits(numbers)
        self._bytes[self._correlations[:, 1:]] = _digits(numbers // EVENTS_IN_A_TRACE)
        return self.data


def age_ms(event: bytes) -> float:
    """How long ago an event was stamped."""
    at = event.index(BEFORE_TIME) + len(BEFORE_TIME)
    stamped = datetime.fromisoformat(event[at : at + len(TIME)].decode()).replace(tzinfo=UTC)
    return (time.time() - stamped.timestamp()) * 1e3


def _now() -> bytes:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds").encode()


def _places(data: bytes, mark: str) -> NDArray[np.int64]:
    """Where the characters of a mark stand, a line for each time it occurs."""
    starts = [found.start() for found in re.finditer(re.escape(mark.encode()), data)]
    return np.add.outer(np.array(starts, np.int64), np.arange(len(mark)))


def _digits(numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
    powers = 10 ** np.arange(DIGITS - 1, -1, -1)
    return (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)

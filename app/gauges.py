"""Gauges: figures that a program tells about itself by events, with their last values.

An event of category `metrics` whose payload is `{"gauges": {NAME: NUMBER}}` tells some; examples/README.md says why.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from app.store.chunk import Chunk
from eventscope.step import Phase

CATEGORY: Final = "metrics"

MOST: Final = 200
"""Gauges that are followed; names that come when there are so many are left out."""

KEPT: Final = 60
"""Values of each."""

READ: Final = 50
"""Events read of one batch, the newest: in a flood a gauge needs no more."""


class Told(msgspec.Struct):
    """What an event tells."""

    gauges: dict[str, float | bool | str | None] = msgspec.field(default_factory=dict)


_read: Final = msgspec.json.Decoder(Told).decode


@dataclass(eq=False)
class Gauge:
    """A figure of a producer. `seq` is the event that told it last."""

    producer: str
    name: str
    values: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    seq: int = 0


class Gauges:
    """All gauges, in the order in which they were first told."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Gauge] = {}

    @property
    def all(self) -> list[Gauge]:
        """Those that are known now."""
        return list(self._known.values())

    def add(self, chunk: Chunk, start: int, stop: int) -> None:
        """Take in rows `start` to `stop` of a chunk."""
        code = chunk.dictionaries["category"].code(CATEGORY)
        if code is None:
            return
        telling = (chunk.category[start:stop] == code) & (chunk.phase[start:stop] == Phase.PUBLISHED)
        for row in (np.flatnonzero(telling)[-READ:] + start).tolist():
            self._take(chunk, row)

    def _take(self, chunk: Chunk, row: int) -> None:
        try:
            told = _read(chunk.payloads[row])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return  # events of that category may carry anything
        producer = chunk.dictionaries["producer"].values[chunk.producer[row]] or ""
        for name, value in told.gauges.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._enter(producer, name, float(value), int(chunk.seqs_of(np.array([row]))[0]))

    def _enter(self, producer: str, name: str, value: float, seq: int) -> None:
        key = (producer, name)
        if key not in self._known and len(self._known) >= MOST:
            return
        gauge = self._known.setdefault(key, Gauge(producer, name))
        gauge.values.append(value)
        gauge.seq = seq

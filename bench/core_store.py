"""The store and its filter, each beside what bounds it."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
import numpy as np

from app.filter.query import parse
from app.store.store import MIB, Store
from bench.figure import Figure
from bench.figure import repeat as measured
from eventscope.connector import Block
from eventscope.step import UNKNOWN

ROWS_A_FRAME: Final = 2_000
FRAMES: Final = 25
ROWS: Final = 1_000_000
PAYLOAD_BYTES: Final = 250


class Wire(msgspec.Struct):
    """A frame of rows as a tap sends it: one JSON object of equal lists."""

    type: list[str | None]
    payload: list[msgspec.Raw]
    id: list[str | None]
    category: list[str | None]
    priority: list[int]
    phase: list[int]
    correlation_id: list[str | None]
    causation_id: list[str | None]
    occurred_at: list[int]
    producer: list[str | None]
    channel: list[str | None]
    key: list[str | None]
    subscription: list[str | None]
    attempt: list[int]
    queue_ns: list[int]
    handle_ns: list[int]
    total_ns: list[int]
    fanout: list[int]
    error: list[str | None]
    envelope: list[str | None]
    headers: list[str | None]

    def block(self) -> Block:
        """The same columns as the store takes them."""
        return Block(*(getattr(self, name) for name in Block._fields if name != "replay"))


DECODER: Final = msgspec.json.Decoder(Wire)
CATEGORIES: Final = ("order", "payment", "graph", "shipping")


def frames() -> list[bytes]:
    """Traffic: traces of eight events with uuids, payloads of about 250 bytes."""
    rng = random.Random(7)

    def new_id() -> str:
        return str(uuid.UUID(int=rng.getrandbits(128)))

    def payload() -> msgspec.Raw:
        start = f'{{"order":{rng.randrange(10**9)},"total":{rng.random():.6f},"note":"'
        return msgspec.Raw((start + "x" * (PAYLOAD_BYTES - len(start) - 2) + '"}').encode())

    def frame() -> bytes:
        ids = [new_id() for _ in range(ROWS_A_FRAME)]
        traces = [new_id() for _ in range(ROWS_A_FRAME // 8)]
        categories = [rng.choice(CATEGORIES) for _ in ids]
        columns = {
            "type": [f"{category}.event{rng.randrange(8)}" for category in categories],
            "payload": [payload() for _ in ids],
            "id": ids,
            "category": categories,
            "priority": [rng.randrange(4) for _ in ids],
            "correlation_id": list(chain.from_iterable(repeat(trace, 8) for trace in traces)),
            "causation_id": [None if i % 8 == 0 else ids[i - 1] for i in range(ROWS_A_FRAME)],
            "occurred_at": [1_760_000_000_000_000_000 + rng.getrandbits(40) for _ in ids],
            "producer": [rng.choice(("checkout", "billing")) for _ in ids],
            "channel": ["bus"] * ROWS_A_FRAME,
            "fanout": [2] * ROWS_A_FRAME,
            "envelope": ["tap"] * ROWS_A_FRAME,
        }
        zeros = dict.fromkeys(("phase", "attempt"), [0] * ROWS_A_FRAME)
        unknown = dict.fromkeys(("queue_ns", "handle_ns", "total_ns"), [UNKNOWN] * ROWS_A_FRAME)
        absent = dict.fromkeys(("key", "subscription", "error", "headers"), [None] * ROWS_A_FRAME)
        return msgspec.json.encode(columns | zeros | unknown | absent)

    return [frame() for _ in range(FRAMES)]


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def beside(
    ours: Callable[[], object], limit: Callable[[], object], times: int = 9
) -> tuple[float, float, float, float]:
    """Median, low and high of our milliseconds, and the median of the ratios to the limit measured in turns."""
    pairs = [(seconds(ours), seconds(limit)) for _ in range(times)]
    mine = sorted(pair[0] * 1e3 for pair in pairs)
    return median(mine), mine[0], mine[-1], median(a / b for a, b in pairs)


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def filled(wire: list[bytes]) -> Store:
    """A store of a million rows."""
    store = Store()
    while store.kept < ROWS:
        for frame in wire:
            store.append("bench", DECODER.decode(frame).block(), time.time_ns())
    return store


def appending(wire: list[bytes]) -> Figure:
    """Append beside decoding the same rows; what eviction adds at the budget is told by `bench.eviction`."""
    decoded: list[Block] = []

    def decode() -> None:
        decoded[:] = [DECODER.decode(frame).block() for frame in wire]

    def append() -> None:
        for block in decoded:
            store.append("bench", block, 1)

    pairs = []
    for _ in range(9):
        store = Store(1024 * MIB)
        pairs.append((seconds(decode), seconds(append)))
        store.close()
    rates = sorted(FRAMES * ROWS_A_FRAME / ours for _, ours in pairs)
    ratio = median(ours / limit for limit, ours in pairs)
    return Figure(
        "append to the store",
        median(rates),
        rates[0],
        rates[-1],
        "rows/s",
        "msgspec decoding the same rows",
        ratio,
        "at most 1.7 times as long as decoding",
        ratio <= 1.7,
    )


def filtering(store: Store) -> Figure:
    """Category and priority of a million rows, beside the bare NumPy mask."""
    categories = [
        np.array(chunk.dictionaries["category"].values)[chunk.category[: chunk.rows]] for chunk in store.chunks
    ]
    category = np.array([CATEGORIES.index(name) for name in np.concatenate(categories)], np.uint16)
    priority = np.concatenate([chunk.priority[: chunk.rows] for chunk in store.chunks])
    wanted = parse("category:shipping priority>=high")
    value, low, high, ratio = beside(
        lambda: [np.flatnonzero(wanted.mask(chunk, 0, chunk.rows)) for chunk in store.chunks],
        lambda: np.flatnonzero((category == 3) & (priority >= 2)),
    )
    return Figure(
        "filter 1M rows by category and priority",
        value,
        low,
        high,
        "ms",
        "one NumPy mask over contiguous columns",
        ratio,
        "within 3 times the bare mask",
        ratio <= 3,
    )


def tracing(store: Store) -> Figure:
    """The rows of one correlation among a million, read back."""
    ids = [store.event(seq).correlation_id or "" for seq in range(1, ROWS, ROWS // 20)]
    fields = ("seq", "id", "type", "causation_id", "occurred_at", "total_ns")

    def read_all() -> None:
        for id_ in ids:
            store.cells(store.correlated(id_), fields)

    value, low, high = measured(lambda: seconds(read_all) * 1e3 / len(ids))
    goal = "at most 5 ms"
    return Figure("one trace out of 1M rows", value, low, high, "ms", "the goal of 5 ms", value / 5, goal, value <= 5)


def run() -> list[Figure]:
    """All figures; takes about half a minute."""
    wire = frames()
    store = filled(wire)
    return [filtering(store), tracing(store), appending(wire)]

"""A million rows with payloads of life-like JSON, plain and in their cold form: memory, texts and fields found."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
import numpy as np

from app.filter.query import Filter, parse
from app.filter.search import PIECE
from app.store.chunk import Chunk
from app.store.freezer import Job
from app.store.store import MIB, Store
from bench.core_store import DECODER, beside, frames, resident
from bench.figure import Figure
from eventscope.connector import Block

ROWS: Final = 1_000_000
PAYLOADS: Final = 50_000
BUDGET: Final = 4_096 * MIB
GOAL_BYTES: Final = 200
TEXT: Final = "nowhere"
FIELD: Final = "payload.total>250"


class Place(msgspec.Struct):
    """The one field and nothing else."""

    total: float = 0.0


def payloads() -> list[bytes]:
    """Orders of about 250 bytes: ids, names, numbers and words, as programs write them."""
    rng = random.Random(7)

    def order() -> bytes:
        items = [
            {"sku": f"A-{rng.randrange(4_000)}", "quantity": rng.randrange(1, 5), "price": rng.randrange(9_999) / 100}
            for _ in range(2)
        ]
        return msgspec.json.encode(
            {
                "order": f"{rng.getrandbits(128):032x}",
                "customer": f"cus-{rng.randrange(100_000)}",
                "total": rng.randrange(50_000) / 100,
                "currency": rng.choice(("EUR", "SEK", "USD")),
                "items": items,
                "address": {"city": rng.choice(("Göteborg", "Berlin", "Lyon")), "zip": f"{rng.randrange(99_999):05}"},
            }
        )

    return [order() for _ in range(PAYLOADS)]


def blocks() -> list[Block]:
    """Rows as a tap sends them, with these payloads."""
    orders, told = payloads(), [DECODER.decode(frame).block() for frame in frames()]
    rows = told[0].rows
    return [block._replace(payload=orders[n * rows : (n + 1) * rows]) for n, block in enumerate(told)]


def filled(rows: list[Block]) -> Store:
    """A store of them, all still as they came."""
    store = Store(BUDGET)
    store.tick = lambda: None  # type: ignore[method-assign]
    while store.next_seq <= ROWS:
        for block in rows:
            store.append("bench", block, 1)
    store.chunks[-1].seal()
    return store


def frozen(rows: list[Block]) -> Store:
    """The same in their cold form, made as the freezer does, but at once."""
    store = filled(rows)
    for chunk in store.chunks:
        job = Job(chunk)
        job.run()
        assert job.made is not None
        chunk.become(*job.made)
    return store


def spans(store: Store) -> Iterator[tuple[Chunk, int, int]]:
    """What a search takes at a time."""
    for chunk in store.chunks:
        for start in range(0, chunk.rows, PIECE):
            yield chunk, start, min(start + PIECE, chunk.rows)


def scan(store: Store, wanted: Filter) -> None:
    """Test all rows, as a search does."""
    for span in spans(store):
        np.flatnonzero(wanted.mask(*span))


def scan_anew(store: Store, wanted: Filter) -> None:
    """The same, having read no payload before."""
    store.chunks[0].cache.clear()
    scan(store, wanted)


def weighed(store: Store, before: int) -> Iterator[Figure]:
    """Memory for a row, by the system's account and by the store's own, beside the goal."""
    mean = sum(chunk.payloads.used for chunk in store.chunks) / store.kept
    own = sum(chunk.bytes for chunk in store.chunks)
    for name, size in (("resident memory", resident() - before), ("the store's own account", own)):
        value = size / store.kept
        limit, goal = f"{mean:.0f} bytes of payload", f"under {GOAL_BYTES} bytes"
        yield Figure(
            f"bytes a cold row, {name}", value, value, value, "B", limit, value / mean, goal, value < GOAL_BYTES
        )


def compared(
    name: str, ours: Callable[[], object], limit: str, bare: Callable[[], object], most: float | None
) -> Figure:
    """Ours beside its limit, by turns."""
    value, low, high, ratio = beside(ours, bare, times=5)
    goal = "reported" if most is None else f"within {most:g} times"
    return Figure(name, value, low, high, "ms", limit, ratio, goal, most is None or ratio <= most)


def run() -> list[Figure]:
    """All figures; takes about a minute."""
    rows, before = blocks(), resident()
    cold = frozen(rows)
    weights, plain = list(weighed(cold, before)), filled(rows)
    return weights + texts_found(plain, cold) + fields_found(plain, cold)


def texts_found(plain: Store, cold: Store) -> list[Figure]:
    """A text that is nowhere, in all texts and payloads."""
    data = [bytes(arena.run(0, chunk.rows).data) for chunk in plain.chunks for arena in (chunk.payloads, chunk.texts)]
    wanted, limit = parse(TEXT), "bytes.find over the same bytes, plain"

    def bare() -> list[int]:
        return [each.find(TEXT.encode()) for each in data]

    return [
        compared("text in 1M rows", lambda: scan(plain, wanted), limit, bare, 1.5),
        compared("text in 1M cold rows", lambda: scan(cold, wanted), limit, bare, None),
    ]


def fields_found(plain: Store, cold: Store) -> list[Figure]:
    """A number at a path of the payloads, read for the first time and again."""
    strings = [string for chunk in plain.chunks for string in chunk.payloads.strings(0, chunk.rows)]
    decode = msgspec.json.Decoder(Place).decode
    totals = np.array([place.total for place in map(decode, strings)])
    wanted, limit = parse(FIELD), "msgspec decoding that field alone, payload by payload"

    def bare() -> list[Any]:
        return [decode(string) for string in strings]

    def mask() -> object:
        return np.flatnonzero(totals > 250)

    return [
        compared("payload field in 1M rows, first time", lambda: scan_anew(plain, wanted), limit, bare, 1.5),
        compared("payload field in 1M rows, again", lambda: scan(plain, wanted), "the bare NumPy mask", mask, 3),
        compared("payload field in 1M cold rows, first time", lambda: scan_anew(cold, wanted), limit, bare, None),
    ]

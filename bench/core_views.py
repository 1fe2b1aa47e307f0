"""Traces, latency, breaches and topology, beside decoding the rows that they are fed with."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from itertools import islice
from statistics import median
from typing import Final

from app.latency.breaches import Breaches
from app.latency.latency import Latency
from app.store.chunk import Chunk
from app.store.store import Store
from app.store.stored import StoredEvent
from app.topology.topology import Topology
from app.traces.growing import GrowingTrace
from app.traces.streams import Streams
from app.traces.trace import build_trace
from app.traces.traces import Traces
from bench.figure import Figure, repeat
from connectors.tap.steps import read_steps
from eventscope.connector import Block, Record
from eventscope.event import Event
from eventscope.step import Phase, Step
from eventscope.wire import steps_body

ROWS_A_FRAME: Final = 1_000
FRAMES: Final = 50
ROWS: Final = 1_000_000
FRAME_NS: Final = 20_000_000
"""One frame of a thousand rows each 20 ms: 50,000 rows a second."""
START: Final = 1_800_000_000_000_000_000

clock = time.thread_time
"""Time that this thread computed: neighbours on the same cores do not count."""

Part = Traces | Streams | Latency | Breaches | Topology


def lives() -> Iterator[Step]:
    """Traces of eight events, each published, delivered and handled."""
    rng = random.Random(7)
    while True:
        parent: Event | None = None
        for kind in range(8):
            event = Event(
                f"order.step{kind}",
                {"order": rng.randrange(10**9), "note": "x" * 180},
                priority=rng.randrange(4),
                source=f"service-{kind % 3}",
                correlation_id=None if parent is None else parent.correlation_id,
                causation_id=None if parent is None else parent.id,
                timestamp=START,
            )
            queue, handle = int(rng.lognormvariate(13, 1)), int(rng.lognormvariate(14, 1))
            name, done = f"handler-{kind}", queue + handle
            yield Step(Phase.PUBLISHED, event, START, fanout=1)
            yield Step(Phase.DELIVERED, event, START + queue, name, 1, queue)
            yield Step(Phase.HANDLED, event, START + done, name, 1, queue, handle, done)
            parent = event


def bodies() -> list[bytes]:
    """What a tap sends of that, a thousand rows at a time."""
    steps = lives()
    return [steps_body(list(islice(steps, ROWS_A_FRAME))) for _ in range(FRAMES)]


def new_parts() -> list[Part]:
    """What is fed with each row."""
    return [Traces(), Streams(), Latency(), Breaches(), Topology()]


def appended(store: Store, block: Block, number: int) -> Iterator[tuple[Chunk, int, int]]:
    """Store a block; the rows that came, by chunk."""
    first = store.append("bench", block, START + number * FRAME_NS)
    for chunk in store.chunks[-2:]:
        start = chunk.place_of(first)
        if start < chunk.rows:
            yield chunk, start, chunk.rows


def once(frames: list[bytes], rows_at_a_time: int) -> tuple[float, float, float]:
    """Seconds of decoding, storing and viewing all frames; the views are fed so many rows at a time."""
    store, parts = Store(), new_parts()
    decoding = storing = viewing = 0.0
    for number, body in enumerate(frames):
        begin = clock()
        block = read_steps(body, "bench")
        decoded = clock()
        came = list(appended(store, block, number))
        stored = clock()
        for chunk, start, stop in came:
            for at in range(start, stop, rows_at_a_time):
                for part in parts:
                    part.add(chunk, at, min(at + rows_at_a_time, stop))
        decoding, storing, viewing = decoding + decoded - begin, storing + stored - decoded, viewing + clock() - stored
    return decoding, storing, viewing


def feeding(frames: list[bytes], rows_at_a_time: int, most: float | None) -> Figure:
    """What the views cost a row, beside decoding it."""
    rounds = [once(frames, rows_at_a_time) for _ in range(7)]
    rows = FRAMES * ROWS_A_FRAME
    costs = sorted(viewing / rows * 1e6 for _, _, viewing in rounds)
    ratio = median(viewing / decoding for decoding, _, viewing in rounds)
    goal = "reported" if most is None else f"at most {most:g} times as long as decoding"
    name = f"traces, latency, breaches, topology; {rows_at_a_time:,} rows at a time"
    limit = "msgspec decoding the same rows"
    met = most is None or ratio <= most
    return Figure(name, median(costs), costs[0], costs[-1], "µs a row", limit, ratio, goal, met)


def whole_way(frames: list[bytes]) -> Figure:
    """From bytes to all views, beside decoding alone."""
    rounds = [once(frames, ROWS_A_FRAME) for _ in range(7)]
    rates = sorted(FRAMES * ROWS_A_FRAME / sum(parts) for parts in rounds)
    ratio = median(sum(parts) / parts[0] for parts in rounds)
    goal = "at most 4 times as long as decoding"
    limit = "msgspec decoding the same rows"
    return Figure(
        "bytes to store and views", median(rates), rates[0], rates[-1], "rows/s", limit, ratio, goal, ratio <= 4
    )


def renamed(block: Block, suffix: str) -> Block:
    """The same events under other ids."""

    def rename(ids: list[str | None]) -> list[str | None]:
        return [id_ and id_ + suffix for id_ in ids]

    return block._replace(
        id=rename(list(block.id)),
        correlation_id=rename(list(block.correlation_id)),
        causation_id=rename(list(block.causation_id)),
    )


def filled(frames: list[bytes]) -> Store:
    """A store of a million rows."""
    store, blocks = Store(), [read_steps(body, "bench") for body in frames]
    for number in range(ROWS // ROWS_A_FRAME):
        store.append("bench", renamed(blocks[number % FRAMES], f"-{number // FRAMES}"), START + number * FRAME_NS)
    return store


def small_trace(store: Store) -> Figure:
    """One trace of eight events and 24 rows, found among a million rows and built."""
    ids = [store.event(seq).correlation_id or "" for seq in range(24, ROWS, ROWS // 20)]

    def build() -> float:
        start = clock()
        for id_ in ids:
            build_trace(store, id_)
        return (clock() - start) * 1e3 / len(ids)

    value, low, high = repeat(build)
    goal = "at most 5 ms"
    return Figure(
        "build one trace out of 1M rows", value, low, high, "ms", "the goal of 5 ms", value / 5, goal, value <= 5
    )


def growing_trace() -> Figure:
    """A trace of 5,000 rows of which 50 are new, beside putting it together at once."""
    store, rows = Store(), []
    for number in range(5_000):
        cause = f"e{(number - 1) // 4}" if number else None
        known = {"id": f"e{number}", "correlation_id": "c", "causation_id": cause, "occurred_at": START + number}
        rows.append(Record("stock.reserved", b"{}", fanout=0, **known))  # type: ignore[arg-type]
    store.append("bench", Block.of(rows[:4_000]), START)
    growing = GrowingTrace(store, "c")
    growing.trace()
    pairs = []
    for first in range(4_000, 5_000, 50):
        store.append("bench", Block.of(rows[first : first + 50]), START)
        start = clock()
        growing.trace()
        grown = clock()
        GrowingTrace(store, "c").trace()
        pairs.append((grown - start, clock() - grown))
    values = sorted(grown * 1e3 for grown, _ in pairs)
    ratio = median(grown / at_once for grown, at_once in pairs)
    goal = "at most a quarter of it"
    limit = "putting it together at once"
    return Figure(
        "take 50 rows into a trace of 5,000",
        median(values),
        values[0],
        values[-1],
        "ms",
        limit,
        ratio,
        goal,
        ratio <= 0.25,
    )


def large_trace() -> Figure:
    """A trace of 20,000 events, each caused by the one before, beside reading its rows."""
    store, parent = Store(), Event("first", timestamp=START)
    steps = [Step(Phase.PUBLISHED, parent, START)]
    for number in range(1, 20_000):
        known = {"correlation_id": parent.correlation_id, "causation_id": parent.id, "timestamp": START}
        parent = Event("next", number, **known)  # type: ignore[arg-type]
        steps.append(Step(Phase.PUBLISHED, parent, START + number))
    store.append("bench", read_steps(steps_body(steps), "bench"), START)
    seqs = store.correlated(parent.correlation_id)
    pairs = []
    for _ in range(5):
        start = clock()
        store.cells(seqs, StoredEvent.__struct_fields__)
        read = clock()
        build_trace(store, parent.correlation_id)
        pairs.append((read - start, clock() - read))
    values = sorted(built * 1e3 for _, built in pairs)
    ratio = median(built / read for read, built in pairs)
    goal = "at most 8 times as long as reading"
    limit = "reading its rows from the store"
    return Figure(
        "build a trace 20,000 events deep", median(values), values[0], values[-1], "ms", limit, ratio, goal, ratio <= 8
    )


def run() -> list[Figure]:
    """All figures; takes about fifteen seconds."""
    frames = bodies()
    return [
        feeding(frames, ROWS_A_FRAME, 1.0),
        feeding(frames, 1, None),
        whole_way(frames),
        small_trace(filled(frames)),
        large_trace(),
        growing_trace(),
    ]

"""Session: what sources push is stored, shown to every part, and accounted for to the last row."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from app.session import Session
from app.store.store import Store
from eventscope.connector import Block, Connector, Declaration, DeclaredSubscription, Record, Sink
from eventscope.event import EventPriority
from eventscope.step import Phase


@dataclass(frozen=True)
class NoOptions:
    pass


class Given(Connector):
    """A source that hands over given records and ends."""

    Options = NoOptions
    summary = "for tests"
    safety = "touches nothing"
    label = "given"

    def __init__(self, *batches: list[Record]) -> None:
        super().__init__(NoOptions())
        self.batches = batches

    async def run(self, sink: Sink) -> None:
        for batch in self.batches:
            sink.push(batch)
        sink.lost(2, "for tests")
        sink.declare(Declaration("bus", (DeclaredSubscription("billing", ("order.*",)),)))


async def watched(*batches: list[Record], budget: int | None = None) -> Session:
    session = Session()
    session.store = Store(budget) if budget else session.store
    source = session.attach(Given(*batches))
    async with asyncio.timeout(5):
        while not source.over:
            await asyncio.sleep(0)
    while session.drain():
        pass
    return session


def life(number: int) -> list[Record]:
    """An event and its handling by one subscription."""
    now = time.time_ns()
    ids = {"id": f"e{number}", "correlation_id": f"c{number // 4}", "type": "order.created", "category": "order"}
    published = Record(**ids, payload=b"{}", priority=EventPriority.HIGH, occurred_at=now, producer="shop", fanout=1)
    handled = Record(
        **ids, phase=Phase.HANDLED, priority=EventPriority.HIGH, occurred_at=now, producer="shop", fanout=-1,
        subscription="billing", attempt=1, queue_ns=1_000_000, handle_ns=80_000_000, total_ns=81_000_000,
    )  # fmt: skip
    return [published, handled]


async def test_every_part_learns_of_every_row() -> None:
    session = await watched(*(life(n) for n in range(8)))
    assert session.store.kept == 16
    assert session.tally.categories == {"order": 16}
    assert session.tally.phases == {Phase.PUBLISHED: 8, Phase.HANDLED: 8}
    assert len(session.traces.recent(10)) == 2
    assert session.breaches.total == 8
    assert {node.name for node in session.topology.map().nodes} >= {"shop", "order.created", "billing"}
    await session.close()


async def test_losses_at_the_source_are_counted_apart() -> None:
    session = await watched(life(1))
    counters = session.counters()
    assert (counters.seen, counters.kept, counters.dropped, counters.lost) == (2, 2, 0, 2)
    await session.close()


async def test_a_small_budget_evicts_and_the_account_still_adds_up() -> None:
    records = [Record(type="t", payload=b"x" * 2_000) for _ in range(4_000)]
    session = await watched(records, budget=1 << 20)
    counters = session.counters()
    assert counters.evicted > 0
    assert counters.seen == 4_000 == counters.kept + counters.evicted + counters.cleared + counters.dropped
    await session.close()


async def test_draining_stops_at_its_budget_and_goes_on_later() -> None:
    session = Session()
    for _ in range(50):
        session.intake.put("a", _block(500))
    first = session.drain(budget_s=0.0)
    assert 0 < first < 25_000
    while session.drain():
        pass
    assert session.store.kept == 25_000
    await session.close()


def _block(rows: int) -> Block:
    return Block.of([Record(type="t", payload=b"{}")] * rows)


@given(st.lists(st.integers(0, 300), max_size=30), st.integers(50, 400))
def test_seen_is_kept_evicted_and_dropped_at_every_moment(sizes: list[int], bound: int) -> None:
    session = Session()
    session.store = Store(1 << 20)
    session.intake.max_rows = bound
    pushed = 0
    for i, size in enumerate(sizes):
        if size:
            session.intake.put("a", _block(size))
            pushed += size
        if i % 3 == 0:
            session.drain()
        c = session.counters()
        assert c.seen == c.kept + c.evicted + c.cleared + c.dropped
        assert c.seen + session.intake.rows == pushed + session.intake.gaps

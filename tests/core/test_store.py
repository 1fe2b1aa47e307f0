"""The store against a list of what was put in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.store.packing import STAND_INS
from app.store.store import Evicted, Store
from app.store.stored import StoredEvent
from eventscope.connector import Block, Record
from eventscope.step import UNKNOWN, Phase

texts = (
    st.none() | st.text(max_size=12) | st.sampled_from(["", "\x1f", "\x00", "a\x1fb", "\ud800", "Ж\x00", "x" * 3000])
)
counts = st.integers(-2, 4) | st.sampled_from([10**12, -(10**12), 2**70, 2**40])
nanoseconds = st.just(UNKNOWN) | st.integers(-(2**62), 2**62) | st.sampled_from([2**63, 10**30, 0])
records = st.builds(
    Record,
    type=texts,
    payload=st.none() | st.binary(max_size=40) | st.just(b"p" * 5000),
    id=texts,
    category=texts,
    priority=counts,
    phase=counts,
    correlation_id=texts,
    causation_id=texts,
    occurred_at=nanoseconds,
    producer=texts,
    channel=texts,
    key=texts,
    subscription=texts,
    attempt=counts,
    queue_ns=nanoseconds,
    handle_ns=nanoseconds,
    total_ns=nanoseconds,
    fanout=counts,
    error=texts,
    envelope=texts,
    headers=texts,
)
blocks = st.lists(records, min_size=1, max_size=30)


def within(value: int, low: int, high: int) -> int:
    return min(max(value if -(2**63) <= value < 2**63 else UNKNOWN, low), high)


def duration(value: int) -> float | None:
    return None if value == UNKNOWN or value >= 2**63 else float(np.float32(value))


def told(text: str | None) -> str | None:
    """A text of the arena: a row that has one of the two reserved signs shows stand-ins."""
    return text and text.translate(STAND_INS)


def observed(record: Record) -> int:
    at = record.replay.observed_at if record.replay else UNKNOWN
    return at if UNKNOWN < at < 2**63 else 77


def as_stored(seq: int, record: Record) -> StoredEvent:
    payload = record.payload
    return StoredEvent(
        seq=seq,
        id=told(record.id),
        type=record.type,
        category=record.category,
        priority=record.priority if 0 <= record.priority <= 3 else -1,
        source=(record.replay and record.replay.source) or "here",
        producer=record.producer,
        channel=record.channel,
        key=told(record.key),
        correlation_id=record.correlation_id,
        causation_id=told(record.causation_id),
        occurred_at=None if record.occurred_at in (UNKNOWN, 2**63, 10**30) else record.occurred_at,
        observed_at=observed(record),
        phase=record.phase if 0 <= record.phase <= max(Phase) else 0,
        subscription=record.subscription,
        attempt=within(record.attempt, 0, 65_535) or None,
        queue_ns=duration(record.queue_ns),
        handle_ns=duration(record.handle_ns),
        total_ns=duration(record.total_ns),
        fanout=None if (fanout := within(record.fanout, -1, 2**31 - 1)) == -1 else fanout,
        error=told(record.error),
        headers=told(record.headers),
        payload=payload,
        size=None if payload is None else len(payload),
        envelope=record.envelope,
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(blocks, max_size=6), st.sampled_from([2_000, 20_000, 2**29]))
def test_reads_back_what_was_appended_and_accounts_for_the_rest(batches: list[list[Record]], budget: int) -> None:
    store = Store(budget)
    model: list[StoredEvent] = []
    for batch in batches:
        first = store.append("here", Block.of(batch), 77)
        assert first == len(model) + 1
        model += [as_stored(first + i, record) for i, record in enumerate(batch)]
        assert store.kept + store.evicted == len(model)
        assert len(store.chunks) == 1 or store.bytes <= budget
    assert store.next_seq == len(model) + 1
    kept = [event for event in model if store.keeps(event.seq)]
    assert len(kept) == store.kept
    assert [store.event(event.seq) for event in kept] == kept
    for id_ in {event.correlation_id for event in kept if event.correlation_id is not None}:
        expected = [event.seq for event in kept if event.correlation_id == id_]
        assert store.correlated(id_).tolist() == expected


@settings(max_examples=50, deadline=None)
@given(blocks, st.data())
def test_cells_are_the_fields_of_the_events_in_the_order_asked_for(batch: list[Record], data: st.DataObject) -> None:
    store = Store(60_000)
    for _ in range(3):
        store.append("here", Block.of(batch), 77)
    kept = [seq for seq in range(store.oldest_seq, store.next_seq) if store.keeps(seq)]
    seqs = data.draw(st.lists(st.sampled_from(kept), max_size=20))
    names = data.draw(st.lists(st.sampled_from(StoredEvent.__struct_fields__), min_size=1, unique=True))
    expected = [tuple(getattr(store.event(seq), name) for name in names) for seq in seqs]
    assert store.cells(seqs, names) == expected


def rows(count: int, **fields: Any) -> Block:
    return Block.of([Record(**fields)] * count)


def test_a_block_larger_than_a_chunk_goes_on_in_the_next_one() -> None:
    store = Store()
    store.append("s", Block.of([Record(type=str(i), id=str(i)) for i in range(70_000)]), 1)
    assert [chunk.rows for chunk in store.chunks] == [65_535, 4_465]
    assert store.event(65_535).id == "65534"
    assert store.event(65_536).type == "65535"


def test_one_bad_value_costs_only_itself() -> None:
    store = Store()
    bad = Record(
        type=5,  # type: ignore[arg-type]
        id=["list"],  # type: ignore[arg-type]
        causation_id=0,  # type: ignore[arg-type]
        priority="high",  # type: ignore[arg-type]
        queue_ns=float("inf"),  # type: ignore[arg-type]
        total_ns=None,  # type: ignore[arg-type]
        payload="text",  # type: ignore[arg-type]
        category=b"\xff",  # type: ignore[arg-type]
        correlation_id={},  # type: ignore[arg-type]
    )
    store.append("s", Block.of([Record(type="good", id="1", payload=b"{}", total_ns=5), bad]), 1)
    good, cleaned = store.event(1), store.event(2)
    assert (good.type, good.id, good.payload, good.total_ns) == ("good", "1", b"{}", 5.0)
    assert (cleaned.type, cleaned.id, cleaned.causation_id, cleaned.priority) == ("5", "['list']", "0", -1)
    assert (cleaned.queue_ns, cleaned.total_ns, cleaned.payload) == (None, None, b"text")
    assert (cleaned.category, cleaned.correlation_id) == ("\\xff", "{}")


def test_an_object_that_cannot_even_be_printed_is_named_by_its_class() -> None:
    class Rude:
        def __str__(self) -> str:
            raise RuntimeError("no")

    store = Store()
    store.append("s", Block.of([Record(type=Rude(), key=Rude())]), 1)  # type: ignore[arg-type]
    assert (store.event(1).type, store.event(1).key) == ("<Rude>", "<Rude>")


def test_columns_of_unequal_length_are_refused_with_a_sentence() -> None:
    block = rows(2)._replace(id=["one"])
    with pytest.raises(ValueError, match="equally long"):
        Store().append("s", block, 1)


def test_a_payload_larger_than_the_budget_is_kept_as_the_newest_row() -> None:
    store = Store(100_000)
    store.append("s", rows(3, payload=b"small"), 1)
    store.append("s", rows(1, payload=b"x" * 1_000_000), 1)
    assert store.event(4).size == 1_000_000
    assert (store.kept, store.evicted) == (1, 3)
    store.append("s", rows(1, payload=b"y"), 1)
    assert store.event(5).payload == b"y"
    assert store.kept == 1


def test_the_oldest_chunks_go_first_and_their_rows_say_so() -> None:
    store = Store(400_000)
    generation = store.generation
    for i in range(30):
        store.append("s", Block.of([Record(type=f"t{i}", payload=b"p" * 200) for _ in range(100)]), i)
    assert store.bytes <= 400_000
    assert store.evicted > 0
    assert store.generation > generation
    with pytest.raises(Evicted):
        store.event(store.oldest_seq - 1)
    with pytest.raises(Evicted):
        store.event(store.next_seq)
    assert store.chunk_of(store.oldest_seq) is store.chunks[0]
    assert max(chunk.bytes for chunk in store.chunks) <= 400_000 // 4


def test_the_texts_of_dictionaries_count_against_the_budget() -> None:
    store = Store(1_000_000)
    for i in range(100):
        store.append("s", Block.of([Record(correlation_id=f"{i}-{k}" + "c" * 900) for k in range(50)]), 1)
    assert store.bytes <= 1_000_000
    assert store.evicted > 3_000


def test_clearing_forgets_rows_but_not_their_number() -> None:
    store = Store()
    store.append("s", rows(5), 1)
    generation = store.generation
    store.clear()
    assert (store.kept, store.cleared, store.evicted) == (0, 5, 0)
    assert store.bytes > 0, "it may come back"
    assert store.generation != generation
    store.settle_clear()
    assert store.bytes == 0
    assert store.append("s", rows(2), 1) == 6
    assert store.kept + store.cleared == 7


def test_cleared_rows_come_back_before_those_that_came_since() -> None:
    store = Store()
    store.append("s", rows(5), 1)
    store.clear()
    store.append("s", rows(2), 1)
    assert store.undo_clear() == 5
    assert (store.kept, store.cleared) == (7, 0)
    assert [store.event(seq).seq for seq in range(1, 8)] == list(range(1, 8))
    assert store.append("s", rows(1), 1) == 8
    assert store.undo_clear() == 0


def test_what_is_cleared_goes_first_when_the_budget_is_spent() -> None:
    store = Store(400_000)
    store.append("s", rows(500, payload=b"p" * 300), 1)
    store.clear()
    while not store.evicted:
        store.append("s", rows(100, payload=b"p" * 300), 1)
    assert store.keeps(501)
    assert store.kept + store.cleared + store.evicted == store.next_seq - 1
    back = store.undo_clear()
    assert back < 500
    assert store.kept + store.evicted == store.next_seq - 1


def test_a_step_finds_the_row_in_which_its_event_was_published() -> None:
    store = Store()
    life = [
        Record(id="a", correlation_id="c", payload=b"first"),
        Record(id="b", correlation_id="c", payload=b"other"),
        Record(id="a", correlation_id="c", phase=Phase.HANDLED),
        Record(id="a", correlation_id="c", payload=b"again"),
        Record(id="a", correlation_id="c", phase=Phase.FAILED),
        Record(id="x", correlation_id="c", phase=Phase.FAILED),
        Record(id="a", phase=Phase.FAILED),
    ]
    store.append("s", Block.of(life), 1)
    store.append("elsewhere", Block.of([Record(id="a", correlation_id="c", phase=Phase.HANDLED)]), 1)
    assert [store.published(seq) for seq in range(1, 9)] == [1, 2, 1, 4, 4, None, None, None]


def test_a_step_that_came_before_its_publishing_finds_it_too() -> None:
    store = Store()
    store.append("s", Block.of([Record(id="a", correlation_id="c", phase=Phase.HANDLED)]), 1)
    store.append("s", Block.of([Record(id="a", correlation_id="c", payload=b"late")]), 1)
    assert store.published(1) == 2


def test_rows_take_less_than_450_bytes_with_a_payload_of_250() -> None:
    store = Store()
    for i in range(20):
        ids = [f"{i:08x}-{k:04x}-4000-8000-0123456789ab" for k in range(1000)]
        batch = [
            Record("order.created", b"x" * 250, id_, "order", 1, correlation_id=ids[k // 8], causation_id=ids[k - 1])
            for k, id_ in enumerate(ids)
        ]
        store.append("s", Block.of(batch), 1)
    assert store.bytes / store.kept < 450

"""Intake: bounded, drops by urgency, and counts what it dropped."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sources.bound import cut, size_of
from app.sources.intake import SLICE_ROWS, Batch, Intake
from app.sources.messages import rows_of as rows_of_block
from app.sources.staircase import FULL
from app.store.parcel import Parcel
from connectors.gap import GAP_TYPE
from eventscope.connector import Block, Record, Replay
from eventscope.event import EventPriority
from eventscope.step import Phase

LOW = EventPriority.LOW


def block(*priorities: int, payload: bytes = b"{}") -> Block:
    return Block.of([Record(type=f"t{i}", payload=payload, priority=p) for i, p in enumerate(priorities)])


def taken(intake: Intake) -> list[str | None]:
    """The types of the events that wait, in their order."""
    return [type_ for type_, _ in rows_of(intake) if type_ != GAP_TYPE]


def rows_of(intake: Intake) -> list[tuple[str | None, str | None]]:
    """Type and error of all rows that wait, in their order."""
    return [(record.type, record.error) for record in records_of(intake)]


def records_of(intake: Intake) -> list[Record]:
    """All rows that wait, in their order."""
    records: list[Record] = []
    while batch := intake.take():
        records += records_in(batch)
    return records


def rows_in(batch: Batch | None) -> list[tuple[str | None, str | None]]:
    """Type and error of the rows of what was taken, if anything was."""
    return [(record.type, record.error) for record in records_in(batch)] if batch else []


def records_in(batch: Batch) -> list[Record]:
    """The rows of a batch."""
    block = batch.block
    return list(block) if isinstance(block, Parcel) else [Record(*row) for row in zip(*block.whole(), strict=True)]


def missing(gap: str) -> int:
    """How many events lack where a gap is told so."""
    return sum(int(count.replace(",", "")) for count in re.findall(r"[\d,]*\d", gap.split(" not kept ")[0]))


def test_what_is_put_is_taken_in_order() -> None:
    intake = Intake()
    intake.put("a", block(1, 1))
    intake.put("b", block(2))
    first, second = intake.take(), intake.take()
    assert first is not None
    assert second is not None
    assert (first.source, second.source) == ("a", "b")
    assert list(first.block.type) == ["t0", "t1"]
    assert first.observed_at <= second.observed_at


def test_an_empty_intake_gives_nothing_and_weighs_nothing() -> None:
    intake = Intake()
    intake.put("a", block(1, payload=b"x" * 100))
    intake.take()
    assert intake.take() is None
    assert (intake.rows, intake.bytes) == (0, 0)


def test_a_large_block_is_handed_over_in_slices() -> None:
    intake = Intake()
    intake.put("a", block(*[1] * (SLICE_ROWS + 1)))
    first = intake.take()
    assert first is not None
    assert first.block.rows == SLICE_ROWS
    assert len(taken(intake)) == 1


def test_small_blocks_of_one_source_are_handed_over_together_and_weigh_nothing_afterwards() -> None:
    intake = Intake()
    for _ in range(5):
        intake.put("a", block(1, 2))
    intake.put("b", block(3))
    first, second = intake.take(), intake.take()
    assert first is not None
    assert second is not None
    assert (first.source, first.block.rows, second.source) == ("a", 10, "b")
    assert list(first.block.priority) == [1, 2] * 5
    assert (intake.rows, intake.bytes) == (0, 0)


def test_blocks_are_not_handed_over_together_beyond_a_slice() -> None:
    intake = Intake()
    for _ in range(3):
        intake.put("a", block(*[1] * (SLICE_ROWS - 1)))
    rows = []
    while batch := intake.take():
        rows.append(batch.block.rows)
    assert rows == [SLICE_ROWS - 1] * 3


def filled(to: float) -> Intake:
    """An intake that is so full."""
    intake = Intake(max_rows=1_000)
    intake.put("before", block(*[1] * round(to * 1_000)))
    return intake


@pytest.mark.parametrize(("fullness", "rate"), [(1.0, 2), (1.1, 10), (1.2, 100)])
def test_past_the_bound_low_is_sampled_ever_more_widely_and_nothing_else_goes(fullness: float, rate: int) -> None:
    intake = filled(to=fullness)
    intake.put("a", block(*[LOW, 1, 2, 3, -1] * 1_000))
    kept = 1_000 - intake.dropped_total
    assert intake.dropped == {("a", LOW): 1_000 - kept}
    assert abs(kept - 1_000 / rate) < 5


@pytest.mark.parametrize(
    ("fullness", "given_up"), [(1.25, [LOW]), (1.5, [LOW, 1, -1]), (1.75, [LOW, 1, -1, 2]), (2.0, [LOW, 1, -1, 2, 3])]
)
def test_beyond_that_low_goes_wholly_then_the_next_priority(fullness: float, given_up: list[int]) -> None:
    intake = filled(to=fullness)
    intake.put("a", block(*[LOW, 1, 2, 3, -1] * 10))
    assert intake.dropped == {("a", priority): 10 for priority in given_up}


def test_gaps_failures_and_dead_letters_are_kept_whatever_their_priority_until_critical_ones_go() -> None:
    failing = [Phase.FAILED, Phase.RETRIED, Phase.DEAD_LETTERED, Phase.DROPPED]
    rows = [*(Record(priority=LOW, phase=phase) for phase in failing), Record(type=GAP_TYPE, priority=LOW)]
    for fullness in (1.0, 1.2, 1.25, 1.5, 1.75):
        intake = filled(to=fullness)
        intake.put("a", Block.of(rows * 10))
        assert intake.dropped_total == 0
    intake = filled(to=2.0)
    intake.put("a", Block.of(rows))
    assert intake.dropped_total == len(rows)


def test_a_sample_is_spread_over_the_types_of_a_stream_that_repeats_itself() -> None:
    intake = filled(to=1.1)
    intake.put("a", block(*[LOW] * 1_000)._replace(type=[f"t{i % 10}" for i in range(1_000)]))
    kept = Counter(taken(intake)[1_100:])
    assert set(kept) == {f"t{i}" for i in range(10)}
    assert max(kept.values()) <= 3 * min(kept.values())


def test_the_same_rows_are_sampled_again() -> None:
    def sampled() -> list[str | None]:
        intake = filled(to=1.1)
        for _ in range(50):
            intake.put("a", block(*[LOW] * 7))
        return taken(intake)

    assert sampled() == sampled()


def test_rows_that_come_one_by_one_are_sampled_like_those_that_come_together() -> None:
    one_by_one, together = filled(to=1.1), filled(to=1.1)
    for _ in range(300):
        one_by_one.put("a", block(LOW))
    together.put("a", block(*[LOW] * 300))
    assert one_by_one.dropped == together.dropped
    assert one_by_one.gaps == 0


def test_packed_rows_are_sampled_like_others_and_read_the_same() -> None:
    records = [
        Record(f"t{n % 3}", b"%d" % n, str(n), priority=n % 4, error="x" * (n % 5) or None, phase=n % 2)
        for n in range(400)
    ]
    replayed = [
        record._replace(replay=Replay("old", 5, ("marked",) if n % 7 else ())) for n, record in enumerate(records)
    ]
    for rows in (records, replayed):
        loose, packed = filled(to=1.0), filled(to=1.0)
        loose.put("a", Block.of(rows))
        packed.put("a", rows_of_block(Block.of(rows), b"").parcel())
        assert loose.dropped == packed.dropped
        assert records_of(loose)[1_000:-1] == records_of(packed)[1_000:-1]


def test_the_byte_bound_counts_payloads() -> None:
    intake = Intake(max_bytes=10_000)
    intake.put("a", block(1, payload=b"x" * 20_000))
    intake.put("a", block(0, 1, 2, 3))
    assert intake.dropped_total > 0


priorities = st.lists(st.sampled_from([-1, 0, 0, 1, 2, 3]), min_size=1, max_size=40)


@given(st.lists(st.tuples(st.sampled_from("ab"), priorities, st.integers(0, 3), st.booleans()), max_size=60))
def test_every_row_is_taken_or_waits_or_is_counted_as_dropped_at_every_moment(
    steps: list[tuple[str, list[int], int, bool]],
) -> None:
    intake, put, told = Intake(max_rows=60), 0, []
    for source, stated, takes, packed in steps:
        batch = block(*stated)
        intake.put(source, rows_of_block(batch, b"").parcel() if packed else batch)
        put += len(stated)
        for _ in range(takes):
            told += rows_in(intake.take())
        assert put + intake.gaps == len(told) + intake.rows + intake.dropped_total
        assert intake.rows <= FULL * intake.max_rows + 40 + intake.gaps
    told += rows_of(intake)
    gaps = [str(error) for type_, error in told if type_ == GAP_TYPE]
    assert (len(gaps), intake.rows) == (intake.gaps, 0)
    assert put + intake.gaps == len(told) + intake.dropped_total
    assert sum(map(missing, gaps)) == intake.dropped_total


def test_what_was_dropped_is_a_row_where_the_rows_of_the_source_have_room_again() -> None:
    intake = filled(to=1.25)
    intake.put("a", block(2, 0, 0, 3, 0))
    intake.put("b", block(2))
    assert intake.gaps == 0
    intake.take()
    intake.put("a", block(2, 3))
    told = rows_of(intake)[250:]
    assert [type_ for type_, _ in told] == ["t0", "t3", "t0", GAP_TYPE, "t0", "t1"]
    assert re.fullmatch(
        r"3 LOW events not kept \d\d:\d\d:\d\d(–\d\d:\d\d:\d\d)? \(not sampled\): "
        "they came faster than they could be taken in",
        str(told[3][1]),
    )


def test_what_was_dropped_is_told_each_second_while_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sources.intake.LONGEST_NS", -1)
    intake = filled(to=1.9)
    for _ in range(3):
        intake.put("a", block(*[0] * 10))
    assert intake.gaps == 3


def test_where_nothing_is_taken_any_more_nothing_is_told_either_so_that_memory_stays_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.sources.intake.LONGEST_NS", -1)
    intake = filled(to=2.0)
    for _ in range(100):
        intake.put("a", block(3))
    assert intake.rows == 2_000
    assert sum(missing(str(error)) for type_, error in rows_of(intake) if type_ == GAP_TYPE) == 100


def test_what_was_dropped_last_is_told_when_nothing_waits_any_more() -> None:
    intake = filled(to=1.25)
    intake.put("a", block(0, -1, 0))
    intake.put("a", block(0))
    told = rows_of(intake)
    assert [type_ for type_, _ in told[1_250:]] == ["t1", GAP_TYPE]
    assert "3 LOW" in str(told[-1][1])
    assert rows_of(intake) == []


async def test_a_source_that_can_wait_waits_until_half_is_taken() -> None:
    intake = Intake(max_rows=10)
    for _ in range(8):
        intake.put("a", block(1))
    waiting = asyncio.get_running_loop().create_task(intake.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    taken(intake)
    await asyncio.wait_for(waiting, 1)


def test_cut_of_everything_is_the_block_itself() -> None:
    whole = block(1, 2, 3)
    assert cut(whole, 0, 3) is whole
    assert list(cut(whole, 1, 2).priority) == [2]
    assert size_of(whole) > size_of(cut(whole, 1, 2))

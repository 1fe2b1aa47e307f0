"""Intake: bounded, drops by urgency, and counts what it dropped."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from app.sources.bound import cut, size_of
from app.sources.intake import SLICE_ROWS, Intake
from connectors.gap import GAP_TYPE
from eventscope.connector import Block, Record
from eventscope.event import EventPriority


def block(*priorities: int, payload: bytes = b"{}") -> Block:
    return Block.of([Record(type=f"t{i}", payload=payload, priority=p) for i, p in enumerate(priorities)])


def taken(intake: Intake) -> list[str | None]:
    """The types of the events that wait, in their order."""
    return [type_ for type_, _ in rows_of(intake) if type_ != GAP_TYPE]


def rows_of(intake: Intake) -> list[tuple[str | None, str | None]]:
    """Type and error of all rows that wait, in their order."""
    rows: list[tuple[str | None, str | None]] = []
    while batch := intake.take():
        rows += zip(batch.block.type, batch.block.error, strict=True)
    return rows


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


def test_past_the_bound_low_goes_first_and_critical_last() -> None:
    intake = Intake(max_rows=100)
    intake.put("a", block(*[1] * 100))
    intake.put("a", block(*EventPriority))
    assert intake.dropped == {("a", EventPriority.LOW): 1}
    intake.put("a", block(*[3] * 100))
    intake.put("a", block(*EventPriority))
    assert intake.dropped[("a", EventPriority.CRITICAL)] == 1


def test_rows_without_a_priority_are_not_the_first_to_go() -> None:
    intake = Intake(max_rows=10)
    intake.put("a", block(*[1] * 10))
    intake.put("a", block(-1, EventPriority.LOW))
    assert intake.dropped == {("a", EventPriority.LOW): 1}


def test_the_byte_bound_counts_payloads() -> None:
    intake = Intake(max_bytes=10_000)
    intake.put("a", block(1, payload=b"x" * 20_000))
    intake.put("a", block(0, 1, 2, 3))
    assert intake.dropped_total > 0


@given(st.lists(st.lists(st.sampled_from([-1, 0, 1, 2, 3]), min_size=1, max_size=40), max_size=40))
def test_every_row_is_taken_or_counted_as_dropped(blocks: list[list[int]]) -> None:
    intake = Intake(max_rows=60)
    for priorities in blocks:
        intake.put("a", block(*priorities))
        assert intake.rows <= 2 * intake.max_rows + max(map(len, blocks))
    told = rows_of(intake)
    gaps = [str(error) for type_, error in told if type_ == GAP_TYPE]
    assert len(told) - len(gaps) + intake.dropped_total == sum(map(len, blocks))
    assert sum(int(gap.split()[2].replace(",", "")) for gap in gaps) == intake.dropped_total


def test_what_was_dropped_is_a_row_where_the_rows_of_the_source_go_on() -> None:
    intake = Intake(max_rows=100)
    intake.put("a", block(*[1] * 100))
    intake.put("a", block(0, 0, 3, 0))
    intake.put("b", block(2))
    intake.put("a", block(2, 3))
    told = rows_of(intake)[100:]
    assert [type_ for type_, _ in told] == ["t2", "t0", GAP_TYPE, "t0", "t1"]
    assert told[2][1] == ("missed exactly 3 events: 3 LOW came faster than they could be taken in, within 1 second")


def test_what_was_dropped_last_is_told_when_nothing_waits_any_more() -> None:
    intake = Intake(max_rows=10)
    intake.put("a", block(*[1] * 10))
    intake.put("a", block(0, -1, 0))
    intake.put("a", block(0))
    told = rows_of(intake)
    assert [type_ for type_, _ in told[10:]] == ["t1", GAP_TYPE]
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

"""Overload: what is given up while more comes than can be stored, and that every row is accounted for."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.session import Session
from app.sources.intake import Intake
from app.sources.messages import Message, Rows, rows_of
from app.sources.outbox import Outbox
from app.store.parcel import Parcel
from app.store.store import Store
from connectors.gap import GAP_TYPE
from eventscope.connector import Block, Record
from eventscope.event import EventPriority
from eventscope.step import Phase

LOW, NORMAL, HIGH, CRITICAL = sorted(EventPriority)

batches = st.lists(st.sampled_from([LOW, LOW, NORMAL, HIGH, CRITICAL, -1]), min_size=1, max_size=30)


def block(priorities: Sequence[int], phase: int = Phase.PUBLISHED) -> Block:
    return Block.of([Record(f"t{n}", b"{}", priority=p, phase=phase) for n, p in enumerate(priorities)])


def records_of(intake: Intake) -> list[Record]:
    """All rows that wait, in their order."""
    records: list[Record] = []
    while batch := intake.take():
        rows = batch.block
        records += rows if isinstance(rows, Parcel) else [Record(*row) for row in zip(*rows.whole(), strict=True)]
    return records


def kept(intake: Intake) -> list[Record]:
    """The events that wait, in their order."""
    return [record for record in records_of(intake) if record.type != GAP_TYPE]


@given(st.lists(st.tuples(batches, st.booleans()), max_size=60))
def test_no_urgent_row_is_refused_while_a_low_one_waits(steps: list[tuple[list[int], bool]]) -> None:
    intake = Intake(max_rows=20)
    for priorities, packed in steps:
        rows = block(priorities)
        intake.put("a", rows_of(rows, b"").parcel() if packed else rows)
    urgent_lost = any(priority != LOW for _, priority in intake.dropped)
    low_kept = any(record.priority == LOW for record in kept(intake))
    assert not (urgent_lost and low_kept)


def test_low_rows_that_wait_make_room_for_urgent_ones_and_are_told_with_the_time_since_they_came() -> None:
    intake = Intake(max_rows=1_000)
    intake.put("noisy", block([LOW, LOW, LOW, LOW, HIGH] * 250))
    came = time.time_ns()
    for _ in range(120):
        intake.put("shop", block([NORMAL] * 10))
    assert intake.dropped[("noisy", LOW)] > 700
    assert set(intake.dropped) == {("noisy", LOW)}
    waiting = records_of(intake)
    (gap,) = [record for record in waiting if record.type == GAP_TYPE]
    assert gap.occurred_at <= came
    urgent = [record.priority for record in waiting if record.priority != LOW and record is not gap]
    assert urgent == [HIGH] * 250 + [NORMAL] * 1_200
    assert intake.rows == 0


def test_rows_that_failed_and_gaps_stay_where_low_rows_make_room() -> None:
    intake = Intake(max_rows=100)
    intake.put("a", block([LOW] * 60))
    intake.put("a", block([LOW] * 60, Phase.FAILED))
    for _ in range(5):
        intake.put("a", block([NORMAL] * 20))
    assert intake.dropped[("a", LOW)] == 60
    assert [record.phase for record in kept(intake) if record.priority == LOW] == [Phase.FAILED] * 60


@given(
    st.lists(st.tuples(batches, st.sampled_from(["drain", "clear", "undo", "nothing", "nothing"])), max_size=40),
    st.integers(20, 200),
)
def test_seen_is_kept_evicted_cleared_and_dropped_at_every_moment(
    steps: list[tuple[list[int], str]], bound: int
) -> None:
    session = Session()
    session.store = Store(1 << 20)
    session.intake.max_rows = bound
    pushed = 0
    for priorities, then in steps:
        session.intake.put("a", block(priorities))
        pushed += len(priorities)
        {"drain": session.drain, "clear": session.clear, "undo": session.undo_clear}.get(then, int)()
        c = session.counters()
        assert c.seen == c.kept + c.evicted + c.cleared + c.dropped
        assert c.seen + session.intake.rows == pushed + session.intake.gaps


def test_in_a_flood_low_rows_are_kept_as_far_as_there_is_room_and_at_all_times_and_others_wholly() -> None:
    intake, batch = Intake(max_rows=1_000), rows_of(block([LOW] * 9 + [NORMAL]), b"").parcel()
    taken: list[Record] = []
    for step in range(1, 3_001):
        intake.put("a", batch)
        while len(taken) < step * 4 and (waiting := intake.take()):
            taken += list(waiting.block) if isinstance(waiting.block, Parcel) else []
    told = intake.gaps
    taken += kept(intake)
    assert sum(record.priority == NORMAL for record in taken) == 3_000
    assert len(taken) + intake.dropped_total == 30_000
    low = np.flatnonzero([record.priority == LOW for record in taken])
    assert 0.2 < len(low) / 27_000 < 0.5
    assert np.diff(low).max() <= 20
    assert told < 100


async def test_the_outbox_of_a_process_gives_up_low_rows_that_wait_before_urgent_ones_and_tells_it() -> None:
    told: list[Message] = []
    outbox = Outbox(told.append, lambda: None)
    outbox.max_rows = 100
    outbox.push(block([LOW, HIGH] * 60))
    for _ in range(8):
        outbox.push(block([NORMAL] * 10))
    assert {priority for _, priority in outbox.dropped} == {LOW}
    outbox.empty()
    sent = [record for rows in told if isinstance(rows, Rows) for record in rows.parcel()]
    assert sum(record.type != GAP_TYPE for record in sent) == 200 - outbox.dropped_total
    assert [record.priority for record in sent if record.priority == HIGH][:60] == [HIGH] * 60
    (gap,) = [record for record in sent if record.type == GAP_TYPE]
    assert str(gap.error).startswith(f"{outbox.dropped_total} LOW events not kept ")
    assert outbox.rows == 0

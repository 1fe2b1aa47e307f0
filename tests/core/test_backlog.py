"""The backlog: every row is looked at once, in order, whatever the batches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.store.backlog import Backlog
from app.store.chunk import Chunk


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9)), max_size=40), st.integers(1, 20))
def test_every_row_is_looked_at_once_and_in_order(batches: list[tuple[int, int]], most: int) -> None:
    chunks = [Chunk(1 + 1_000 * i, capacity=1) for i in range(3)]
    filled = [0, 0, 0]
    seen: list[tuple[int, int]] = []
    backlog = Backlog(lambda chunk, a, b: seen.extend((chunk.first_seq, row) for row in range(a, b)), most)
    expected = []
    for number, rows in batches:
        chunk, start = chunks[number], filled[number]
        filled[number] += rows
        backlog.add(chunk, start, start + rows)
        expected += [(chunk.first_seq, row) for row in range(start, start + rows)]
        assert len(expected) - len(seen) < most
    backlog.flush()
    assert seen == expected


def test_small_batches_are_looked_at_together() -> None:
    calls: list[tuple[int, int]] = []
    backlog = Backlog(lambda _, start, stop: calls.append((start, stop)), 1_000)
    chunk = Chunk(1, capacity=1)
    for row in range(100):
        backlog.add(chunk, row, row + 1)
    backlog.flush()
    backlog.flush()
    assert calls == [(0, 100)]


def test_rows_between_two_batches_are_not_looked_at() -> None:
    calls: list[tuple[int, int]] = []
    backlog = Backlog(lambda _, start, stop: calls.append((start, stop)))
    chunk = Chunk(1, capacity=1)
    backlog.add(chunk, 0, 3)
    backlog.add(chunk, 5, 6)
    backlog.flush()
    assert calls == [(0, 3), (5, 6)]

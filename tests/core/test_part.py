"""A part keeps which rows of a chunk match, in as little memory as it can."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.filter.part import Part
from app.store.store import Store
from eventscope.connector import Block, Record


def part_of(rows: int) -> Part:
    store = Store()
    store.append("s", Block.of([Record("t")] * rows), 1)
    return Part(store.chunks[0])


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 511), st.booleans()), max_size=8), st.integers(0, 80))
def test_it_has_what_was_put_in_whatever_is_skipped_or_cut(steps: list[tuple[int, int, bool]], cut: int) -> None:
    part, expected, scanned = part_of(80), [], 0
    for size, bits, skipped in steps:
        if skipped:
            part.skip(scanned + size)
        else:
            rows = [scanned + row for row in range(size) if bits >> row & 1]
            part.add(np.array(rows, np.int64), scanned + size)
            expected += rows
        scanned += size
    part.cut(cut)
    expected = [row for row in expected if row < cut]
    assert part.count == len(expected)
    assert part.seqs(0, part.count).tolist() == [row + 1 for row in expected]
    assert part.seqs(1, 3).tolist() == [row + 1 for row in expected[1:3]]
    assert [part.index(seq) for seq in range(1, 82)] == [sum(row + 1 < seq for row in expected) for seq in range(1, 82)]


def test_as_long_as_all_rows_match_they_take_no_memory() -> None:
    part = part_of(80)
    part.add(np.arange(30), 30)
    part.add(np.arange(30, 80), 80)
    assert part._found is None
    assert part.seqs(10, 20).tolist() == list(range(11, 21))

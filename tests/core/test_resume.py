"""A search that was cancelled is incomplete, tests what comes later, and goes on where it was."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.filter.matches import Matches
from app.filter.query import parse
from app.store.store import Store
from eventscope.connector import Block, Record

ROWS = st.integers(1, 9_000)
STEPS = st.lists(st.sampled_from(["cancel", "resume", "update", "rows", "hold", "go on"]), max_size=8)


def batch(count: int, first: int) -> Block:
    return Block.of([Record(type=f"t{number % 3}", payload=b"x" * 300) for number in range(first, first + count)])


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=4), STEPS)
def test_after_any_cancelling_a_search_that_is_resumed_finds_everything(sizes: list[int], steps: list[str]) -> None:
    store = Store(16 * 2**20)
    matches = Matches(store)
    for size in sizes:
        store.append("s", batch(size, store.next_seq), 1)
    matches.set_filter(parse("type:t1"))
    for step in steps:
        if step == "cancel":
            matches.cancel()
        elif step == "resume":
            matches.resume()
        elif step == "rows":
            store.append("s", batch(500, store.next_seq), 1)
        elif step in ("hold", "go on"):
            matches.horizon = store.next_seq // 2 if step == "hold" else None
        matches.update(0.0)
        found = matches.seqs(0, len(matches))
        assert (found[1:] > found[:-1]).all()
    matches.horizon = None
    matches.resume()
    while matches.update() or matches.progress[0] < matches.progress[1]:
        pass
    assert matches.complete
    assert matches.seqs(0, len(matches)).tolist() == [
        seq for chunk in store.chunks for seq in range(chunk.first_seq, chunk.next_seq) if seq % 3 == 1
    ]
    matches.close()


def test_rows_that_come_after_a_cancelled_search_are_found() -> None:
    store = Store()
    store.append("s", batch(3_000, 1), 1)
    matches = Matches(store)
    matches.set_filter(parse("type:t1"))
    matches.cancel()
    assert not matches.complete
    store.append("s", batch(3, store.next_seq), 1)
    while matches.update():
        pass
    assert [seq % 3 for seq in matches.seqs(0, len(matches)).tolist()] == [1]
    matches.close()


def test_what_is_looked_at_is_searched_first() -> None:
    store = Store(64 * 2**20)
    for _ in range(24):
        store.append("s", batch(8_000, store.next_seq), 1)
    matches = Matches(store)
    assert len(store.chunks) > 3
    matches.set_filter(parse("type:t1"))
    middle = store.chunks[2]
    matches.looked_at = middle.first_seq + 5
    matches.update(0.0)
    assert set(matches.seqs(0, len(matches)).tolist()) <= set(range(middle.first_seq, middle.next_seq))
    assert len(matches)
    matches.close()

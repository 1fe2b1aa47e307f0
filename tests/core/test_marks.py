"""Marks: kept by row, bounded, asked for by filters, and there again when cleared rows are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.filter.marked import reads_marks
from app.filter.query import FilterError, parse
from app.marks import LONGEST_COMMENT, MOST_ROWS, Mark, Marks, Reference, TooManyMarks
from app.store.store import Store
from eventscope.connector import Block, Record

ROWS = 40
seqs = st.integers(1, ROWS)
acts = st.one_of(
    st.tuples(st.sampled_from([Mark.MARKED, Mark.IGNORED]), seqs),
    st.tuples(st.just(Mark.COMMENTED), seqs, st.sampled_from(["", " ", "a", "a\nlong  one"])),
)


def stored(rows: int = ROWS) -> Store:
    store = Store()
    store.append("s", Block.of([Record(type=f"t{number % 3}") for number in range(rows)]), 1)
    return store


def done(marks: Marks, acts_: list[tuple]) -> dict[Mark, set[int]]:
    """Do them, to `marks` and to plain sets."""
    expected: dict[Mark, set[int]] = {kind: set() for kind in Mark}
    for kind, seq, *text in acts_:
        if text:
            marks.set_comment(seq, text[0])
            (expected[kind].add if text[0].strip() else expected[kind].discard)(seq)
        else:
            assert marks.toggle(seq, kind) is (seq not in expected[kind])
            expected[kind] ^= {seq}
    return expected


@settings(deadline=None)
@given(st.lists(acts, max_size=60))
def test_notes_are_those_of_plain_sets(acts_):
    marks = Marks()
    expected = done(marks, acts_)
    for kind in Mark:
        assert marks.rows(kind).tolist() == sorted(expected[kind])
        assert marks.chosen(range(1, ROWS + 1), kind) == expected[kind]
        assert all(marks.has(seq, kind) is (seq in expected[kind]) for seq in range(ROWS + 2))
    assert marks.spared.tolist() == sorted(expected[Mark.MARKED] | expected[Mark.COMMENTED])
    assert {seq for seq in range(ROWS + 2) if marks.comment(seq)} == expected[Mark.COMMENTED]


@settings(deadline=None)
@given(st.lists(acts, max_size=40), st.lists(st.sampled_from(list(Mark)), min_size=1, unique=True))
def test_a_filter_selects_the_rows_with_any_of_the_notes(acts_, kinds):
    store = stored()
    expected = done(store.marks, acts_)
    wanted = parse(f"is:{','.join(kinds)} -type:t1")
    (chunk,) = store.chunks
    found = {int(seq) for seq in chunk.seqs_of(wanted.mask(chunk, 0, chunk.rows).nonzero()[0])}
    assert found == {seq for seq in set().union(*(expected[kind] for kind in kinds)) if (seq - 1) % 3 != 1}


def test_a_filter_asks_a_part_of_a_chunk():
    store = stored()
    for seq in (1, 10, 20):
        store.marks.toggle(seq, Mark.MARKED)
    assert parse("is:marked").mask(store.chunks[0], 5, 19).nonzero()[0].tolist() == [4]


@pytest.mark.parametrize("text", ["is:marked", "-is:ignored", "a or (b is:commented)"])
def test_filters_that_ask_for_marks_are_known(text):
    assert reads_marks(parse(text).tree)


@pytest.mark.parametrize("text", ["", "type:is", '"is:marked"', "/is/ phase:failed"])
def test_filters_that_do_not_are_known_too(text):
    assert not reads_marks(parse(text).tree)


def test_a_note_that_there_is_not_is_refused_with_those_that_there_are():
    with pytest.raises(FilterError, match="marked, commented, ignored"):
        parse("is:red")
    with pytest.raises(FilterError, match="cannot be compared"):
        parse("is>marked")


def test_a_full_book_says_so_and_has_room_again_when_rows_are_gone():
    marks = Marks()
    for seq in range(1, MOST_ROWS + 1):
        marks.toggle(seq, Mark.MARKED)
    with pytest.raises(TooManyMarks, match="10,000 rows are marked already"):
        marks.toggle(MOST_ROWS + 1, Mark.MARKED)
    marks.refer(Reference(7, 1))
    marks.prune(lambda rows: rows % 2 == 0)
    assert marks.reference is None
    assert marks.toggle(MOST_ROWS + 1, Mark.MARKED)
    assert not marks.toggle(2, Mark.MARKED)


def test_a_refused_comment_leaves_nothing_behind():
    marks = Marks()
    for seq in range(MOST_ROWS):
        marks.set_comment(seq + 1, "x")
    with pytest.raises(TooManyMarks):
        marks.set_comment(MOST_ROWS + 1, "y")
    assert marks.comment(MOST_ROWS + 1) == ""
    marks.set_comment(5, "another text")
    assert marks.comment(5) == "another text"


def test_a_comment_is_one_line_of_bounded_length():
    marks = Marks()
    marks.set_comment(3, "  two\nlines\t" + "x" * 5_000)
    assert marks.comment(3).startswith("two lines x")
    assert len(marks.comment(3)) == LONGEST_COMMENT


def test_the_reference_is_spared_too():
    marks = Marks()
    marks.toggle(9, Mark.MARKED)
    marks.refer(Reference(4, 1_000))
    assert marks.spared.tolist() == [4, 9]
    marks.refer(None)
    assert marks.spared.tolist() == [9]


def test_each_change_is_seen_by_its_version():
    marks, seen = Marks(), set()
    for change in (
        lambda: marks.toggle(1, Mark.MARKED), lambda: marks.toggle(1, Mark.MARKED), lambda: marks.set_comment(1, "a"),
        lambda: marks.set_comment(1, "b"), lambda: marks.refer(Reference(1, 1)),
        lambda: marks.prune(lambda rows: rows > 0),
    ):  # fmt: skip
        change()
        seen.add(marks.version)
    assert len(seen) == 6

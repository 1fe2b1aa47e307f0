"""Rows that are shown again keep what another monitor told of them: source, time, marks and comments."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import marks
from app.marks import Mark, Reference
from app.sources.bound import Bound, cut, joined
from app.sources.messages import frame, read_frame, rows_of
from app.store.store import Store
from connectors.file.noted import notes_by_row
from eventscope.connector import Block, Record, Replay
from eventscope.step import UNKNOWN

NOW = 77

times = st.just(UNKNOWN) | st.integers(-(2**62), 2**62)
replays = st.none() | st.builds(
    Replay,
    source=st.none() | st.sampled_from(["", "orders", "billing", "Überweisung"]),
    observed_at=times,
    notes=st.sampled_from([(), ("marked",), ("ignored", "marked"), ("reference",)]),
    comment=st.sampled_from(["", "look here", "<b>bold</b>"]),
)
batches = st.lists(st.builds(Record, type=st.just("t"), occurred_at=times, replay=replays), min_size=1, max_size=30)


def noted(store: Store) -> dict[str, Any]:
    seqs = range(1, store.next_seq)
    return {
        "marked": store.marks.rows(Mark.MARKED).tolist(),
        "ignored": store.marks.rows(Mark.IGNORED).tolist(),
        "comments": {seq: store.marks.comment(seq) for seq in seqs if store.marks.comment(seq)},
        "reference": store.marks.reference,
    }


def as_noted(records: list[Record]) -> dict[str, Any]:
    said = [(seq, record, record.replay or Replay()) for seq, record in enumerate(records, start=1)]
    referred = [
        Reference(seq, next((at for at in (record.occurred_at, replay.observed_at) if at != UNKNOWN), UNKNOWN))
        for seq, record, replay in said
        if "reference" in replay.notes
    ]
    return {
        "marked": [seq for seq, _, replay in said if "marked" in replay.notes],
        "ignored": [seq for seq, _, replay in said if "ignored" in replay.notes],
        "comments": {seq: replay.comment for seq, _, replay in said if replay.comment},
        "reference": referred[-1] if referred else None,
    }


@given(batches, st.booleans())
def test_a_row_that_is_shown_again_is_told_as_it_was(records: list[Record], in_own_process: bool) -> None:
    store = Store()
    block = Block.of(records)
    told = read_frame(io.BytesIO(frame(rows_of(block, b"")))) if in_own_process else None
    store.append("file", told.parcel() if told is not None else block, NOW)  # type: ignore[union-attr]
    for event, record in zip(map(store.event, range(1, store.next_seq)), records, strict=True):
        replay = record.replay or Replay()
        assert event.source == (replay.source or "file")
        assert event.observed_at == (NOW if replay.observed_at == UNKNOWN else replay.observed_at)
    assert noted(store) == as_noted(records)


@given(st.lists(batches, min_size=1, max_size=4), st.integers(0, 9))
def test_blocks_with_and_without_what_was_told_are_joined_and_cut(parts: list[list[Record]], start: int) -> None:
    whole = joined([Block.of(part) for part in parts])
    records = [record for part in parts for record in part]
    assert [Record(*row) for row in zip(*whole.whole(), strict=True)] == records
    rest = cut(whole, start, whole.rows)
    assert [Record(*row) for row in zip(*rest.whole(), strict=True)] == records[start:]


def test_what_a_flood_leaves_of_a_block_keeps_what_was_told() -> None:
    bound = Bound(max_rows=4, max_bytes=10**6)
    bound.enter(Block.of([Record()] * 5))
    rows = [Record(priority=3, replay=Replay("a", 5)), Record(priority=0), Record(priority=3)]
    kept = bound.admit("s", Block.of(rows))
    assert isinstance(kept, Block)
    assert list(kept.replay) == [Replay("a", 5), None]


def test_what_is_no_replay_says_nothing() -> None:
    store = Store()
    store.append("s", Block.of([Record(replay="nonsense"), Record(replay=Replay("a", 2**70))]), NOW)  # type: ignore[arg-type]
    assert store.cells([1, 2], ("source", "observed_at")) == [("s", NOW), ("a", NOW)]


def test_notes_beyond_what_there_is_room_for_are_left_out_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(marks, "MOST_ROWS", 2)
    store = Store()
    with caplog.at_level(logging.WARNING):
        store.append("s", Block.of([Record(replay=Replay(notes=("marked",)))] * 3), NOW)
    assert store.marks.rows(Mark.MARKED).tolist() == [1, 2]
    assert "left out" in caplog.text


@pytest.mark.parametrize(
    "document",
    [None, [], "x", {"marked": "x"}, {"comments": []}, {"comments": {"x": "y"}}, {"marked": [True, 1.5, None]}],
)
def test_a_document_of_notes_that_is_none_says_nothing(document: object) -> None:
    assert notes_by_row(document) == {}

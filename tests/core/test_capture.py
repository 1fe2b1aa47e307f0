"""What is recorded is read back as it was, while it is recorded and afterwards."""

from __future__ import annotations

import random
import sqlite3
import stat
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from captured import events_in, events_of, record_all, stored, wait_for
from frozen import freeze
from hostile import HEADERS, PAYLOADS, TEXTS, hostile_records, life, store_of
from hypothesis import given, settings
from hypothesis import strategies as st

from app.capture import scribe
from app.capture.file import CaptureFile
from app.capture.lock import NotRecorded
from app.capture.recorder import Recorder
from app.capture.scribe import Scribe
from app.marks import Mark, Reference
from app.store import chunk as chunks
from app.store.chunk import COLUMNS
from app.store.packing import CODED
from app.store.spill import Spill
from app.store.store import MIB, Store
from connectors.capture import codec, layout, opening, strings
from connectors.capture.reader import CaptureReader
from connectors.gap import gap_record
from eventscope.connector import Block, Record

GOLDEN = Path(__file__).parents[1] / "golden" / "captures"
CANARY = "s3cr3t-canary"

text = st.none() | st.sampled_from(TEXTS) | st.text(max_size=5)
nanoseconds = st.sampled_from([0, 1, -1, 2**63 - 1, -(2**63), -(2**63) + 1, 2**62, 10**18]) | st.integers(
    -(2**63), 2**63 - 1
)
records = st.builds(
    Record,
    type=text,
    payload=st.none() | st.binary(max_size=20) | st.sampled_from([*PAYLOADS.values()]),
    id=text,
    category=text,
    priority=st.integers(-3, 9),
    phase=st.integers(0, 6),
    correlation_id=text,
    causation_id=text,
    occurred_at=nanoseconds,
    producer=text,
    channel=text,
    key=text,
    subscription=text,
    attempt=st.integers(0, 2**17),
    queue_ns=nanoseconds,
    handle_ns=nanoseconds,
    total_ns=nanoseconds,
    fanout=st.sampled_from([-1, 0, 1, 2**31, 2**63 - 1]),
    error=text,
    envelope=text,
    headers=st.none() | st.sampled_from(HEADERS),
) | st.just(gap_record("orders[3]", 17, exact=True, reason="they were deleted"))  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a capture?.eventscope"


def numbered(first: int, rows: int, size: int = 20) -> Block:
    """Rows that tell their numbers."""
    return Block.of(
        [
            Record(type="order.created", id=f"e{n}", correlation_id=f"c{n // 4}", payload=b"%d " % n + b"x" * size)
            for n in range(first, first + rows)
        ]
    )


def fill(store: Store, rows: int, size: int = 20) -> None:
    """Add rows that tell their numbers."""
    store.append("shop", numbered(store.next_seq, rows, size), 10**18 + store.next_seq)


def test_the_columns_of_a_capture_are_those_of_the_store() -> None:
    assert {name: np.dtype(kind) for name, kind in layout.COLUMNS.items()} == {
        name: np.dtype(kind) for name, kind in COLUMNS.items()
    }
    assert set(layout.CODED) == {*CODED, "source"}
    assert layout.MOST_ROWS >= chunks.MOST_ROWS


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(records, min_size=1, max_size=20), min_size=1, max_size=3), st.booleans())
def test_any_rows_are_read_as_they_were_recorded(batches: list[list[Record]], cold: bool) -> None:
    store = Store()
    for number, batch in enumerate(batches):
        store.append(f"source {number}", Block.of(batch), 2**63 - 1 - number)
    if cold:
        freeze(store)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.eventscope"
        record_all(store, path)
        assert repr(events_in(path)) == repr(stored(store))


def test_hostile_rows_are_read_as_they_were_recorded_from_the_journal_too(path: Path) -> None:
    store = store_of(hostile_records())
    recorder = Recorder(store, path, reserve=0)
    wait_for(recorder, store.next_seq)
    store.append("late", Block.of(life()), 5)
    wait_for(recorder, store.next_seq)
    assert not any(head.settled for head in recorder.reader.survey().leaves)
    assert repr(events_in(path)) == repr(stored(store))
    recorder.stop()
    assert repr(events_in(path)) == repr(stored(store))


def test_rows_are_recorded_while_they_come_and_chunk_after_chunk_is_settled(path: Path) -> None:
    store = Store(32 * MIB)
    recorder = Recorder(store, path, reserve=0)
    for _ in range(20):
        fill(store, 2_500, 100)
    wait_for(recorder, store.next_seq)
    heads = recorder.reader.survey().leaves
    assert [recorder.settled(chunk) for chunk in store.chunks[:-1]] == [head for head in heads if head.settled]
    assert recorder.settled(store.chunks[-1]) is None
    recorder.stop()
    assert len(store.chunks) > 2
    assert len(CaptureReader(path).survey().leaves) == len(store.chunks)
    assert events_in(path) == stored(store)
    assert (recorder.recorded, recorder.not_recorded) == (store.kept, 0)


def test_a_settled_leaf_has_the_places_and_codes_of_its_chunk(path: Path) -> None:
    store = Store(8 * MIB)
    fill(store, 30_000, 100)
    recorder = record_all(store, path)
    chunk = store.chunks[0]
    head = recorder.settled(chunk)
    assert head is not None
    for name in COLUMNS:
        assert np.array_equal(recorder.reader.column(head, name), getattr(chunk, name)[: chunk.rows], equal_nan=True), (
            name
        )
    for name, dictionary in chunk.dictionaries.items():
        assert recorder.reader.dictionary(head, name) == list(dictionary.values)
    for name in layout.STRINGS:
        places = recorder.reader.places(head, name)
        found = []
        for group, first in enumerate(places.groups):
            data = recorder.reader.group(head, name, places, group)
            assert len(data) <= layout.GROUP_BYTES
            after = (*places.groups, len(places.firsts))[group + 1]
            found += [places.block_in(data, group, block) for block in range(first, after)]
        assert b"".join(found) == bytes(getattr(chunk, name).run(0, chunk.rows).data)


def test_survivors_keep_their_numbers(path: Path) -> None:
    store = Store(4 * MIB)
    for _ in range(40):
        fill(store, 1_000, 200)
        store.marks.toggle(store.next_seq - 5, Mark.MARKED)
    assert store.evicted
    assert any(int(chunk.next_seq - chunk.first_seq) > chunk.rows for chunk in store.chunks)
    recorder = record_all(store, path)
    assert events_in(path) == stored(store)
    assert recorder.not_recorded == 0


def test_many_small_commits_leave_few_leaves(path: Path) -> None:
    store, file = Store(), CaptureFile(path, {})
    writer = Scribe(store, file)
    for _ in range(300):
        fill(store, 1)
        writer.write()
    reader = CaptureReader(path)
    leaves = reader.survey().leaves
    assert len(leaves) < 2 * scribe.MERGED
    assert [event.id for event in events_in(path)] == [f"e{n}" for n in range(1, 301)]
    writer.finish()
    assert len(reader.survey().leaves) == 1
    reader.close()
    file.close()


def test_rows_that_left_the_store_before_they_were_written_are_counted(path: Path) -> None:
    store, file = Store(2 * MIB), CaptureFile(path, {})
    fill(store, 10)
    writer = Scribe(store, file)
    for _ in range(60):
        fill(store, 1_000, 200)
        writer._unwritten.look()
    writer.finish()
    file.close()
    rows = store.next_seq - 1
    assert store.evicted
    assert 0 < writer.missed < rows
    assert writer.recorded + writer.missed == rows
    found = events_in(path)
    assert len(found) == writer.recorded
    assert [event.seq for event in found[:10]] == list(range(1, 11)), "what was there at the beginning is recorded"
    assert all(event.id == f"e{event.seq}" for event in found)


def test_what_is_cleared_was_recorded_and_what_comes_next_is_recorded(path: Path) -> None:
    store = Store()
    recorder = Recorder(store, path, reserve=0)
    fill(store, 50)
    wait_for(recorder, store.next_seq)
    fill(store, 50)
    store.clear()
    fill(store, 50)
    store.undo_clear()
    fill(store, 50)
    recorder.stop()
    assert [event.seq for event in events_in(path)] == list(range(1, 201))
    assert recorder.not_recorded == 0


def test_a_row_that_is_too_large_is_left_out_and_counted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strings, "MOST_BYTES", 40_000)
    monkeypatch.setattr(codec, "MOST_BYTES", 40_000)
    store = Store()
    fill(store, 100)
    store.append("shop", Block.of([Record(id="large", payload=b"x" * 50_000)]), 1)
    fill(store, 100)
    recorder = record_all(store, path)
    assert (recorder.recorded, recorder.not_recorded) == (200, 1)
    assert [event.id for event in events_in(path)] == [f"e{n}" for n in (*range(1, 101), *range(102, 202))]


def test_after_a_clean_end_there_is_one_file_for_its_owner_alone(path: Path) -> None:
    store = store_of(life())
    recorder = Recorder(store, path, reserve=0)
    wait_for(recorder, store.next_seq)
    recorder.reader.survey()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    recorder.stop()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(recorder.reader.survey().leaves) == 1, "it can be read on"
    assert recorder.bytes == path.stat().st_size


def test_each_commit_is_on_the_disk_when_it_returns(path: Path) -> None:
    file = CaptureFile(path, {})
    assert file._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert file._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    file.close()


def test_an_empty_recording_is_read_as_empty(path: Path) -> None:
    record_all(Store(), path)
    assert events_in(path) == []


def test_correlations_are_found_without_the_dictionaries(path: Path) -> None:
    store = Store(4 * MIB)
    fill(store, 20_000, 10)
    reader = record_all(store, path).reader
    heads = reader.survey().leaves
    assert len(heads) > 1
    for number in random.Random(1).sample(range(5_000), 50):
        wanted = f"c{number}"
        found = [
            (head.leaf, code)
            for head in heads
            for code in reader.correlated(head, wanted)
            if reader.dictionary(head, "correlation")[code] == wanted
        ]
        there = [
            (head.leaf, chunk.dictionaries["correlation"].code(wanted))
            for head, chunk in zip(heads, store.chunks, strict=True)
            if chunk.dictionaries["correlation"].code(wanted)
        ]
        assert found == there
    assert [reader.correlated(head, "nowhere") for head in heads] == [[]] * len(heads)


def test_no_secret_of_a_source_is_in_the_file(path: Path) -> None:
    url = f"kafka://watcher:{CANARY}@broker:9092/orders?password={CANARY}&from=earliest"
    store = store_of(life())
    recorder = Recorder(store, path, reserve=0, sources=lambda: {"orders": url})
    wait_for(recorder, store.next_seq)
    while_recorded = b"".join(file.read_bytes() for file in path.parent.iterdir())
    recorder.stop()
    assert CANARY.encode() not in while_recorded + path.read_bytes()
    assert recorder.reader.document("sources") == {"orders": "kafka://watcher@broker:9092/orders?from=earliest"}


def test_notes_are_read_back(path: Path) -> None:
    store = store_of(life())
    store.marks.toggle(1, Mark.MARKED)
    store.marks.toggle(2, Mark.IGNORED)
    store.marks.set_comment(3, "why \ud800?")
    store.marks.refer(Reference(4, 2**63 - 1))
    assert record_all(store, path).reader.document("notes") == {
        "marked": [1], "ignored": [2], "comments": {"3": "why \ud800?"}, "reference": [4, 2**63 - 1],
    }  # fmt: skip


def test_a_note_that_is_made_late_is_saved(path: Path) -> None:
    store = store_of(life())
    recorder = Recorder(store, path, reserve=0)
    wait_for(recorder, store.next_seq)
    store.marks.toggle(5, Mark.MARKED)
    recorder.stop()
    assert recorder.reader.document("notes")["marked"] == [5]


def test_losses_are_told(path: Path) -> None:
    recorder = record_all(store_of(life()), path, losses=lambda: {"dropped": 3})
    assert recorder.reader.document("losses") == {"dropped": 3}


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(path: Path) -> None:
    path.write_text("mine")
    with pytest.raises(NotRecorded, match=r"exists already; choose another name"):
        Recorder(store_of(life()), path, reserve=0)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    record_all(store_of(life()), path, replace=True)
    assert len(events_in(path)) == 6


def test_a_place_that_is_not_there_is_told(path: Path) -> None:
    with pytest.raises(NotRecorded, match=r"cannot record to .*: No such file or directory; choose another place"):
        Recorder(Store(), path / "deeper.eventscope", reserve=0)


def test_parts_of_a_leaf_are_checked_one_by_one(path: Path) -> None:
    """One piece that is damaged spoils nothing else."""
    store = Store(8 * MIB)
    fill(store, 30_000, 100)
    record_all(store, path)
    db = sqlite3.connect(path)
    reader = CaptureReader(path)
    first, second, *_ = reader.survey().leaves
    db.execute(
        "UPDATE pieces SET data = zeroblob(20) WHERE id = ?", (layout.piece_id(first.leaf, layout.COLUMN["type"]),)
    )
    db.commit()
    db.close()
    with pytest.raises(codec.Damaged):
        reader.column(first, "type")
    assert len(reader.column(first, "phase")) == first.rows
    assert len(events_of(reader.leaf(second))) == second.rows
    reader.close()


def test_rows_that_cannot_be_read_from_another_capture_are_not_recorded_as_empty(path: Path) -> None:
    store = Store(2 * MIB)
    recorder = Recorder(store, path, reserve=0)
    store.spill = Spill(recorder.settled, recorder.reader)
    while not store.spilled:
        fill(store, 1_000, 200)
        wait_for(recorder, store.next_seq)
    recorder.stop()
    spilled, copy = store.spilled, path.with_name("copy.eventscope")
    assert record_all(store, copy).recorded == store.kept
    assert [event.id for event in events_in(copy)] == [f"e{n}" for n in range(1, store.next_seq)]
    db = sqlite3.connect(path)
    db.execute("UPDATE pieces SET data = zeroblob(9)")
    db.commit()
    db.close()
    damaged = Recorder(store, path.with_name("damaged.eventscope"), reserve=0)
    damaged.stop()
    assert damaged.recorded == store.kept - spilled
    assert damaged.not_recorded == spilled


def test_many_threads_read_what_is_being_recorded(path: Path) -> None:
    store = Store(4 * MIB)
    recorder = Recorder(store, path, reserve=0)
    wrong: list[object] = []
    ended = threading.Event()

    def read_all() -> None:
        while not ended.is_set():
            for head in recorder.reader.survey().leaves:
                try:
                    events = events_of(recorder.reader.leaf(head))
                except codec.Damaged:
                    wrong.extend([head] if head.settled else [])  # those of the journal are merged meanwhile
                else:
                    wrong.extend(event for event in events if event.id != f"e{event.seq}")

    readers = [threading.Thread(target=read_all) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(20):
        fill(store, 300, 50)
        wait_for(recorder, store.next_seq - 300)
    recorder.stop()
    ended.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_what_cannot_be_told_does_not_keep_rows_from_being_recorded(path: Path) -> None:
    def fails() -> dict[str, int]:
        raise RuntimeError("a dictionary changed while it was gone through")

    recorder = record_all(store_of(life()), path, losses=fails)
    assert recorder.recorded == 6
    assert recorder.reader.document("losses") is None


def test_a_capture_of_the_first_version_is_read() -> None:
    """Whatever becomes of the format: recorded once, it is read for ever."""
    events = events_in(GOLDEN / "version-1.eventscope")
    assert [event.id for event in events] == ["e1"] * 6 + ["golden"]
    assert events[:6] == stored(store_of(life(), source="shop"))
    assert (events[6].payload, events[6].key, events[6].headers) == (b"\0\xff", "\ud800", '[["a", "b"], ["a", "c"]]')


def test_the_largest_row_is_read_from_the_journal_and_afterwards(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 40_000
    for module, name, value in (
        (strings, "MOST_BYTES", most), (codec, "MOST_BYTES", most), (opening, "MOST_STORED", 3 * most),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    rng, store = random.Random(1), Store()
    key = "".join(map(chr, rng.choices(range(0x4E00, 0x9FFF), k=(most - 10) // 3)))
    store.append("shop", Block.of([Record(payload=rng.randbytes(most - 1), key=key)]), 1)
    recorder = Recorder(store, path, reserve=0)
    wait_for(recorder, store.next_seq)
    assert events_in(path) == stored(store)
    recorder.stop()
    assert events_in(path) == stored(store)
    assert recorder.not_recorded == 0

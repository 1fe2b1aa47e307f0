"""What is left of a spoiled capture is copied, and the capture itself stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from captured import events_in, events_of, record_all, wait_for
from hostile import life, store_of

from app.capture.lock import NotRecorded
from app.capture.recorder import Recorder
from app.capture.recovery import Recovered, recover
from app.marks import Mark
from app.store.store import MIB, Store
from connectors.capture.reader import CaptureError, CaptureReader
from eventscope.connector import Block, Record


@pytest.fixture
def store() -> Store:
    store = Store(2 * MIB)
    for n in range(30):
        store.append("shop", Block.of([Record(id=f"{n}", payload=b"x" * 300)] * 200), n)
    store.marks.toggle(store.oldest_seq, Mark.MARKED)
    return store


def test_a_capture_that_was_cut_off_is_copied_as_far_as_it_goes(tmp_path: Path, store: Store) -> None:
    path, copy = tmp_path / "cut.eventscope", tmp_path / "copy.eventscope"
    record_all(store, path)
    whole = events_in(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    recovered = recover(path, copy)
    assert 0 < recovered.rows < len(whole)
    assert recovered.lost in (None, len(whole) - recovered.rows)
    reader = CaptureReader(copy)
    survey = reader.survey()
    found = {n: event for head in survey.leaves for n, event in enumerate(events_of(reader.leaf(head)), head.position)}
    reader.close()
    assert len(found) == recovered.rows
    assert survey.lost, "the gap is told in the copy as well"
    assert found == {position: whole[position] for position in found}
    assert path.read_bytes() == data[: len(data) * 2 // 3]
    assert {file.name for file in tmp_path.iterdir()} == {path.name, copy.name}


def test_a_capture_that_was_not_closed_is_copied_whole_into_one_file(tmp_path: Path, store: Store) -> None:
    path, killed, copy = (tmp_path / f"{name}.eventscope" for name in ("open", "killed", "copy"))
    recorder = Recorder(store, path, reserve=0)
    wait_for(recorder, store.next_seq)
    for added in ("", "-wal"):
        killed.with_name(killed.name + added).write_bytes(path.with_name(path.name + added).read_bytes())
    recorder.stop()
    assert recover(killed, copy) == Recovered(store.kept, 0)
    assert events_in(copy) == events_in(path)
    reader = CaptureReader(copy)
    assert reader.document("header") == recorder.reader.document("header")
    assert all(head.settled for head in reader.survey().leaves)
    reader.close()
    assert not copy.with_name(copy.name + "-wal").exists()


def test_what_is_no_capture_is_not_recovered(tmp_path: Path) -> None:
    path, copy = tmp_path / "a.eventscope", tmp_path / "copy.eventscope"
    with pytest.raises(CaptureError, match="there is no file"):
        recover(path, copy)
    path.write_bytes(b"hello" * 1_000)
    with pytest.raises(CaptureError, match="is no capture"):
        recover(path, copy)
    assert not copy.exists()


def test_what_is_being_recorded_needs_no_recovery(tmp_path: Path) -> None:
    path = tmp_path / "a.eventscope"
    recorder = Recorder(store_of(life()), path, reserve=0)
    with pytest.raises(CaptureError, match="is being recorded; stop that first"):
        recover(path, tmp_path / "copy.eventscope")
    recorder.stop()


def test_nothing_is_recovered_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.eventscope"
    record_all(store_of(life()), path)
    with pytest.raises(NotRecorded, match="exists already"):
        recover(path, path)
    with pytest.raises(NotRecorded, match="choose another place"):
        recover(path, tmp_path / "nowhere" / "copy.eventscope")
    assert len(events_in(path)) == 6


def test_a_capture_of_which_nothing_is_left_is_told_and_leaves_no_file(tmp_path: Path, store: Store) -> None:
    path, copy = tmp_path / "cut.eventscope", tmp_path / "copy.eventscope"
    record_all(store, path)
    path.write_bytes(path.read_bytes()[: 3 * 4096])
    with pytest.raises(CaptureError, match=f"^nothing of {path} can be read"):
        recover(path, copy)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]

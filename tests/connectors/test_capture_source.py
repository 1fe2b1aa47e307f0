"""A capture as a source: every row as it was recorded, while it grows, after a stop, and where it is damaged."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from captured import events_in, record_all, wait_for
from hostile import hostile_records
from killed import Killed, commits, flipped
from recording import add

from app.capture.recorder import Recorder
from app.marks import Mark, Reference
from app.store.store import Store
from app.store.stored import StoredEvent
from connectors.capture.being_recorded import is_being_recorded
from connectors.capture.reader import CaptureError, CaptureReader
from connectors.capture.write_ahead import FRAME
from connectors.file.capture import UnreadableCapture, is_capture
from connectors.file.connector import FileConnector, FileOptions
from connectors.gap import GAP_TYPE
from eventscope.connector import Block, Chart, Declaration, DeclaredSubscription, Place, PlaceKind, Record, SourceState
from tests.connectors.conformance import Collected, eventually, stopped


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a capture?.eventscope"


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    add(made, 3_000)
    yield made
    made.close()


def source(path: Path, *, follow: bool = True) -> FileConnector:
    return FileConnector(FileOptions(path=path, follow=follow))


async def read(path: Path, *, follow: bool = False) -> Collected:
    sink = Collected()
    async with asyncio.timeout(20):
        await source(path, follow=follow).run(sink)
    return sink


@contextlib.asynccontextmanager
async def running(connector: FileConnector, sink: Collected) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.ensure_future(connector.run(sink))
    yield task
    await stopped(task)


def replayed(sink: Collected) -> list[StoredEvent]:
    """What a session would have of it."""
    store = Store()
    for block in sink.blocks:
        store.append("file", block, 1)
    return [store.event(seq) for seq in range(1, store.next_seq)]


async def test_whatever_rows_hold_they_come_back_as_they_were(path: Path) -> None:
    store = Store()
    for number, record in enumerate(hostile_records()):
        store.append(f"source {number % 3}", Block.of([record, Record(), record]), number)
    record_all(store, path)
    events = replayed(await read(path))
    assert events == events_in(path) == [store.event(seq) for seq in range(1, store.next_seq)]


async def test_a_capture_ends_even_when_it_is_followed(store: Store, path: Path) -> None:
    record_all(store, path)
    sink = await read(path, follow=True)
    assert sink.rows == 3_000
    assert sink.states[-1] == (SourceState.LIVE, "3,000 events")


async def test_a_capture_is_followed_as_it_grows_and_ends_with_its_recording(store: Store, path: Path) -> None:
    recorder = Recorder(store, path, reserve=0)
    sink = Collected()
    async with running(source(path), sink) as task:
        await eventually(lambda: sink.rows == 3_000)
        assert "being recorded" in sink.detail
        for _ in range(20):
            add(store, 1_000)
            await asyncio.sleep(0.02)
        await eventually(lambda: sink.rows == 23_000)
        assert not task.done()
        await asyncio.to_thread(recorder.stop)
        await asyncio.wait_for(task, 20)
    assert sink.detail == "23,000 events"
    assert [record.id for record in sink.records] == [f"e{n}" for n in range(1, 23_001)]
    assert not list(path.parent.glob("*-wal")), "who follows does not keep the recording from leaving one file"


async def test_who_does_not_follow_reads_what_is_there(store: Store, path: Path) -> None:
    recorder = Recorder(store, path, reserve=0)
    wait_for(recorder, store.next_seq)
    assert (await read(path)).rows == 3_000
    assert is_being_recorded(path)
    recorder.stop()
    assert not is_being_recorded(path)


async def test_after_a_stop_it_goes_on_where_it_was(store: Store, path: Path) -> None:
    recorder = Recorder(store, path, reserve=0)
    sink, connector = Collected(), source(path)
    async with running(connector, sink):
        await eventually(lambda: sink.rows == 3_000)
    add(store, 500)
    wait_for(recorder, store.next_seq)
    async with running(connector, sink):
        await eventually(lambda: sink.rows == 3_500)
    recorder.stop()
    assert [record.id for record in sink.records] == [f"e{n}" for n in range(1, 3_501)]


async def test_after_a_stop_another_capture_of_the_same_name_is_not_taken_for_the_first(
    store: Store, path: Path
) -> None:
    recorder = Recorder(store, path, reserve=0)
    sink, connector = Collected(), source(path)
    async with running(connector, sink):
        await eventually(lambda: sink.rows == 3_000)
    recorder.stop()
    path.rename(path.with_name("first.eventscope"))
    record_all(store, path)
    await connector.run(sink)
    assert sink.records[3_000].type == GAP_TYPE
    assert "not the file any more" in (sink.records[3_000].error or "")
    assert [record.id for record in sink.records[3_001:]] == [f"e{n}" for n in range(1, 3_001)]


async def test_notes_come_with_their_rows(store: Store, path: Path) -> None:
    store.marks.toggle(7, Mark.MARKED)
    store.marks.toggle(7, Mark.IGNORED)
    store.marks.set_comment(2_900, "here it begins")
    store.marks.refer(Reference(8, 123))
    record_all(store, path)
    rows = (await read(path)).records
    told = {number: (row.replay.notes, row.replay.comment) for number, row in enumerate(rows, start=1) if row.replay}
    said = {number: notes for number, notes in told.items() if any(notes)}
    assert said == {
        7: (("ignored", "marked"), ""),
        8: (("reference",), ""),
        2_900: ((), "here it begins"),
    }


async def test_what_sources_said_and_lost_is_said_again(store: Store, path: Path) -> None:
    declaration = Declaration("bus", (DeclaredSubscription("billing", ("order.*",)),))
    chart = Chart("kafka at h", (Place(PlaceKind.TOPIC, "orders"),), taken_at=5)
    record_all(
        store, path, told=lambda: [("shop", declaration), ("kafka", chart)], losses=lambda: {"shop: too fast": 3}
    )
    sink = await read(path)
    assert sink.declared == {"bus": Declaration("bus", declaration.subscriptions, "shop")}
    assert sink.charts == [Chart("kafka at h", chart.places, taken_at=5, source="kafka")]
    ((count, reason),) = sink.losses
    assert (count, reason) == (3, f"while {path.name} was recorded: shop: too fast")


async def test_damaged_rows_are_a_gap_in_their_place(store: Store, path: Path) -> None:
    recorder = Recorder(store, path, reserve=0)
    for _ in range(3):
        wait_for(recorder, store.next_seq)
        add(store, 1_000)
    wait_for(recorder, store.next_seq)
    database = sqlite3.connect(path)
    leaves = [row for (row,) in database.execute("SELECT id FROM leaves ORDER BY id")]
    database.execute("UPDATE pieces SET crc = crc + 1 WHERE id >> 16 = ?", (leaves[1],))
    database.commit()
    database.close()
    sink = await read(path)
    recorder.stop()
    (place,) = [place for place, record in enumerate(sink.records) if record.type == GAP_TYPE]
    assert 0 < place < len(sink.records) - 1
    missing = 6_000 - (len(sink.records) - 1)
    assert f"missed exactly {missing:,} events: they are damaged" in (sink.records[place].error or "")
    assert sink.lost_rows == missing


async def test_a_capture_that_is_cut_off_is_refused_in_a_sentence(store: Store, path: Path) -> None:
    record_all(store, path)
    path.write_bytes(path.read_bytes()[:9_000])
    with pytest.raises(UnreadableCapture, match="is cut off"):
        await read(path)
    (result,) = [each async for each in source(path).check()]
    assert not result.ok
    assert "is cut off" in result.detail


async def test_check_tells_what_a_capture_has(store: Store, path: Path) -> None:
    record_all(store, path)
    (result,) = [each async for each in source(path).check()]
    assert (result.ok, result.detail) == (True, f"{path} is a capture of 3,000 events")


def test_only_the_first_bytes_tell_a_capture(store: Store, path: Path, tmp_path: Path) -> None:
    record_all(store, path)
    assert is_capture(path)
    database = sqlite3.connect(tmp_path / "other.eventscope")
    database.execute("CREATE TABLE leaves (id)")
    database.close()
    assert not is_capture(tmp_path / "other.eventscope")
    assert not is_capture(tmp_path)
    assert not is_capture(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe")
    assert not is_capture(tmp_path / "pipe")


@pytest.mark.parametrize("lock", [True, False], ids=["lock", "no lock"])
async def test_what_a_damaged_write_ahead_file_lacks_is_a_gap_at_the_end(tmp_path: Path, *, lock: bool) -> None:
    killed = Killed(tmp_path)
    at = commits(killed.data)[6] + FRAME + 9
    damaged = killed.lies(tmp_path / "copy", flipped(killed.data, at), lock=lock)
    sink = await read(damaged)
    assert [place for place, record in enumerate(sink.records) if record.type == GAP_TYPE] == [len(sink.records) - 1]
    missing = len(killed.rows) - (len(sink.records) - 1)
    told = f"missed exactly {missing:,} events: they are" if lock else "missed an unknown number of events: what was"
    assert (sink.records[-1].error or "").startswith(told)
    assert sink.lost_rows == (missing if lock else 1)
    (result,) = [each async for each in source(damaged).check()]
    assert not result.ok
    assert (f"{missing:,} events damaged" if lock else "nobody knows how many events") in result.detail


async def test_a_capture_whose_recorder_was_killed_lacks_nothing(tmp_path: Path) -> None:
    killed = Killed(tmp_path)
    sink = await read(killed.path)
    assert [record.type for record in sink.records].count(GAP_TYPE) == 0
    assert sink.rows == len(killed.rows)
    assert not sink.losses


def test_a_reader_takes_no_other_file_of_the_same_name_for_its_own(store: Store, path: Path) -> None:
    record_all(store, path)
    reader = CaptureReader(path)
    (head, *_) = reader.survey().leaves
    reader.close()
    path.rename(path.with_name("first.eventscope"))
    record_all(store, path)
    with pytest.raises(CaptureError, match="is not the file any more that was read before"):
        reader.column(head, "type")

"""What of a session lies in files: a recording, copies, and what would be lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from captured import events_in, wait_for
from recording import add

from app.captures import first_folder, path_of, proposed_name, size_text
from app.marks import Mark
from app.recording import NotRecorded
from app.session import Session
from app.settings import Settings
from app.store.store import MIB, Store
from connectors.file.connector import FileConnector, FileOptions
from eventscope.connector import Block, Record


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session()
    yield made
    made.store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.eventscope"


def come(session: Session, rows: int = 100, source: str = "bus") -> None:
    session.intake.put(source, Block.of([Record(type="t", payload=b"{}")] * rows))
    session.drain(60)


async def test_a_recording_begins_with_what_is_kept_and_ends_with_the_session(session: Session, path: Path) -> None:
    come(session)
    await session.record(path)
    come(session)
    await session.close()
    assert [event.seq for event in events_in(path)] == list(range(1, 201))
    assert list(path.parent.iterdir()) == [path]
    assert session.recorder is not None
    assert session.recorder.recorded == 200


async def test_rows_are_unsaved_until_they_are_in_a_file(session: Session, path: Path) -> None:
    recording = session.recording
    assert recording.unsaved == 0
    come(session)
    assert recording.unsaved == 100
    await session.record(path)
    assert session.recorder is not None
    await asyncio.to_thread(wait_for, session.recorder, 101)
    assert recording.unsaved == 0
    await session.stop_recording()
    come(session, 7)
    assert recording.unsaved == 7
    assert await asyncio.to_thread(recording.copy, path.with_name("b.eventscope")) == 107
    assert recording.unsaved == 0


async def test_what_comes_from_files_is_not_unsaved(session: Session, path: Path) -> None:
    come(session)
    session.marks.toggle(5, Mark.MARKED)
    await asyncio.to_thread(session.recording.copy, path)
    again = Session()
    again.attach(FileConnector(FileOptions(path=path)))
    while not all(source.over for source in again.sources):
        await asyncio.sleep(0.01)
        again.drain()
    again.drain()
    assert again.store.kept == 100
    assert again.marks.rows(Mark.MARKED).tolist() == [5]
    assert (again.recording.unsaved, again.recording.unsaved_notes) == (0, 0)
    again.marks.set_comment(6, "mine")
    assert again.recording.unsaved_notes == 2
    await again.close()


async def test_one_recording_at_a_time(session: Session, path: Path) -> None:
    await session.record(path)
    with pytest.raises(NotRecorded, match="stop that first"):
        await session.record(path.with_name("b.eventscope"))
    with pytest.raises(NotRecorded, match="being recorded"):
        await asyncio.to_thread(session.recording.copy, path)
    await session.close()
    assert events_in(path) == []


async def test_a_file_that_rows_are_read_from_is_not_replaced(path: Path) -> None:
    session = Session(Settings(memory_mib=16))
    await session.record(path)
    recorder = session.recorder
    assert recorder is not None
    while not session.counters().spilled:
        add(session.store, 5_000)
        await asyncio.to_thread(wait_for, recorder, session.store.next_seq - 5_000)
    await session.stop_recording()
    with pytest.raises(NotRecorded, match="choose another name"):
        await asyncio.to_thread(session.recording.copy, path)
    rows = await asyncio.to_thread(session.recording.copy, path.with_name("b.eventscope"))
    counters = session.counters()
    assert rows == counters.kept == counters.seen
    assert 0 < counters.spilled < counters.kept
    await session.close()


async def test_a_copy_replaces_a_file_or_leaves_it_as_it_is(session: Session, path: Path) -> None:
    path.write_text("precious")
    come(session)
    assert await asyncio.to_thread(session.recording.copy, path) == 100
    assert len(events_in(path)) == 100
    assert list(path.parent.iterdir()) == [path]
    with pytest.raises(NotRecorded):
        await asyncio.to_thread(session.recording.copy, path.with_name("nowhere") / "a.eventscope")
    with pytest.raises(NotRecorded, match="choose another place"):
        await asyncio.to_thread(session.recording.copy, path.parent)
    assert list(path.parent.iterdir()) == [path]


async def test_clear_leaves_nothing_unsaved(session: Session) -> None:
    come(session)
    session.clear()
    assert session.recording.unsaved == 0


def test_captures_are_named_by_source_and_time_whatever_the_source_is_called(tmp_path: Path) -> None:
    name = proposed_name(["../orders\n[3]"], 1_764_590_400)
    assert name.startswith("orders-3-2025-12-0")
    assert name.endswith(".eventscope")
    assert proposed_name([], 0).startswith("events-")
    assert first_folder(str(tmp_path)) == tmp_path
    assert first_folder(str(tmp_path / "gone")).is_dir()


@pytest.mark.parametrize(
    ("url", "path"),
    [("file:/a%20b/c.eventscope?follow=0", "/a b/c.eventscope"), ("file:-", None), ("tap:", None), ("file:", None)],
)
def test_the_file_of_a_url(url: str, path: str | None) -> None:
    assert path_of(url) == (None if path is None else Path(path))


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 KB"), (12_345_678, "12 MB"), (2 * 10**12, "2,000 GB")],
)
def test_sizes_in_words(size: int, text: str) -> None:
    assert size_text(size) == text


def test_the_store_of_the_settings_is_the_one_that_is_recorded(session: Session) -> None:
    session.store = Store(MIB)
    come(session)
    assert session.recording.unsaved == 100

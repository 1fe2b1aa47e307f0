"""Rows of a capture that is shown again leave a memory that is too small for them, and are read from their file."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from captured import record_all, stored

from app.filter.matches import Matches
from app.filter.query import parse
from app.recording import NotRecorded
from app.session import Session
from app.settings import Settings
from app.store.coded import Coded
from app.store.packing import pack
from app.store.parcel import Parcel
from app.store.replayed import parcel_of
from app.store.store import MIB, Store
from connectors.capture.layout import LeafHead
from connectors.capture.leaf import Leaf
from connectors.capture.reader import CaptureReader
from connectors.file.connector import FileConnector, FileOptions
from connectors.file.leaf_rows import home_of, rows_of
from eventscope.connector import Block, Record
from eventscope.step import Phase

ROWS = 20_000
BATCH = 1_000
SMALL = 4 * MIB
FILTERS = ("category:x", "correlation:t7", "-category:x phase:failed", "source:b", '"needle"', "type:type3", "id:i3")


def records(count: int, at: int = 0) -> list[Record]:
    rng = random.Random(at)
    return [
        Record(
            type=f"type{n % 5}",
            payload=b'{"n": %d, "x": "%s"}' % (n, rng.randbytes(100).hex().encode()),
            id=f"i{n}",
            category="xyz"[n % 3],
            phase=Phase.FAILED if n % 11 == 0 else Phase.PUBLISHED,
            correlation_id=f"t{n // 8}" if n % 4 else None,
            error="a needle" if n % 11 == 0 else None,
            occurred_at=1_000_000_000_000_000_000 + n,
        )
        for n in range(at, at + count)
    ]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture of more rows than a small store has room for, in leaves that have."""
    path = tmp_path_factory.mktemp("captures") / "large.eventscope"
    store = Store(8 * MIB)
    for at in range(0, ROWS, 300):
        store.append("ab"[at // 300 % 2], Block.of(records(min(300, ROWS - at), at)), at)
    assert store.evicted == 0
    record_all(store, path)
    store.close()
    return path


@pytest.fixture
def reader(path: Path) -> Iterator[CaptureReader]:
    reader = CaptureReader(path)
    yield reader
    reader.close()


@pytest.fixture
def small() -> Iterator[Store]:
    store = Store(SMALL)
    yield store
    store.close()


def leaves(reader: CaptureReader) -> list[tuple[LeafHead, Leaf]]:
    return [(head, reader.leaf(head)) for head in reader.survey().leaves]


def parcels(reader: CaptureReader, change: Callable[[Leaf], Leaf] = lambda leaf: leaf) -> Iterator[Parcel]:
    """All rows of a capture, as a source hands them over."""
    for head, leaf in leaves(reader):
        changed = change(leaf)
        home = home_of(reader, head, changed)
        for start in range(0, head.rows, BATCH):
            yield parcel_of(rows_of(changed, start, min(start + BATCH, head.rows), {}, home))


def matching(store: Store, text: str) -> list[int]:
    matches = Matches(store)
    matches.set_filter(parse(text))
    matches.update(budget_s=1.0)
    while matches.progress[0] < matches.progress[1]:
        matches.update(budget_s=1.0)
    found: list[int] = matches.seqs(0, len(matches)).tolist()
    matches.close()
    return found


def test_rows_that_have_no_room_are_read_from_the_capture(reader: CaptureReader, small: Store) -> None:
    whole = Store()
    for parcel in parcels(reader):
        for store in (small, whole):
            store.append("file", parcel, 1)
        assert small.bytes <= SMALL
    assert (small.kept, small.evicted) == (ROWS, 0)
    assert small.spilled > ROWS / 4
    assert whole.spilled == 0
    assert stored(small) == stored(whole)
    for text in FILTERS:
        assert matching(small, text) == matching(whole, text) != [], text
    assert small.correlated("t7").tolist() == whole.correlated("t7").tolist() != []
    whole.close()


def test_every_code_is_the_same_in_memory_and_in_the_file(reader: CaptureReader, small: Store) -> None:
    """Who reads a chunk in the moment in which it leaves finds codes of the one and texts of the other."""
    for _, leaf in leaves(reader):
        store = Store()
        for parcel in parcels(reader):
            store.append("file", parcel, 1)
        for chunk, (_, leaf) in zip(store.chunks, leaves(reader), strict=True):
            for name, texts in leaf.dictionaries.items():
                assert np.array_equal(getattr(chunk, name)[: chunk.rows], leaf.columns[name])
                values = list(chunk.dictionaries[name].values)
                assert values == texts[: len(values)]
        store.close()


def test_codes_that_came_in_another_order_stay_as_they_are(tmp_path: Path, small: Store) -> None:
    """A source in a process of its own hands over codes in any order, and texts that no row has."""
    recorded, path = Store(8 * MIB), tmp_path / "a.eventscope"
    for at in range(0, ROWS, 1_000):
        packed = pack(Block.of(records(1_000, at)))
        texts = [None, *(f"t{n}" for n in range(300, -1, -1))]
        codes = np.random.default_rng(at).integers(0, len(texts), 1_000).astype(np.uint16)
        recorded.append("b", Parcel(packed._replace(coded={**packed.coded, "correlation": Coded(texts, codes)})), 1)
    record_all(recorded, path)
    reader = CaptureReader(path)
    for parcel in parcels(reader):
        small.append("file", parcel, 1)
    assert small.spilled
    assert small.evicted == 0
    assert [event.correlation_id for event in stored(small)] == [event.correlation_id for event in stored(recorded)]
    reader.close()
    recorded.close()


def test_rows_of_others_between_make_a_chunk_like_any_other(reader: CaptureReader, small: Store) -> None:
    said = []
    for number, parcel in enumerate(parcels(reader)):
        small.append("file", parcel, 1)
        if number % 2:
            small.append("live", Block.of([Record(id=f"live {number}")]), 1)
            said.append(f"live {number}")
    assert small.kept + small.evicted == ROWS + len(said)
    assert small.bytes <= SMALL
    events = stored(small)
    assert [event.id for event in events if event.source == "live"] == said, "a quiet source keeps its rows"
    whole = {f"i{n}": f"t{n // 8}" if n % 4 else None for n in range(ROWS)}
    assert all(whole[event.id or ""] == event.correlation_id for event in events if event.source != "live")


def test_as_many_rows_of_others_as_were_dropped_are_not_taken_for_them(reader: CaptureReader, small: Store) -> None:
    for number, parcel in enumerate(parcels(reader)):
        small.append("file", Block.of([Record(id="live")] * parcel.rows) if number == 1 else parcel, 1)
    assert {event.id for event in stored(small)} & {"live"}
    assert len({event.id for event in stored(small)}) > 1
    assert all((event.id == "live") == (event.source == "file") for event in stored(small))


@pytest.mark.parametrize(
    "column",
    [
        {"phase": np.full(ROWS, 200, np.uint8)},
        {"priority": np.full(ROWS, 100, np.int8)},
        {"queue": np.full(ROWS, np.inf, np.float32)},
        {"source": np.zeros(ROWS, np.uint16)},
        {"observed": np.full(ROWS, np.iinfo(np.int64).min, np.int64)},
    ],
    ids=lambda column: next(iter(column)),
)
def test_what_has_to_be_made_to_fit_is_not_read_from_the_file(
    reader: CaptureReader, small: Store, column: dict[str, np.ndarray]
) -> None:
    def forged(leaf: Leaf) -> Leaf:
        return replace(leaf, columns={**leaf.columns, **{name: data[: leaf.rows] for name, data in column.items()}})

    for parcel in parcels(reader, forged):
        small.append("file", parcel, 1)
    assert small.spilled == 0
    assert small.kept + small.evicted == ROWS


def test_a_dictionary_that_says_a_text_twice_is_not_read_from_the_file(reader: CaptureReader, small: Store) -> None:
    def forged(leaf: Leaf) -> Leaf:
        return replace(leaf, dictionaries={**leaf.dictionaries, "type": [None, *["same"] * 5]})

    for parcel in parcels(reader, forged):
        small.append("file", parcel, 1)
    assert small.spilled == 0
    assert {event.type for event in stored(small)} == {"same"}


async def opened(path: Path) -> Session:
    """A session with little memory that has read a capture to its end."""
    session = Session(Settings(memory_mib=16))
    session.attach(FileConnector(FileOptions(path=path)), url=f"file:{path}")
    deadline = time.monotonic() + 50
    while not (session.drain() == 0 and all(source.over for source in session.sources)):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)
    return session


async def test_a_capture_that_is_larger_than_the_memory_is_opened_whole(tmp_path: Path) -> None:
    path, rows = tmp_path / "large.eventscope", 60_000
    store = Store(48 * MIB)
    for at in range(0, rows, 1_000):
        record = [Record(id=f"i{n}", payload=random.Random(n).randbytes(400)) for n in range(at, at + 1_000)]
        store.append("shop", Block.of(record), at)
    record_all(store, path)
    store.close()
    session = await opened(path)
    counters = session.counters()
    assert (counters.kept, counters.evicted) == (rows, 0)
    assert counters.spilled > rows / 4
    assert session.store.event(1).id == "i0"
    with pytest.raises(NotRecorded, match="has events that this window reads from it; choose another name"):
        await session.record(path, replace=True)
    copy = tmp_path / "copy.eventscope"
    assert await asyncio.to_thread(session.recording.copy, copy) == rows
    path.unlink()
    session.store.files[0].rest()
    session.store._cache.clear()
    session.store.event(1)
    session.drain()
    assert session.counters().evicted > 0
    assert "older rows are gone from here" in session.store.complaint
    await session.close()

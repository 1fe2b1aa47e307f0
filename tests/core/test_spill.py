"""Rows that leave the memory for the file in which they are recorded are read as if they had stayed."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile import hostile_records
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spilling import Spilling

from app.columns.fields import FIELDS, field_of
from app.columns.words import Words
from app.filter.matches import Matches
from app.filter.query import parse
from app.listing.neighbours import MomentsBefore
from app.listing.order import Direction
from app.listing.sorted import Sorted
from app.listing.telling import Telling
from app.marks import Mark
from app.store.away import Away, at_hand, unless_away
from app.store.store import MIB, Evicted, Store
from app.store.stored import StoredEvent
from connectors.capture.reader import CaptureError, CaptureReader, Damaged
from eventscope.connector import Block, Record
from eventscope.step import Phase

BUDGET = 2 * MIB

EVERY_FIELD = StoredEvent.__struct_fields__

FILTERS = (
    "category:x",
    "-category:x phase:failed",
    "correlation:t7",
    "source:b or error:*",
    "payload.n>40",
    "payload.who:ann",
    "header.region:eu",
    '"needle"',
    "/b.n/",
    "id:i3",
    "since:2001-01-01",
    "is:marked",
)


def records(count: int, at: int = 0) -> list[Record]:
    return [
        Record(
            type=f"type{n % 5}",
            payload=b'{"n": %d, "who": "%s", "x": "%s"}' % (n % 50, b"ann" if n % 3 else b"bob", b"hay" * (n % 400)),
            id=f"i{n // 2}",
            category="xyz"[n % 3],
            phase=Phase.FAILED if n % 11 == 0 else Phase.PUBLISHED,
            correlation_id=f"t{n // 8}" if n % 4 else None,
            error="a needle" if n % 11 == 0 else None,
            headers='[["region","eu"]]' if n % 7 == 0 else None,
            occurred_at=1_000_000_000_000_000_000 + n,
        )
        for n in range(at, at + count)
    ]


class Twins:
    """A store that spills, and one beside it that has room for all."""

    def __init__(self, path: Path, reader: type[CaptureReader] = CaptureReader) -> None:
        self.spilling = Spilling(Store(BUDGET), path, reader)
        self.store = self.spilling.store

        self.whole = Store(512 * MIB)
        self.rows = 0

    def append(self, batch: list[Record], source: str = "a") -> None:
        for store in (self.store, self.whole):
            store.append(source, Block.of(batch), 7)
        self.spilling.write()

    def forget(self) -> None:
        """Have all that was read from the file read anew."""
        (*self.store.chunks, *self.store._shelf.aside)[0].cache.clear()

    def fill(self, rows: int = 9_000) -> None:
        for at in range(0, rows, 300):
            self.append(records(300, at), "ab"[at // 300 % 2])


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[Twins]:
    twins = Twins(tmp_path / "a.eventscope")
    yield twins
    for store in (twins.store, twins.whole):
        store.close()
    twins.spilling.close()


@pytest.fixture
def filled(twins: Twins) -> Twins:
    twins.fill()
    assert twins.store.spilled > twins.store.kept / 2
    assert not twins.store.evicted
    return twins


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """For tests that only read. Row 5 is marked."""
    twins = Twins(tmp_path_factory.mktemp("spill") / "a.eventscope")
    twins.fill()
    for store in (twins.store, twins.whole):
        store.marks.toggle(5, Mark.MARKED)
    yield twins
    for store in (twins.store, twins.whole):
        store.close()
    twins.spilling.close()


def passing(store: Store, text: str) -> list[int]:
    wanted = parse(text)
    found = [chunk.seqs_of(np.flatnonzero(wanted.mask(chunk, 0, chunk.rows))) for chunk in store.chunks]
    return np.concatenate(found).tolist()


def settle(matches: Matches) -> None:
    deadline = time.monotonic() + 20
    while matches.progress[0] < matches.progress[1]:
        assert time.monotonic() < deadline, "the search never ends"
        time.sleep(0.001)
        matches.update()


def all_of(matches: Matches) -> list[int]:
    return matches.seqs(0, len(matches)).tolist()


def test_all_fields_of_all_rows_read_the_same(shared: Twins) -> None:
    seqs = list(range(1, shared.store.next_seq))
    assert shared.store.cells(seqs, EVERY_FIELD) == shared.whole.cells(seqs, EVERY_FIELD)
    scattered = seqs[::97][::-1]
    assert shared.store.cells(scattered, EVERY_FIELD) == shared.whole.cells(scattered, EVERY_FIELD)


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_selects_the_same_rows(shared: Twins, text: str) -> None:
    assert passing(shared.store, text) == passing(shared.whole, text)


def test_what_is_at_hand_is_the_same_as_what_is_read(filled: Twins) -> None:
    store, whole = filled.store, filled.whole
    for seq in range(1, store.next_seq, 97):
        for work, right in ((store.event, whole.event(seq)), (store.published, whole.published(seq))):
            filled.forget()
            if not store.chunk_of(seq).at_hand:
                assert unless_away(partial(work, seq)) is None, "nothing of it was read yet"
            assert work(seq) == right
            assert at_hand(partial(work, seq)) == right


def test_a_trace_that_was_read_is_at_hand(twins: Twins) -> None:
    for at in range(0, 20_000, 500):
        twins.append([Record(correlation_id=f"u{n}") for n in range(at, at + 500)])
    store = twins.store
    assert any(not texts.at_hand for texts in (chunk.dictionaries["correlation"] for chunk in store.chunks))
    twins.forget()
    with pytest.raises(Away):
        at_hand(partial(store.correlated, "u7"))
    assert store.correlated("u7").tolist() == [8]
    assert at_hand(partial(store.correlated, "u7")).tolist() == [8]
    with pytest.raises(Away):
        at_hand(partial(store.correlated, "u8"))


def test_a_trace_is_found_without_reading_the_texts_of_other_chunks(shared: Twins) -> None:
    store = shared.store
    for trace in ("t0", "t99", "t500", "t1124", "nobody's"):
        assert store.correlated(trace).tolist() == shared.whole.correlated(trace).tolist()
    away = next(chunk for chunk in store.chunks if not chunk.at_hand)
    away.cache.clear()
    store.correlated("t1124")
    assert (away.serial, "texts", "correlation") not in away.cache
    assert [store.published(seq) for seq in range(1, 60)] == [shared.whole.published(seq) for seq in range(1, 60)]


@pytest.mark.parametrize("name", [*FIELDS])
def test_rows_are_sorted_by_the_same_keys(shared: Twins, name: str) -> None:
    def keys(store: Store) -> list[Any]:
        field, words = field_of(name), Words()
        cells = [field.cells(chunk, np.arange(chunk.rows), words) for chunk in store.chunks]
        return np.concatenate(cells).tolist()

    assert keys(shared.store) == keys(shared.whole)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(hostile_records()) | st.builds(Record), min_size=1, max_size=40), max_size=12))
def test_hostile_rows_read_the_same(tmp_path: Path, batches: list[list[Record]]) -> None:
    path = tmp_path / f"{time.monotonic_ns()}.eventscope"
    twins = Twins(path)
    for batch in batches:
        twins.append([record._replace(payload=(record.payload or b"")[:3_000]) for record in batch])
    twins.fill(4_000)
    seqs = list(range(1, twins.store.next_seq))
    assert twins.store.spilled
    assert twins.store.cells(seqs, EVERY_FIELD) == twins.whole.cells(seqs, EVERY_FIELD)
    for text in FILTERS:
        assert passing(twins.store, text) == passing(twins.whole, text), text
    twins.spilling.close()


def test_the_memory_stays_within_the_budget_and_nothing_is_lost(filled: Twins) -> None:
    for at in range(9_000, 30_000, 300):
        filled.append(records(300, at))
        assert filled.store.bytes <= BUDGET
    assert filled.store.kept == 30_000
    assert filled.store.evicted == filled.store.cleared == 0
    assert filled.store.whole_from == 1


def test_what_is_read_from_the_file_counts_as_memory_and_has_a_bound(filled: Twins) -> None:
    store = filled.store
    before = store.bytes
    for text in FILTERS:
        passing(store, text)
    assert before < store.bytes <= BUDGET


def test_the_memory_of_spilled_rows_is_given_back(twins: Twins) -> None:
    twins.append(records(300))
    chunk = twins.store.chunks[0]
    column = weakref.ref(chunk.type)
    matches = Matches(twins.store)
    matches.update()
    twins.fill()
    assert not chunk.at_hand
    gc.collect()
    assert column() is None, "a view that was not shown since must not keep the memory"
    matches.close()


FLOOD = """
import os, sys
from pathlib import Path
from spilling import Spilling
from app.filter.matches import Matches
from app.store.store import MIB, Store
from test_spill import records
from eventscope.connector import Block

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

store = Store(16 * MIB)
spilling = Spilling(store, Path(sys.argv[1]))
rows = [record._replace(payload=os.urandom(200)) for record in records(20_000)]
matches, blocks, sizes = Matches(store), [Block.of(rows[at : at + 1_000]) for at in range(0, 20_000, 1_000)], []
for turn in range(300):
    store.append("a", blocks[turn % 20], 7)
    spilling.write()
    matches.update()
    if turn % 100 == 99:
        sizes.append(resident())
print(len(matches), store.spilled, store.evicted, *sizes)
spilling.close()
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells a process its resident memory so")
def test_the_memory_of_the_process_stays_flat_while_rows_come_in(tmp_path: Path) -> None:
    folders = [Path(__file__).parents[2], Path(__file__).parent, Path(__file__).parents[1] / "support"]
    told = subprocess.run(
        [sys.executable, "-c", FLOOD, str(tmp_path / "a.eventscope")],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    rows, spilled, evicted, _, earlier, later = map(int, told.stdout.split())
    assert (rows, evicted) == (300_000, 0)
    assert spilled > 200_000
    assert abs(later - earlier) <= 0.05 * earlier


def test_nobody_who_follows_the_store_sees_a_change(twins: Twins) -> None:
    matches = Matches(twins.store)
    shown = 0
    for at in range(0, 9_000, 300):
        twins.append(records(300, at))
        change = matches.update(1.0)
        assert (change.removed, change.reset, change.front) == (0, False, 0)
        shown += change.appended
    assert twins.store.spilled
    assert shown == len(matches) == 9_000
    matches.close()


@pytest.mark.parametrize("text", ["category:x", "payload.n>40", "correlation:t7", ""])
def test_a_search_finds_rows_in_the_file_by_its_thread(filled: Twins, text: str) -> None:
    matches = Matches(filled.store)
    matches.set_filter(parse(text))
    readers: set[str] = set()
    filled.spilling.reader.piece = told_by(filled.spilling.reader, readers)  # type: ignore[method-assign]
    settle(matches)
    assert all_of(matches) == passing(filled.whole, text)
    assert "MainThread" not in readers
    matches.close()


def told_by(reader: CaptureReader, names: set[str]) -> Any:
    """The reader's own way to read, which notes the thread."""
    read = reader.piece

    def piece(*what: Any) -> bytes:
        names.add(threading.current_thread().name)
        return read(*what)

    return piece


def test_rows_are_sorted_and_grouped_by_threads(filled: Twins) -> None:
    matches = Matches(filled.store)
    matches.update(1.0)
    readers: set[str] = set()
    filled.spilling.reader.piece = told_by(filled.spilling.reader, readers)  # type: ignore[method-assign]
    listing = Sorted(matches, filled.store, Direction(field_of("type"), descending=True))
    deadline = time.monotonic() + 20
    while not listing.is_settled:
        assert time.monotonic() < deadline
        listing.update()
    first = listing.seq_at(0)
    assert filled.store.event(first).type == "type4"
    filled.forget()
    readers.clear()
    assert listing.index_of(first) == 0
    telling = Telling(filled.store, ("type",))
    assert telling.ask(np.arange(1, 20)) is None, "a thread reads what is in the file, however little it is"
    while (told := telling.take()) is None:
        assert time.monotonic() < deadline
    assert told.seqs.tolist() == list(range(1, 20))
    assert "MainThread" not in readers
    telling.close()
    listing.close()
    matches.close()


def test_the_event_before_in_a_trace_is_looked_up_by_a_thread(filled: Twins) -> None:
    moments = MomentsBefore(filled.store)
    filled.append([Record(correlation_id="t7", occurred_at=2_000_000_000_000_000_000)])
    last = filled.store.next_seq - 1
    with pytest.raises(Away):
        moments.of(last, "t7")
    deadline = time.monotonic() + 20
    while not moments.tick():
        assert time.monotonic() < deadline
    assert moments.of(last, "t7") == filled.store.event(64).occurred_at
    assert MomentsBefore(filled.whole).of(last, "t7") == filled.store.event(64).occurred_at


def test_rows_come_back_after_clearing_from_the_file_too(filled: Twins) -> None:
    store, spilled = filled.store, filled.store.spilled
    store.clear()
    assert (store.kept, store.spilled, store.cleared) == (0, 0, 9_000)
    for at in range(9_000, 18_000, 300):
        filled.append(records(300, at))
    assert (store.evicted, store.cleared) == (0, 9_000), "what was cleared is spilled as well, and so can come back"
    assert store.undo_clear() == 9_000
    assert store.spilled > spilled
    seqs = list(range(1, 18_001))
    assert store.cells(seqs, EVERY_FIELD) == filled.whole.cells(seqs, EVERY_FIELD)


def test_notes_about_spilled_rows_stay(filled: Twins) -> None:
    store = filled.store
    store.marks.toggle(3, Mark.MARKED)
    store.marks.toggle(store.next_seq - 1, Mark.MARKED)
    for at in range(9_000, 15_000, 300):
        filled.append(records(300, at))
    assert passing(store, "is:marked") == [3, 9_000]


def test_the_account_names_spilled_rows_as_kept(filled: Twins) -> None:
    accounts = filled.store.account()
    assert sum(account.kept for account in accounts) == 9_000
    assert sum(account.evicted for account in accounts) == 0


def test_rows_stay_readable_when_the_recording_has_ended(filled: Twins) -> None:
    spilled = filled.store.spilled
    filled.spilling.end()
    assert [path.name for path in filled.spilling.path.parent.iterdir()] == ["a.eventscope"]
    for at in range(9_000, 15_000, 300):
        filled.whole.append("a", Block.of(records(300, at)), 7)
        filled.store.append("a", Block.of(records(300, at)), 7)
    assert filled.store.evicted
    assert filled.store.spilled >= spilled
    filled.forget()
    seqs = [seq for seq in range(1, 15_001) if filled.store.keeps(seq)]
    assert seqs[:spilled] == list(range(1, spilled + 1))
    assert filled.store.cells(seqs, EVERY_FIELD) == filled.whole.cells(seqs, EVERY_FIELD)


def test_what_is_not_wholly_in_the_file_is_evicted(twins: Twins) -> None:
    for at in range(0, 9_000, 300):
        twins.store.append("a", Block.of(records(300, at)), 7)
    assert twins.store.evicted
    assert not twins.store.spilled


def test_survivors_can_spill_as_well(twins: Twins) -> None:
    for at in range(0, 12_000, 300):
        twins.whole.append("a", Block.of(records(300, at)), 7)
        twins.store.append("a", Block.of(records(300, at)), 7)
    assert twins.store.whole_from > twins.store.oldest_seq
    before = kept(twins.store)
    again = Spilling(twins.store, twins.spilling.path.with_name("b.eventscope"))
    again.write()
    for at in range(12_000, 21_000, 300):
        twins.whole.append("a", Block.of(records(300, at)), 7)
        twins.store.append("a", Block.of(records(300, at)), 7)
        again.write()
    assert kept(twins.store)[: len(before)] == before
    assert twins.store.whole_from > twins.store.oldest_seq
    seqs = kept(twins.store)
    assert twins.store.cells(seqs, EVERY_FIELD) == twins.whole.cells(seqs, EVERY_FIELD)
    again.close()


def kept(store: Store) -> list[int]:
    return [int(seq) for chunk in store.chunks for seq in chunk.seqs_of(np.arange(chunk.rows))]


def test_another_recording_has_the_rows_that_spilled_to_the_first(filled: Twins) -> None:
    again = Spilling(filled.store, filled.spilling.path.with_name("b.eventscope"))
    again.end()
    rows = 0
    for head in again.reader.survey().leaves:
        leaf = again.reader.leaf(head)
        seqs = list(range(head.first_seq, head.first_seq + head.rows))
        types = [leaf.dictionaries["type"][code] for code in leaf.columns["type"].tolist()]
        told = zip(types, leaf.payloads.strings(0, leaf.rows), strict=True)
        assert list(told) == filled.whole.cells(seqs, ("type", "payload"))
        rows += leaf.rows
    assert rows == 9_000
    again.close()


def spoil(twins: Twins, share: float = 1.0) -> None:
    """Overwrite the end of the file, and have it opened anew."""
    size = twins.spilling.path.stat().st_size
    start = int(size * (1 - share)) // 4_096 * 4_096
    with twins.spilling.path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * (size - start))
    twins.spilling.reader.close()
    twins.forget()


def test_rows_of_a_file_that_can_not_be_read_any_more_are_evicted_with_a_sentence(filled: Twins) -> None:
    store, spilled = filled.store, filled.store.spilled
    filled.spilling.end()
    spoil(filled)
    assert len(store.cells([1, 2, 3], EVERY_FIELD)) == 3, "who reads in that moment gets something, and no exception"
    for text in FILTERS:
        passing(store, text)
    store.tick()
    assert store.complaint.startswith(f"{spilled:,} older rows are gone from here: ")
    assert store.complaint.count(". ") == 0
    assert store.evicted == spilled
    assert store.spilled == 0
    assert store.kept + store.evicted == 9_000
    assert not store.keeps(1)
    with pytest.raises(Evicted):
        store.event(1)
    assert store.event(9_000).correlation_id == filled.whole.event(9_000).correlation_id


@pytest.mark.parametrize("after", [0, 1, 2, 5, 8, 13, 20, 31, 50])
def test_a_file_may_become_unreadable_in_the_midst_of_any_work(filled: Twins, after: int) -> None:
    reader, left = filled.spilling.reader, iter(range(after))
    read = reader.piece

    def piece(*what: Any) -> bytes:
        if next(left, None) is None:
            raise CaptureError("there is no such file; check the path") if after % 2 else Damaged("cut")
        return read(*what)

    reader.piece = piece  # type: ignore[method-assign]
    store = filled.store
    for text in ("payload.n>40", '"needle"', "correlation:t7", "/b.n/", "category:x"):
        filled.forget()
        passing(store, text)
        store.correlated("t7")
        store.cells(list(range(1, 2_000, 40)), EVERY_FIELD)
    store.tick()
    assert store.evicted > 0
    assert store.kept + store.evicted == 9_000
    assert len(store.cells(kept(store), EVERY_FIELD)) == store.kept


def test_only_what_is_damaged_is_evicted(filled: Twins) -> None:
    store, spilled = filled.store, filled.store.spilled
    filled.spilling.end()
    spoil(filled, 0.2)
    for seq in range(1, spilled, 50):
        store.cells([seq], EVERY_FIELD)
    store.tick()
    assert 0 < store.evicted < spilled
    assert str(filled.spilling.path) in store.complaint
    rest = [seq for seq in kept(store) if seq <= spilled]
    assert store.cells(rest, EVERY_FIELD) == filled.whole.cells(rest, EVERY_FIELD)


def test_cleared_rows_of_a_file_that_can_not_be_read_do_not_come_back(filled: Twins) -> None:
    store, spilled = filled.store, filled.store.spilled
    away = store.chunks[0]
    filled.spilling.end()
    store.clear()
    spoil(filled)
    away.row_texts(0)
    store.tick()
    assert (store.evicted, store.cleared) == (spilled, 9_000 - spilled)
    assert store.undo_clear() == 9_000 - spilled

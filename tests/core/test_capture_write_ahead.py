"""Damage in the write-ahead file of a capture that was not closed is told; what a crash leaves there is not damage."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from captured import lost_is_told, record_all, salvage
from hostile import life, store_of
from hypothesis import given
from hypothesis import strategies as st
from killed import FRAME_BYTES, Killed, Rows, commits, flipped

from app.capture.recovery import recover
from connectors.capture.being_recorded import acknowledged, acknowledgement
from connectors.capture.layout import PAGE_BYTES
from connectors.capture.reader import CaptureReader, Lost
from connectors.capture.write_ahead import FRAME, HEAD, Unread, summed, unread

MUTATIONS = 30


@pytest.fixture(scope="module", params=[0, 4, 9])
def killed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    return Killed(tmp_path_factory.mktemp("killed"), checkpoint_at=request.param)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    return Killed(tmp_path_factory.mktemp("plain"))


def assert_same_or_told(path: Path, whole: Rows, about: object) -> None:
    """Every row that is read is as it was, and those that are missing are told."""
    found = salvage(path)
    if isinstance(found, str):
        assert "\n" not in found, about
        return
    assert {position: whole[position] for position in found} == found, about
    missing = whole.keys() - found.keys()
    assert not missing or lost_is_told(path, missing), about


@pytest.mark.parametrize("lock", [True, False], ids=["lock", "no lock"])
def test_any_bit_that_flips_costs_no_row_or_is_told(killed: Killed, tmp_path: Path, lock: bool) -> None:
    rng = random.Random(3)
    places = [*range(0, HEAD, 3), *range(HEAD, HEAD + FRAME, 3)]
    places += [rng.randrange(len(killed.data)) for _ in range(MUTATIONS)]
    last = commits(killed.data)[-1] - FRAME_BYTES
    places += [last + n for n in range(0, FRAME, 3)] if lock else [last + FRAME + 7]
    for at in places:
        path = killed.lies(tmp_path / "copy", flipped(killed.data, at, rng.randrange(8)), lock=lock)
        assert_same_or_told(path, killed.rows, at)


@pytest.mark.parametrize("lock", [True, False], ids=["lock", "no lock"])
def test_bytes_that_are_overwritten_cost_no_row_or_are_told(killed: Killed, tmp_path: Path, lock: bool) -> None:
    rng = random.Random(4)
    for number in range(MUTATIONS):
        copy = bytearray(killed.data)
        at, size = rng.randrange(len(copy) - 3 * FRAME_BYTES), rng.choice((4, 64, PAGE_BYTES))
        copy[at : at + size] = rng.choice((bytes(size), rng.randbytes(size)))
        path = killed.lies(tmp_path / "copy", bytes(copy), lock=lock)
        assert_same_or_told(path, killed.rows, number)


def test_with_its_lock_a_capture_tells_how_many_rows_a_shorter_file_lacks(plain: Killed, tmp_path: Path) -> None:
    rng = random.Random(5)
    for size in (0, 10, HEAD, *(rng.randrange(len(plain.data)) for _ in range(8))):
        path = plain.lies(tmp_path / "copy", plain.data[:size], lock=True)
        reader = CaptureReader(path)
        survey = reader.survey()
        reader.close()
        end = survey.leaves[-1].end if survey.leaves else 0
        assert survey.lost == ([Lost(end, len(plain.rows) - end)] if end < len(plain.rows) else [])


def test_a_transaction_that_was_never_whole_is_no_damage(plain: Killed, tmp_path: Path) -> None:
    """Nobody was told that its rows are on the disk; without the lock as well as with one of that moment."""
    ends = commits(plain.data)
    rng = random.Random(6)
    for before, after in pairwise(ends):
        for size in (before, rng.randrange(before, after), after - 1):
            path = plain.lies(tmp_path / "copy", plain.data[:size], lock=False)
            rows = salvage(path)
            assert isinstance(rows, dict)
            assert lost_in(path) == []
            path.with_name(path.name + ".lock").write_bytes(b"process 1 on here" + acknowledgement(len(rows)))
            assert lost_in(path) == []


def test_what_an_earlier_round_has_left_is_no_damage(plain: Killed, tmp_path: Path) -> None:
    """SQLite begins the file anew and lets old frames lie behind; they are of another salt."""
    cut = commits(plain.data)[3]
    old = bytearray(plain.data[cut:])
    for at in range(0, len(old), FRAME_BYTES):
        old[at + 8 : at + 16] = b"another!"
    path = plain.lies(tmp_path / "copy", plain.data[:cut] + bytes(old), lock=False)
    assert lost_in(path) == []
    torn = plain.data[: cut + FRAME + 100]
    path = plain.lies(tmp_path / "copy", torn + bytes(old)[len(torn) - cut :], lock=False)
    assert lost_in(path) == []


def test_a_last_transaction_that_did_not_come_to_the_disk_whole_is_no_damage_if_nobody_was_told_of_it(
    plain: Killed, tmp_path: Path
) -> None:
    """When the power fails its end may be there, and its beginning not."""
    begin = commits(plain.data)[-2]
    data = plain.data[: begin + FRAME] + bytes(PAGE_BYTES) + plain.data[begin + FRAME_BYTES :]
    path = plain.lies(tmp_path / "copy", data, lock=False)
    assert lost_in(path)[-1].rows is None, "perhaps it was damaged"
    rows = salvage(path)
    path.with_name(path.name + ".lock").write_bytes(b"process 1 on here" + acknowledgement(len(rows)))
    assert lost_in(path) == []


def lost_in(path: Path) -> list[Lost]:
    reader = CaptureReader(path)
    lost = reader.survey().lost
    reader.close()
    return lost


@pytest.mark.parametrize("lock", [True, False], ids=["lock", "no lock"])
def test_what_is_recovered_of_a_damaged_write_ahead_file_tells_what_is_missing(
    plain: Killed, tmp_path: Path, *, lock: bool
) -> None:
    at = commits(plain.data)[-2] + FRAME + 5
    path, copy = plain.lies(tmp_path / "copy", flipped(plain.data, at), lock=lock), tmp_path / "new.eventscope"
    recovered = recover(path, copy)
    assert 0 < recovered.rows < len(plain.rows)
    assert recovered.lost == (len(plain.rows) - recovered.rows if lock else None)
    assert [each.rows for each in lost_in(copy)] == [recovered.lost], "the copy tells it as well"


def test_what_lies_behind_damage_is_recovered(killed: Killed, tmp_path: Path) -> None:
    """SQLite replays nothing of it, but it is there."""
    rng, more = random.Random(7), 0
    for number in range(12):
        at = rng.randrange(len(killed.data)) if number else 3
        path = killed.lies(tmp_path / "copy", flipped(killed.data, at), lock=True)
        read, copy = salvage(path), tmp_path / f"{number}.eventscope"
        recovered = recover(path, copy)
        assert recovered.rows >= len(read)
        assert recovered.lost == len(killed.rows) - recovered.rows
        assert_same_or_told(copy, killed.rows, at)
        more += recovered.rows > len(read)
    assert more > 2


def test_a_lock_that_says_nonsense_tells_nothing(plain: Killed, tmp_path: Path) -> None:
    path = plain.lies(tmp_path / "copy", plain.data, lock=False)
    assert acknowledged(path) is None
    lock = path.with_name(path.name + ".lock")
    told = b"process 1 on here" + acknowledgement(7)
    for said in (b"", b"process 1", told[:-1], flipped(told, len(told) - 12), b"\xff" * 5_000):
        lock.write_bytes(said)
        assert acknowledged(path) is None
        assert lost_in(path) == []
    lock.write_bytes(told)
    assert acknowledged(path) == 7


def test_a_capture_that_ended_believes_nothing_that_lies_beside_it(tmp_path: Path) -> None:
    """Somebody put it in the place of one whose recorder was killed."""
    path = tmp_path / "a.eventscope"
    record_all(store_of(life()), path)
    assert unread(path) is Unread.NOTHING
    path.with_name(path.name + ".lock").write_bytes(b"process 1 on here" + acknowledgement(5_000))
    assert lost_in(path) == []


@given(st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=2), st.binary(max_size=400))
def test_check_sums_are_those_of_sqlite(sums: list[int], data: bytes) -> None:
    words = np.frombuffer(data[: len(data) // 8 * 8], ">u4")
    first, second = sums
    for place in range(0, len(words), 2):
        first = (first + int(words[place]) + second) & 0xFFFF_FFFF
        second = (second + int(words[place + 1]) + first) & 0xFFFF_FFFF
    assert summed(np.array([sums], np.uint32), words[None]).tolist() == [[first, second]]

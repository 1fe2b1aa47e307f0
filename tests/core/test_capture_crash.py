"""What was told to be recorded is recorded, whatever becomes of the program, the disk and other programs."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from captured import events_in, record_all, wait_for
from hostile import life, store_of
from processes import wait_until

from app.capture.lock import CaptureLock, NotRecorded
from app.capture.recorder import Recorder
from app.store.store import Store
from connectors.capture.reader import CaptureError, CaptureReader
from eventscope.connector import Block

KILLS = 20


@pytest.fixture
def recording(root: Path, tmp_path: Path) -> Iterator[Any]:
    """Starts a program of tests/support/recording.py."""
    started: list[subprocess.Popen[str]] = []
    paths = os.pathsep.join([str(root), str(root / "tests" / "support")])

    def start(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "recording", *map(str, arguments)]
        env = os.environ | {"PYTHONPATH": paths}
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, cwd=tmp_path))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def root() -> Path:
    return Path(__file__).parents[2]


def numbered_rows(path: Path) -> int:
    """How many rows a capture has, which must be the first ones, each as it was."""
    told = [(e.seq, e.id, (e.payload or b"").partition(b" ")[0]) for e in events_in(path)]
    assert told == [(n, f"e{n}", b"%d" % n) for n in range(1, len(told) + 1)]
    return len(told)


def test_no_acknowledged_row_is_lost_when_the_recorder_is_killed(recording: Any, tmp_path: Path) -> None:
    process = recording("kill", tmp_path, KILLS, 7)
    acknowledged = json.loads(process.communicate(timeout=50)[0])
    assert len(acknowledged) == KILLS
    assert sum(acknowledged) > 0
    for number, rows in enumerate(acknowledged):
        assert numbered_rows(tmp_path / f"{number}.eventscope") >= rows


def test_what_a_killed_recorder_left_is_read_and_recorded_anew(recording: Any, tmp_path: Path) -> None:
    path = tmp_path / "killed.eventscope"
    process = recording("hold", path)
    process.stdout.readline()
    process.kill()
    process.wait()
    reader = CaptureReader(path)
    rows = reader.survey().leaves[-1].end
    reader.close()
    assert numbered_rows(path) == rows
    with pytest.raises(NotRecorded, match="exists already"):
        Recorder(Store(), path, reserve=0)
    record_all(store_of(life()), path, replace=True)
    assert len(events_in(path)) == 6


def test_another_process_reads_what_is_being_recorded(recording: Any, tmp_path: Path) -> None:
    path = tmp_path / "live.eventscope"
    process = recording("hold", path)
    process.stdout.readline()
    reader = CaptureReader(path)
    first = reader.survey().leaves[-1].end
    wait_until(lambda: reader.survey().leaves[-1].end > first)
    process.send_signal(signal.SIGSTOP)
    assert numbered_rows(path) == reader.survey().leaves[-1].end
    reader.close()


def test_a_second_recorder_is_told_who_records(recording: Any, tmp_path: Path) -> None:
    path = tmp_path / "taken.eventscope"
    process = recording("hold", path)
    process.stdout.readline()
    with pytest.raises(NotRecorded, match=f"is being recorded by process {process.pid} on .*; choose another name"):
        Recorder(Store(), path, replace=True, reserve=0)
    reader = CaptureReader(path)
    assert reader.survey().leaves, "the file is untouched"
    reader.close()
    process.kill()
    process.wait()
    CaptureLock(path).release()


def test_who_looks_whether_it_is_recorded_keeps_nobody_from_recording(tmp_path: Path) -> None:
    """Others lock the lock for a moment to see whether it is taken."""
    fcntl = pytest.importorskip("fcntl")
    path = tmp_path / "looked-at.eventscope"
    lock = path.with_name(path.name + ".lock")
    with lock.open("w") as looked_at:
        fcntl.flock(looked_at, fcntl.LOCK_SH)
        timer = Timer(0.05, lambda: fcntl.flock(looked_at, fcntl.LOCK_UN))
        timer.start()
        CaptureLock(path).release()
        timer.join()


@pytest.mark.parametrize("largest", [1_200_000, 4_000_000])
def test_a_file_that_cannot_grow_stops_the_recording_and_spoils_nothing(
    recording: Any, tmp_path: Path, largest: int
) -> None:
    path = tmp_path / "small.eventscope"
    told = json.loads(recording("fill", path, largest).communicate(timeout=50)[0])
    assert told["problem"].startswith(f"The recording to {path} stopped: ")
    assert told["recorded"] + told["not_recorded"] == told["rows"]
    assert told["recorded"] > 0
    assert numbered_rows(path) == told["recorded"]


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of two megabytes; skips the test where none can be had."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("only root may mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_stops_the_recording_with_a_sentence(recording: Any, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        path = disk / "full.eventscope"
        told = json.loads(recording("fill", path, 0).communicate(timeout=50)[0])
        assert told["problem"] == f"The recording to {path} stopped: the disk is full. What was written is whole."
        assert told["recorded"] + told["not_recorded"] == told["rows"]
        assert told["recorded"] > 0
        assert numbered_rows(path) == told["recorded"]


def test_a_recording_leaves_room_on_the_disk(tmp_path: Path) -> None:
    store = store_of(life())
    recorder = Recorder(store, tmp_path / "a.eventscope", reserve=2**62)
    wait_until(lambda: recorder.stopped)
    assert recorder.problem is not None
    assert "MiB are free on the disk" in recorder.problem
    store.append("late", Block.of(life()), 1)
    assert recorder.recorded + recorder.not_recorded == 12
    assert len(events_in(tmp_path / "a.eventscope")) == recorder.recorded


def test_a_file_that_is_taken_away_stops_the_recording_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.eventscope"
    recorder = Recorder(store_of(life()), path, reserve=0)
    path.unlink()
    wait_until(lambda: recorder.stopped)
    assert recorder.problem == f"The recording to {path} stopped: somebody has taken the file away."


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nothing may be written, not even by root; skips the test where none can be had."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    yield folder
    subprocess.run(["umount", str(folder)], check=False, capture_output=True)


def freeze_folder(folder: Path) -> None:
    command = ["mount", "--bind", "-o", "ro", str(folder), str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may make a folder that nothing can be written in")


def test_a_finished_capture_is_read_where_nothing_may_be_written(read_only: Path) -> None:
    path = read_only / "done.eventscope"
    record_all(store_of(life()), path)
    freeze_folder(read_only)
    assert len(events_in(path)) == 6


def test_an_unfinished_capture_where_nothing_may_be_written_is_read_or_says_why_not(
    recording: Any, read_only: Path, tmp_path: Path
) -> None:
    path = tmp_path / "killed.eventscope"
    process = recording("hold", path)
    process.stdout.readline()
    process.kill()
    process.wait()
    for added in ("", "-wal"):
        copy = read_only / f"killed.eventscope{added}"
        copy.write_bytes(path.with_name(path.name + added).read_bytes())
    freeze_folder(read_only)
    with pytest.raises(CaptureError, match=r"copy it to another folder together with killed\.eventscope-wal"):
        CaptureReader(read_only / "killed.eventscope")


def test_a_recorder_that_is_killed_at_its_very_end_leaves_a_capture_that_opens(tmp_path: Path) -> None:
    """To be one file again, a capture passes through a transaction of the old kind."""
    path, killed = tmp_path / "a.eventscope", tmp_path / "killed.eventscope"
    record_all(store_of(life()), path)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA cache_size = 1")
    db.execute("BEGIN IMMEDIATE")
    for number in range(5):
        db.execute("INSERT INTO pieces VALUES (?, 0, zeroblob(100000))", (2**40 + number,))
    for added in ("", "-journal"):
        killed.with_name(killed.name + added).write_bytes(path.with_name(path.name + added).read_bytes())
    db.close()
    assert killed.with_name("killed.eventscope-journal").stat().st_size > 512
    assert len(events_in(killed)) == 6


def test_the_end_waits_for_nobody_who_reads(tmp_path: Path) -> None:
    """A reader in another program may keep the file in write-ahead mode; nothing is lost by that."""
    path = tmp_path / "read.eventscope"
    store = store_of(life())
    recorder = Recorder(store, path, reserve=0)
    wait_for(recorder, store.next_seq)
    other = CaptureReader(path)
    other.survey()
    began = time.monotonic()
    recorder.stop()
    assert recorder.problem is None
    assert time.monotonic() - began < 30
    assert len(events_in(path)) == 6
    other.close()

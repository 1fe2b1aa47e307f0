"""Recording a million rows: how fast, in how many bytes, and what others notice of it meanwhile."""

from __future__ import annotations

import os
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import Final

import zstandard

from app.capture.recorder import Recorder
from app.store.store import Store
from bench.cold_rows import BUDGET, blocks, filled
from bench.core_store import beside
from bench.figure import Figure
from bench.search_beats import SWITCH_S, beats
from connectors.capture.reader import CaptureReader
from eventscope.connector import Block

GOAL_RATE: Final = 100_000
GOAL_BYTES: Final = 130
GOAL_MS: Final = 1_000.0
ROUNDS: Final = 3
BATCHES: Final = 50
SLOWER: Final = 1.5
"""Appending may take so much longer while a thread of the same process records."""


class Bench:
    """A store of a million rows, and a folder to record it in."""

    def __init__(self, rows: list[Block], folder: Path) -> None:
        self.rows = rows
        self.store = filled(rows)
        self._folder = folder
        self._numbers = count()
        self._recorders: list[Recorder] = []
        self.path = self.place()

    def place(self) -> Path:
        """Where nothing is yet."""
        return self._folder / f"{next(self._numbers)}.eventscope"

    def record(self) -> None:
        """Record all rows; when this returns they are on the disk, in one file."""
        self.path.unlink(missing_ok=True)
        self.path = self.place()
        recorder = Recorder(self.store, self.path)
        recorder.stop()
        assert recorder.recorded == self.store.kept

    def compress(self) -> None:
        """Compress the same payloads and texts, and put them on the disk: the least that can be done."""
        with self.place().open("wb") as file:
            for chunk in self.store.chunks:
                for arena in (chunk.payloads, chunk.texts):
                    file.write(zstandard.ZstdCompressor(level=1).compress(arena.run(0, chunk.rows).data))
                file.flush()
                os.fsync(file.fileno())

    def open(self) -> None:
        """Open what was recorded, and find all leaves."""
        reader = CaptureReader(self.path)
        assert reader.survey().leaves
        reader.close()

    def append(self) -> None:
        """Take rows in."""
        store = Store(BUDGET)
        for place in range(BATCHES):
            store.append("bench", self.rows[place % len(self.rows)], 1)

    def append_and_record(self) -> None:
        """Take rows in while they are recorded; the end of the recording is not waited for."""
        store = Store(BUDGET)
        self._recorders.append(Recorder(store, self.place()))
        for place in range(BATCHES):
            store.append("bench", self.rows[place % len(self.rows)], 1)

    def stop(self) -> None:
        """End what is still recorded."""
        while self._recorders:
            self._recorders.pop().stop()


def run() -> list[Figure]:
    """All figures; takes about half a minute."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(blocks(), Path(folder))
            return [
                rate(bench),
                size(bench),
                opening(bench),
                appending(bench),
                beats("rows are recorded", bench.record),
            ]
    finally:
        sys.setswitchinterval(before)


def rate(bench: Bench) -> Figure:
    """Rows recorded in a second."""
    value, low, high, ratio = beside(bench.record, bench.compress, times=ROUNDS)
    rows = bench.store.kept * 1e3
    limit, goal = "compressing the same bytes into a file", f"at least {GOAL_RATE:,} rows/s"
    return Figure(
        "record 1M rows", rows / value, rows / high, rows / low, "rows/s", limit, ratio, goal, rows / value >= GOAL_RATE
    )


def size(bench: Bench) -> Figure:
    """Bytes on the disk for a row."""
    mean = sum(chunk.payloads.used for chunk in bench.store.chunks) / bench.store.kept
    value = bench.path.stat().st_size / bench.store.kept
    limit, goal = f"{mean:.0f} bytes of payload", f"at most {GOAL_BYTES} bytes"
    return Figure("bytes a recorded row", value, value, value, "B", limit, value / mean, goal, value <= GOAL_BYTES)


def opening(bench: Bench) -> Figure:
    """Ms until a capture is open, beside reading its bytes."""
    value, low, high, ratio = beside(bench.open, lambda: bench.path.read_bytes(), times=ROUNDS)
    limit, goal = "reading the bytes of the file", f"under {GOAL_MS:,.0f} ms"
    return Figure("open a capture of 1M rows", value, low, high, "ms", limit, ratio, goal, value < GOAL_MS)


def appending(bench: Bench) -> Figure:
    """Ms to take rows in while they are recorded."""
    value, low, high, ratio = beside(bench.append_and_record, bench.append, times=ROUNDS)
    bench.stop()
    rows = sum(bench.rows[place % len(bench.rows)].rows for place in range(BATCHES))
    limit, goal = "the same without a recording", f"within {SLOWER:g} times"
    return Figure(f"take in {rows:,} rows while recording", value, low, high, "ms", limit, ratio, goal, ratio <= SLOWER)

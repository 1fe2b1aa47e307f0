"""Programs that record until something happens to them: `python -m recording NAME FOLDER …`, for tests of crashes."""

from __future__ import annotations

import itertools
import json
import os
import random
import resource
import signal
import sys
import time
from pathlib import Path

from app.capture.recorder import Recorder
from app.store.store import MIB, Store
from eventscope.connector import Block, Record

ROWS = 200
"""Added at a time."""


def add(store: Store, rows: int = ROWS, rng: random.Random | None = None) -> None:
    """Add rows that tell their numbers, of no more bytes than Zstandard can do nothing about."""
    first, rng = store.next_seq, rng or random.Random(store.next_seq)
    records = [
        Record(type="order.created", id=f"e{n}", correlation_id=f"c{n // 4}", payload=b"%d " % n + rng.randbytes(150))
        for n in range(first, first + rows)
    ]
    store.append("shop", Block.of(records), first)


def kill_many(folder: Path, kills: int, seed: int) -> None:
    """Kill recordings at random moments; prints how many rows each of them had acknowledged."""
    rng, acknowledged = random.Random(seed), []
    for number in range(kills):
        source, sink = os.pipe()
        process = os.fork()
        if not process:
            os.close(source)
            record_for_ever(folder / f"{number}.eventscope", sink, rng.choice((0.0, 0.01)))
        os.close(sink)
        first = os.read(source, 8)
        time.sleep(rng.uniform(0.0, 0.7))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        told = first + b"".join(iter(lambda: os.read(source, 65_536), b""))  # noqa: B023
        os.close(source)
        acknowledged.append(int.from_bytes(told[len(told) // 8 * 8 - 8 :][:8], "big"))
    print(json.dumps(acknowledged))


def record_for_ever(path: Path, sink: int, pause: float) -> None:
    """Record, and tell after each step how many rows are recorded."""
    store = Store(64 * MIB)  # no more rows than it has room for come in a second
    recorder = Recorder(store, path, reserve=0)
    while True:
        os.write(sink, recorder.recorded.to_bytes(8, "big"))
        add(store)
        time.sleep(pause)


def fill_up(path: Path, largest: int) -> None:
    """Record until files would be larger than so many bytes (0: than the disk); prints what came of it."""
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    store = Store()
    recorder = Recorder(store, path, reserve=0)
    while not recorder.problem and store.next_seq < 1_000_000:
        add(store)
        time.sleep(0.001)
    add(store)
    recorder.stop()
    told = {"problem": recorder.problem, "recorded": recorder.recorded, "not_recorded": recorder.not_recorded}
    print(json.dumps(told | {"rows": store.next_seq - 1}))


def hold(path: Path) -> None:
    """Record until killed, having said so."""
    store = Store()
    recorder = Recorder(store, path, reserve=0)
    for number in itertools.count():
        add(store, 50)
        while recorder.until < store.next_seq:
            time.sleep(0.01)
        if not number:
            print("recording", flush=True)
        time.sleep(0.05)


if __name__ == "__main__":
    name, place, *numbers = sys.argv[1:]
    {"kill": kill_many, "fill": fill_up, "hold": hold}[name](Path(place), *map(int, numbers))  # type: ignore[operator]

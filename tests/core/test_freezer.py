"""Chunks of a store become cold beside what else is done with it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from frozen import freezing

from app.store import cold, freezer
from app.store.freezer import WARM
from app.store.store import Store
from app.store.stored import Evicted
from eventscope.connector import Block, Record

ROWS = 2_000
BUDGET = 8 * 1024 * 1024
BATCHES = 30


def batch(first: int) -> Block:
    payload = b'{"order":%d,"customer":"cus-%d","note":"no two of them are alike, but they are made alike"}'
    return Block.of([Record(id=f"id-{n}", payload=payload % (n, n * 7)) for n in range(first, first + ROWS)])


def fill(store: Store, batches: int) -> None:
    for _ in range(batches):
        store.append("s", batch(store.next_seq), 1)


def settle(store: Store, until: Callable[[], bool]) -> None:
    """Tick until something holds."""
    deadline = time.monotonic() + 30
    while not until():
        assert time.monotonic() < deadline, "it never comes"
        store.tick()
        time.sleep(0.001)


def is_cold(store: Store, place: int) -> bool:
    chunk = store.chunks[place]
    return chunk.payloads.memory < chunk.payloads.used


def all_cold(store: Store) -> bool:
    return all(is_cold(store, place) for place in range(len(store.chunks) - WARM)) and not freezing()


def accounted(store: Store) -> bool:
    return store.bytes == sum(chunk.bytes for chunk in store.chunks)


def test_all_chunks_but_the_newest_become_cold_and_are_weighed_anew() -> None:
    store = Store(BUDGET)
    fill(store, BATCHES)
    assert len(store.chunks) > WARM + 1
    settle(store, lambda: all_cold(store))
    assert not any(is_cold(store, -place) for place in range(1, WARM + 1))
    assert accounted(store)
    assert store.kept == BATCHES * ROWS


@pytest.mark.parametrize("meanwhile", ["evict", "clear", "clear and undo"])
def test_rows_may_go_while_their_chunk_is_being_made_cold(meanwhile: str) -> None:
    store = Store(BUDGET)
    fill(store, BATCHES)
    if meanwhile == "evict":
        store = Store(4 * 1024 * 1024)
        fill(store, 2 * BATCHES)
        assert store.evicted
    else:
        store.clear()
    if meanwhile == "clear and undo":
        store.undo_clear()
    fill(store, 1)
    settle(store, lambda: all_cold(store))
    if meanwhile == "clear":
        store.settle_clear()
        with pytest.raises(Evicted):
            store.event(1)
    assert accounted(store)
    assert store.kept + store.evicted + store.cleared == store.next_seq - 1


def test_a_chunk_that_was_away_while_it_was_made_cold_is_made_cold_when_it_is_back() -> None:
    store = Store(BUDGET)
    fill(store, BATCHES)
    store.clear()
    settle(store, lambda: not store._freezer.busy)
    store.undo_clear()
    settle(store, lambda: all_cold(store))
    assert store.kept == BATCHES * ROWS


def test_rows_are_as_they_were_put_in_while_and_after_their_chunks_become_cold() -> None:
    store = Store(BUDGET)
    fill(store, 10)
    seqs = list(range(1, store.next_seq, 97))
    before = store.cells(seqs, ("id", "payload"))
    for _ in range(4):
        fill(store, 1)
        assert store.cells(seqs, ("id", "payload")) == before
    settle(store, lambda: all_cold(store))
    assert store.cells(seqs, ("id", "payload")) == before


def test_no_thread_is_left_when_a_store_is_closed_however_busy_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold, "BLOCK_BYTES", 64)
    store = Store(BUDGET)
    while not freezing():  # the thread of a chunk may have ended just now
        fill(store, 1)
    store.close()
    assert not freezing()
    assert store.event(store.oldest_seq).id == f"id-{store.oldest_seq}"


def test_a_store_that_is_forgotten_leaves_no_thread_either() -> None:
    store = Store(BUDGET)
    fill(store, BATCHES)
    del store
    deadline = time.monotonic() + 30
    while freezing():
        assert time.monotonic() < deadline, "the thread goes on for ever"
        time.sleep(0.001)


def test_a_chunk_that_cannot_be_made_cold_stays_as_it_is_and_that_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[threading.ExceptHookArgs] = []

    def broken(*arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr(threading, "excepthook", told.append)
    monkeypatch.setattr(freezer, "ColdArena", broken)
    store = Store(BUDGET)
    fill(store, BATCHES)
    settle(store, lambda: not store._freezer.busy)
    before = len(told)
    for _ in range(5):
        store.tick()
        assert not store._freezer.busy
    assert len(told) == before > 0
    assert not any(chunk.is_cold for chunk in store.chunks)
    assert store.event(store.oldest_seq).id == f"id-{store.oldest_seq}"


MEASURE = """
    import gc, random, sys, time
    from pathlib import Path
    from app.store.store import Store
    from eventscope.connector import Block, Record

    def resident():
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    rng = random.Random(7)
    def record(n):
        payload = b'{"order":%d,"customer":"%x","total":%d.25,"note":"%x"}'
        numbers = n, rng.getrandbits(64), rng.randrange(999), rng.getrandbits(300)
        trace = f"{rng.getrandbits(128):032x}" if n % 8 == 0 else record.trace
        record.trace = trace
        about = {"id": f"{rng.getrandbits(128):032x}", "correlation_id": trace}
        return Record(type=f"order.{n % 9}", payload=payload % numbers, **about)

    def fill(store, count):
        for start in range(0, count, 2_000):
            store.append("s", Block.of([record(n) for n in range(start, start + 2_000)]), start)
        while store._freezer.busy:
            time.sleep(0.002)
            store.tick()
        gc.collect()

    fill(Store(), 400_000)
    store = Store(1 << 30)
    gc.collect()
    before = resident()
    fill(store, 600_000)
    print(store.bytes / (resident() - before), store.bytes / store.kept)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process from /proc")
def test_the_account_of_memory_is_what_the_process_takes() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MEASURE)], cwd=root, capture_output=True, text=True, check=True
    )
    ratio, _ = map(float, done.stdout.split())
    assert 0.9 < ratio < 1.1, done.stdout

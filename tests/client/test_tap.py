"""The program's side of the tap: it never notices, whatever the monitor does."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import statistics
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from taps import Watcher, end, open_folder, program, soon, start_python

from connectors.registry import open_source
from eventscope import Event, EventBus
from eventscope.buffer import StepBuffer
from eventscope.step import Phase, Step
from eventscope.tap import Tap
from eventscope.wire import UNREADABLE
from tests.connectors.conformance import Collected, eventually, run, stopped


class WatchedBus(EventBus):
    """A bus that counts who observes it."""

    observers = 0

    def observe(self, callback: Callable[[Step], object]) -> Callable[[], None]:
        unobserve = super().observe(callback)
        self.observers += 1

        def count_down() -> None:
            self.observers -= 1
            unobserve()

        return count_down


@pytest.fixture
def address(tmp_path: Path) -> Path:
    return tmp_path / "tap.sock"


@pytest.fixture
async def bus() -> AsyncIterator[WatchedBus]:
    async with WatchedBus(name="orders") as bus:
        yield bus


@pytest.fixture
def watcher(address: Path) -> Iterator[Watcher]:
    watcher = Watcher(address)
    soon(lambda: watcher.listens)
    yield watcher
    watcher.end()


class Monitor:
    """A monitor in this process."""

    def __init__(self, address: Path) -> None:
        self.sink = Collected()
        self._connector = open_source(f"tap:{address}")

    async def __aenter__(self) -> Collected:
        self._task = run(self._connector, self.sink)
        await eventually(lambda: bool(self.sink.states))
        return self.sink

    async def __aexit__(self, *_: object) -> None:
        await stopped(self._task)


async def closed(tap: Tap) -> None:
    await asyncio.to_thread(tap.close)


def step(payload: Any = None) -> Step:
    event = Event("a.b", payload)
    return Step(Phase.PUBLISHED, event, event.timestamp)


async def test_without_a_monitor_the_bus_is_not_observed(bus: WatchedBus, address: Path) -> None:
    tap = bus.tap(address)
    await eventually(lambda: bus.observers == 0)
    assert not tap.connected
    await closed(tap)
    assert bus.observers == 0


async def test_what_is_published_right_after_tapping_is_seen(bus: WatchedBus, address: Path) -> None:
    async with Monitor(address) as sink:
        tap = bus.tap(address)
        for n in range(10):
            await bus.publish("first.words", {"n": n})
        await eventually(lambda: sink.rows == 10)
        assert tap.connected
        await closed(tap)
    assert [record.payload for record in sink.records] == [b'{"n":%d}' % n for n in range(10)]


async def test_nothing_is_kept_for_a_monitor_that_comes_later(bus: WatchedBus, address: Path) -> None:
    tap = bus.tap(address)
    await eventually(lambda: bus.observers == 0)
    await bus.publish("too.early")
    async with Monitor(address) as sink:
        await eventually(lambda: tap.connected)
        await bus.publish("in.time")
        await eventually(lambda: sink.rows > 0)
        await closed(tap)
    assert [record.type for record in sink.records] == ["in.time"]


async def test_a_monitor_may_go_and_another_one_come(bus: WatchedBus, address: Path) -> None:
    tap = bus.tap(address)
    for turn in range(3):
        async with Monitor(address) as sink:
            await eventually(lambda: tap.connected)
            await bus.publish("turn", {"turn": turn})
            await eventually(lambda: sink.rows == 1)
        await eventually(lambda: not tap.connected and bus.observers == 0)
    await closed(tap)


async def test_closing_sends_what_is_left_and_may_be_repeated(bus: WatchedBus, address: Path) -> None:
    async with Monitor(address) as sink:
        tap = bus.tap(address)
        await eventually(lambda: tap.connected)
        for n in range(3_000):
            bus.publish_nowait("burst", {"n": n})
        await closed(tap)
        await closed(tap)
        assert bus.observers == 0
        await eventually(lambda: "has ended" in sink.detail)
        assert sink.rows + sink.lost_rows == 3_000
        assert (tap.sent, tap.dropped, tap.connected) == (3_000, 0, False)


async def test_a_tap_is_a_context_manager(bus: WatchedBus, address: Path) -> None:
    with bus.tap(address):
        await asyncio.sleep(0)
    assert bus.observers == 0


def test_a_tap_needs_no_running_loop(address: Path, watcher: Watcher) -> None:
    bus = EventBus(name="later")
    with bus.tap(address):

        async def main() -> None:
            async with bus:
                await bus.publish("hello")

        asyncio.run(main())
    soon(lambda: watcher.last["rows"] == 1)


async def test_a_snapshot_is_not_changed_by_what_comes_later(bus: WatchedBus, address: Path) -> None:
    async with Monitor(address) as sink:
        tap = bus.tap(address, snapshot=True)
        payload = {"state": "new"}
        await bus.publish("order", payload)
        payload["state"] = "changed"
        await eventually(lambda: sink.rows == 1)
        await closed(tap)
    assert sink.records[0].payload == b'{"state":"new"}'


class Broken(Event):
    """An event that raises when it is read."""

    def __init__(self) -> None:
        super().__init__("broken")

    @property
    def metadata(self) -> Any:  # type: ignore[override]
        raise RuntimeError("not today")

    @property
    def payload(self) -> Any:  # type: ignore[override]
        raise RuntimeError("not today either")


@pytest.mark.parametrize("snapshot", [False, True])
async def test_an_event_that_cannot_be_read_is_told_of_and_the_others_go_on(
    bus: WatchedBus, address: Path, snapshot: bool
) -> None:
    async with Monitor(address) as sink:
        tap = bus.tap(address, snapshot=snapshot)
        await eventually(lambda: tap.connected)
        for event in (Event("before"), Broken(), Event("after")):
            await bus.publish(event)
        await eventually(lambda: sink.rows == 3)
        await closed(tap)
    assert [record.type for record in sink.records] == ["before", UNREADABLE, "after"]
    assert "class Broken cannot be read: RuntimeError" in (sink.records[1].error or "")


@pytest.mark.parametrize("name", ["x" * 200, "nul\0byte", "no/such/folder/tap.sock"])
async def test_an_address_that_cannot_be_used_harms_nobody(bus: WatchedBus, tmp_path: Path, name: str) -> None:
    tap = bus.tap(f"{tmp_path}/{name}")
    await bus.publish("goes.on")
    await eventually(lambda: bus.observers == 0)
    await closed(tap)


async def test_a_system_without_unix_sockets_is_told_once(
    bus: WatchedBus, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("eventscope.address.SUPPORTED", False)
    tap = bus.tap()
    await asyncio.sleep(0.8)  # some attempts later
    await closed(tap)
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 1
    assert "needs Unix sockets" in told[0].getMessage()


def test_a_buffer_drops_the_newest_and_counts_them() -> None:
    buffer = StepBuffer(3)
    steps = [step(n) for n in range(5)]
    for one in steps:
        buffer.observe(one)
    assert (buffer.emitted, buffer.dropped) == (5, 2)
    assert buffer.take(10).steps == steps[:3]
    assert (buffer.emitted, buffer.dropped, buffer.dropped) == (5, 2, 2)


def test_every_step_of_many_threads_is_taken_or_counted() -> None:
    buffer = StepBuffer(500)
    one, each, threads = step(), 20_000, 4

    def emit() -> None:
        for _ in range(each):
            buffer.observe(one)

    workers = [threading.Thread(target=emit) for _ in range(threads)]
    for worker in workers:
        worker.start()
    taken = 0
    while any(worker.is_alive() for worker in workers):
        taken += len(buffer.take(100).steps)
    taken += len(buffer.take(10_000).steps)
    assert buffer.dropped > 0
    assert taken + buffer.dropped == each * threads == buffer.emitted


def cost(observe: Callable[[Step], None], one: Step, calls: int = 2_000) -> float:
    """Nanoseconds of the slowest call in a hundred."""
    times = []
    for _ in range(calls):
        began = time.perf_counter_ns()
        observe(one)
        times.append(time.perf_counter_ns() - began)
    return statistics.quantiles(times, n=100)[98]


async def test_a_stopped_monitor_is_not_felt_and_its_losses_are_counted(
    bus: WatchedBus, address: Path, watcher: Watcher
) -> None:
    tap = bus.tap(address)
    await eventually(lambda: tap.connected)
    live = min(cost(lambda s: bus._observers.tell(s), step({"n": 1})) for _ in range(5))
    watcher.process.send_signal(signal.SIGSTOP)
    big = {"text": "x" * 1_000}
    try:
        for _ in range(40_000):  # more than the socket and the buffer hold
            bus._observers.tell(step(big))
        stopped_cost = min(cost(lambda s: bus._observers.tell(s), step({"n": 1})) for _ in range(5))
    finally:
        watcher.process.send_signal(signal.SIGCONT)
    assert stopped_cost < 20 * max(live, 1_000)
    await eventually(lambda: watcher.last["rows"] + watcher.last["lost"] == 40_000 + 20_000)
    assert watcher.last["lost"] > 0
    await closed(tap)


def test_a_program_survives_its_monitors_death_even_where_sigpipe_kills(address: Path, watcher: Watcher) -> None:
    code = program("""
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
while not tap.connected:
    await asyncio.sleep(0.01)
print("connected", flush=True)
for n in range(100_000_000):
    await bus.publish("tick", {"n": n})
    if n % 50 == 0:
        await asyncio.sleep(0.001)
    if n % 50 == 0 and not tap.connected:
        break
print("alone", flush=True)
await asyncio.sleep(0.3)
print("alive", flush=True)
""")
    process = start_python("-c", code, address)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "connected\n"
        soon(lambda: watcher.last["rows"] > 100)
        watcher.process.kill()
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "alone\nalive\n", "")
    finally:
        end(process)


def test_monitors_killed_at_random_moments_harm_no_program(address: Path) -> None:
    code = program("""
n = 0
while not os.path.exists(sys.argv[1] + ".end"):
    await bus.publish("tick", {"n": n, "text": "x" * 500})
    n += 1
    await asyncio.sleep(0.0005)
""")
    chance = random.Random(11)
    process = start_python("-c", code, address)
    try:
        for _ in range(5):
            watcher = Watcher(address)
            soon(lambda: watcher.last["rows"] > 0)  # noqa: B023
            time.sleep(chance.random() * 0.1)
            watcher.end()
        Path(f"{address}.end").touch()
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "")
    finally:
        end(process)


def test_a_program_that_ends_at_once_has_said_everything(address: Path, watcher: Watcher) -> None:
    process = start_python("-c", program("for n in range(500): bus.publish_nowait('last', {'n': n})"), address)
    try:
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "")
        soon(lambda: watcher.last["rows"] == 500)
    finally:
        end(process)


def test_a_program_ends_soon_though_its_monitor_takes_nothing(address: Path, watcher: Watcher) -> None:
    code = program("""
while not tap.connected:
    await asyncio.sleep(0.01)
print("connected", flush=True)
sys.stdin.readline()
for n in range(5_000):
    bus.publish_nowait("last", "x" * 1_000)
""")
    process = start_python("-c", code, address, stdin=-1)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "connected\n"
        watcher.process.send_signal(signal.SIGSTOP)
        out, err = process.communicate("go\n", timeout=20)
        assert (process.returncode, out, err) == (0, "", "")
    finally:
        watcher.process.send_signal(signal.SIGCONT)
        end(process)


def test_a_forked_child_talks_for_itself_and_the_parent_goes_on(address: Path, watcher: Watcher) -> None:
    code = program("""
while not tap.connected:
    await asyncio.sleep(0.01)
child = os.fork()
if child == 0:
    deadline = time.monotonic() + 10
    while not tap.connected and time.monotonic() < deadline:
        time.sleep(0.01)
    bus._observers.tell(__import__("eventscope.step", fromlist=["Step"]).Step(0, Event("of.child"), 1))
    tap.close()
    os._exit(0)
await asyncio.to_thread(os.waitpid, child, 0)
await bus.publish("of.parent")
""")
    process = start_python("-W", "ignore::DeprecationWarning", "-c", code, address)
    try:
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "")
        soon(lambda: watcher.last["rows"] == 2)
    finally:
        end(process)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
async def test_a_monitor_of_another_user_gets_nothing(bus: WatchedBus, caplog: pytest.LogCaptureFixture) -> None:
    code = (
        "import os, socket, sys\n"
        "os.setuid(65534)\n"
        "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o666); s.listen()\n"
        "print('listens', flush=True)\n"
        "c, _ = s.accept(); print(c.recv(100))\n"
    )
    with open_folder() as folder:
        address = folder / "tap.sock"
        impostor = start_python("-c", code, address)
        assert impostor.stdout is not None
        try:
            assert await asyncio.to_thread(impostor.stdout.readline) == "listens\n"
            tap = bus.tap(address)
            await bus.publish("secret")
            out, _ = await asyncio.to_thread(impostor.communicate, timeout=20)
            await closed(tap)
        finally:
            end(impostor)
    assert out == "b''\n"
    assert "monitor of another user" in caplog.text

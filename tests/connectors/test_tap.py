"""The monitor's side of the tap: many programs, none trusted to speak well, each gone at any moment."""

from __future__ import annotations

import asyncio
import json
import os
import random
import struct
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from taps import end, open_folder, program, start_python

from connectors.registry import open_source
from eventscope import Event, EventBus
from eventscope.connector import SourceState
from eventscope.step import Phase, Step
from eventscope.wire import HELLO_LIMIT, LARGEST_FRAME, MAGIC, VERSION, Kind, frame, step_frames
from tests.connectors.conformance import Collected, eventually, run, stopped

ENDLESS = """
n = 0
while True:
    await bus.publish("tick", {"n": n}, source=sys.argv[2])
    n += 1
    await asyncio.sleep(0.001)
"""


@pytest.fixture
def address(tmp_path: Path) -> Path:
    return tmp_path / "tap.sock"


@pytest.fixture
async def sink(address: Path) -> AsyncIterator[Collected]:
    sink = Collected()
    task = run(open_source(f"tap:{address}"), sink)
    await eventually(lambda: bool(sink.states))
    yield sink
    assert not task.done()
    await stopped(task)


def hello(**changes: Any) -> bytes:
    facts = {"version": VERSION, "pid": 7, "program": "shop", "bus": "orders", "started_at": 1}
    return MAGIC + frame(Kind.HELLO, facts | changes)


def steps(count: int) -> bytes:
    events = [Event("a.b", {"n": n}) for n in range(count)]
    return b"".join(step_frames([Step(Phase.PUBLISHED, event, event.timestamp) for event in events]))


class Client:
    """A program that says what the test wants."""

    def __init__(self, address: Path) -> None:
        self._address = address

    async def __aenter__(self) -> Client:
        self.reader, self.writer = await asyncio.open_unix_connection(self._address)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def say(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
        await self.writer.drain()

    async def is_sent_away(self, seconds: float = 10) -> bytes:
        """Waits until the monitor has closed the connection; what it said."""
        async with asyncio.timeout(seconds):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""


async def test_a_program_is_shown_with_its_subscriptions_until_it_has_gone(sink: Collected, address: Path) -> None:
    async with EventBus(name="orders") as bus:
        bus.subscribe(print, types="order.*", priority="HIGH", name="billing")
        tap = bus.tap(address)
        await eventually(lambda: len(sink.declared) == 1)
        ((channel, declaration),) = sink.declared.items()
        assert channel.endswith("/orders")
        (billing,) = declaration.subscriptions
        assert (billing.name, billing.types, billing.priority) == ("billing", ("order.*",), "HIGH")
        assert "1 program connected" in sink.detail
        bus.subscribe(print, types="late", name="later")
        await eventually(lambda: len(sink.declared[channel].subscriptions) == 2)
        await asyncio.to_thread(tap.close)
    await eventually(lambda: sink.declared[channel].subscriptions == ())
    assert sink.detail == f"waiting for programs · {channel} has ended"


async def test_two_programs_are_told_apart_and_none_of_their_events_is_missing(sink: Collected, address: Path) -> None:
    code = program("""
while not tap.connected:
    await asyncio.sleep(0.005)
for n in range(1_500):
    await bus.publish("tick", {"n": n}, source=sys.argv[2])
    if n % 20 == 0:
        await asyncio.sleep(0.002)
""")
    programs = [start_python("-c", code, address, name) for name in ("one", "two")]
    try:
        for process in programs:
            _, err = await asyncio.to_thread(process.communicate, timeout=40)
            assert (process.returncode, err) == (0, "")
        await eventually(lambda: sink.rows == 3_000)
    finally:
        for process in programs:
            end(process)
    for name in ("one", "two"):
        seen = [json.loads(record.payload or b"")["n"] for record in sink.records if record.producer == name]
        assert seen == list(range(1_500))
    by_channel = {(record.channel, record.producer) for record in sink.records}
    assert len(by_channel) == 2
    assert sink.losses == []


async def test_programs_killed_at_random_moments_harm_nobody(sink: Collected, address: Path) -> None:
    survivor = start_python("-c", program(ENDLESS), address, "survivor")
    chance = random.Random(7)
    try:
        for turn in range(6):
            victim = start_python("-c", program(ENDLESS), address, f"victim {turn}")
            await eventually(lambda: f"victim {turn}" in producers(sink))  # noqa: B023
            await asyncio.sleep(chance.random() * 0.1)
            end(victim)
            await eventually(lambda: "went away without a goodbye" in sink.detail)
        before = producers(sink)["survivor"]
        await eventually(lambda: producers(sink)["survivor"] > before + 100)
        assert survivor.poll() is None
    finally:
        end(survivor)
    seen = [json.loads(record.payload or b"")["n"] for record in sink.records if record.producer == "survivor"]
    assert seen == list(range(seen[0], seen[0] + len(seen)))
    await eventually(lambda: all(not d.subscriptions for d in sink.declared.values()))


def producers(sink: Collected) -> Counter[str | None]:
    return Counter(producer for block in sink.blocks for producer in block.producer)


async def test_programs_of_one_name_are_told_apart_by_pid(sink: Collected, address: Path) -> None:
    async with Client(address) as one, Client(address) as two, Client(address) as three:
        await one.say(hello(pid=1), steps(1))
        await eventually(lambda: sink.rows == 1)
        await two.say(hello(pid=2), steps(1))
        await eventually(lambda: sink.rows == 2)
        await three.say(hello(pid=2), steps(1))
        await eventually(lambda: sink.rows == 3)
        assert [record.channel for record in sink.records] == ["shop/orders", "shop[2]/orders", "shop[2]/orders 2"]
        assert "3 programs connected" in sink.detail


async def test_a_program_that_returns_has_its_channel_again(sink: Collected, address: Path) -> None:
    for pid in (1, 2):
        async with Client(address) as client:
            await client.say(hello(pid=pid), steps(1))
            await eventually(lambda: sink.rows == pid)  # noqa: B023
        await eventually(lambda: "waiting for programs" in sink.detail)
    assert {record.channel for record in sink.records} == {"shop/orders"}


async def test_drops_are_reported_once(sink: Collected, address: Path) -> None:
    async with Client(address) as client:
        beats = [frame(Kind.HEARTBEAT, {"emitted": 9, "sent": 2, "dropped": n}) for n in (0, 3, 3, 7)]
        await client.say(hello(), *beats, steps(1))
        await eventually(lambda: sink.rows == 1)
    assert [count for count, _ in sink.losses] == [3, 4]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n{}", "it is no tap"),
        (b"GET", "it is no tap"),
        (b"\x16\x03\x01\x02\x00", "it is no tap"),
        (MAGIC + struct.pack(">IB", 2**32 - 1, Kind.HELLO), "is too long"),
        (MAGIC + struct.pack(">IB", HELLO_LIMIT + 1, Kind.HELLO), "is too long"),
        (hello(version=2), "version 2 of the protocol"),
        (hello(program=""), "closed"),
        (hello(program="x" * 201), "closed"),
        (hello(pid="seven"), "closed"),
        (MAGIC + frame(Kind.HELLO, b"{"), "closed"),
        (MAGIC + steps(1), "hello does not come first"),
        (hello() + hello()[4:], "hello does not come first"),
        (hello() + struct.pack(">IB", LARGEST_FRAME + 1, Kind.STEPS), "is too long"),
        (hello() + frame(Kind.STEPS, b"\0\0\0\x02{}"), "closed"),
        (hello() + frame(Kind.STEPS, b"no steps"), "closed"),
        (hello() + frame(Kind.HEARTBEAT, {"emitted": -1, "sent": 0, "dropped": 0}), "closed"),
        (hello() + frame(Kind.SUBSCRIPTIONS, b"[" * 50_000), "closed"),
        (hello() + struct.pack(">IB", 0, 99), "of kind 99 is unknown"),
    ],
)
async def test_who_does_not_keep_to_the_protocol_is_sent_away(
    sink: Collected, address: Path, said: bytes, reason: str
) -> None:
    async with Client(address) as client:
        await client.say(said)
        assert await client.is_sent_away() == b""
        await eventually(lambda: reason in sink.detail)
    assert sink.states[-1][0] == SourceState.LIVE
    assert sink.rows == 0
    introduced = said.startswith(hello())
    assert sink.lost_rows == int(introduced)
    async with Client(address) as another:
        await another.say(hello(), steps(5))
        await eventually(lambda: sink.rows == 5)


async def test_who_never_says_hello_is_sent_away(sink: Collected, address: Path) -> None:
    async with Client(address) as silent, Client(address) as slow:
        await slow.say(MAGIC)
        assert await silent.is_sent_away() == b""
        for byte in hello()[4:7]:
            if slow.reader.at_eof():
                break
            slow.writer.write(bytes([byte]))
            await asyncio.sleep(0.01)
        assert await slow.is_sent_away() == b""
        await eventually(lambda: "did not say who it is" in sink.detail)


async def test_a_frame_that_comes_byte_by_byte_is_read(sink: Collected, address: Path) -> None:
    async with Client(address) as client:
        for byte in hello() + steps(3):
            client.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        await eventually(lambda: sink.rows == 3)


async def test_steps_that_were_cut_off_are_counted(sink: Collected, address: Path) -> None:
    async with Client(address) as client:
        await client.say(hello(), steps(1), steps(50)[:-10])
        await eventually(lambda: sink.rows == 1)
    await eventually(lambda: sink.lost_rows == 1)
    assert "cut off" in sink.losses[0][1]


async def test_more_programs_than_there_is_room_for_are_refused(sink: Collected, address: Path) -> None:
    clients = [Client(address) for _ in range(32)]
    for n, client in enumerate(clients):
        await client.__aenter__()
        await client.say(hello(pid=n))
    await eventually(lambda: "32 programs connected" in sink.detail)
    async with Client(address) as late:
        assert await late.is_sent_away() == b""
    await eventually(lambda: "too many" in sink.detail)
    await clients.pop().__aexit__()
    await eventually(lambda: "31 programs connected" in sink.detail)
    async with Client(address) as next_one:
        await next_one.say(hello(pid=99), steps(1))
        await eventually(lambda: sink.rows == 1)
    for client in clients:
        await client.__aexit__()


async def test_noise_after_a_hello_never_stops_the_monitor(sink: Collected, address: Path) -> None:
    chance = random.Random(3)
    for _ in range(60):
        good = bytearray(steps(3))
        for _ in range(chance.randrange(1, 5)):
            good[chance.randrange(len(good))] = chance.randrange(256)
        async with Client(address) as client:
            await client.say(hello(), bytes(good))
    await eventually(lambda: "waiting for programs" in sink.detail)
    before = sink.rows
    async with Client(address) as client:
        await client.say(hello(), steps(2))
        await eventually(lambda: sink.rows == before + 2)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
async def test_a_program_of_another_user_is_refused() -> None:
    code = (
        "import os, socket, sys\n"
        "os.setuid(65534)\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
        "s.sendall(bytes.fromhex(sys.argv[2])); print(s.recv(10))\n"
    )
    with open_folder() as folder:
        address, sink = folder / "tap.sock", Collected()
        task = run(open_source(f"tap:{address}"), sink)
        await eventually(lambda: bool(sink.states))
        address.chmod(0o666)  # even where the file system lets everybody in
        intruder = start_python("-c", code, address, (hello() + steps(3)).hex())
        try:
            out, err = await asyncio.to_thread(intruder.communicate, timeout=30)
        finally:
            end(intruder)
        assert out == "b''\n" or "Error" in err
        await eventually(lambda: "another user was refused" in sink.detail)
        assert sink.rows == 0
        await stopped(task)


def test_it_runs_in_the_loop_of_the_window(address: Path) -> None:
    code = (
        "import asyncio, sys, qasync\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from connectors.registry import open_source\n"
        "from eventscope import EventBus\n"
        "from tests.connectors.conformance import Collected, eventually, run, stopped\n"
        "async def main():\n"
        "    sink = Collected()\n"
        "    task = run(open_source(f'tap:{sys.argv[1]}'), sink)\n"
        "    await eventually(lambda: bool(sink.states))\n"
        "    async with EventBus(name='b') as bus:\n"
        "        tap = bus.tap(sys.argv[1])\n"
        "        for n in range(200): await bus.publish('tick', n)\n"
        "        await eventually(lambda: sink.rows == 200)\n"
        "        await asyncio.to_thread(tap.close)\n"
        "    await stopped(task)\n"
        "    print(sink.rows, len(asyncio.all_tasks()))\n"
        "app = QCoreApplication([])\n"
        "loop = qasync.QEventLoop(app)\n"
        "with loop: loop.run_until_complete(main())\n"
    )
    process = start_python("-c", code, address)
    try:
        out, err = process.communicate(timeout=50)
        assert (process.returncode, out) == (0, "200 1\n"), err
        assert not address.exists()
    finally:
        end(process)

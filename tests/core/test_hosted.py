"""Hosted: a connector in a process of its own behaves like any other, whatever becomes of that process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from hosted_sources import CHART, DECLARATION, Habits, Habitual, Numbering, SpecialRefusal, row

from app.session import Session
from app.sources import child_process
from app.sources.hosted import Hosted
from app.sources.supervisor import Source
from connectors.gap import GAP_TYPE
from connectors.inprocess import InProcessConnector, InProcessOptions
from eventscope.connector import Connector, ConnectorError, Refused, SourceState
from tests.connectors.conformance import ROOT, Collected, eventually, open_files, process_id, run, stopped

CANARY = "hunter2canary"


def habitual(habit: str, **more: Any) -> Hosted:
    return Hosted(Habitual(Habits(habit, **more)))


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def numbers(sink: Collected) -> list[int]:
    return [int(record.id or -1) for record in sink.records if record.type == "number"]


async def supervised(connector: Connector, sink: Collected, until: Callable[[], bool]) -> list[str]:
    """Run again after each failure, as the supervisor does, until something holds; the failures."""
    failures: list[str] = []

    async def drive() -> None:
        while True:
            try:
                return await connector.run(sink)
            except ConnectorError as error:
                failures.append(str(error))

    task = asyncio.get_running_loop().create_task(drive())
    try:
        await eventually(lambda: until() or task.done(), 40)
    finally:
        await stopped(task)
    return failures


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hang is noticed after one second."""
    monkeypatch.setattr(child_process, "HUNG_TICKS", 2)


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    """No process, thread, pipe or task stays."""
    files, me = open_files(), Path(f"/proc/self/task/{os.getpid()}/children")
    before = me.read_text()
    yield
    await eventually(lambda: me.read_text() == before, 5)
    await eventually(lambda: open_files() == files, 5)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_every_call_of_the_sink_arrives_and_then_the_end() -> None:
    sink = Collected()
    await habitual("teller").run(sink)
    assert sink.states == [(SourceState.LIVE, "it is told")]
    assert list(sink.declared.values()) == [DECLARATION]
    assert sink.charts == [CHART]
    assert sink.losses == [(3, "they were lost")]
    assert sink.records == [row(1), row(2)]


async def test_it_is_called_what_its_source_is_called() -> None:
    connector = habitual("teller")
    assert (connector.label, connector.safety) == ("the teller", "touches nothing at all")
    assert [result.detail async for result in connector.check()] == ["touches nothing at all"]


@pytest.mark.parametrize(
    ("habit", "kind", "sentence"),
    [
        ("refused", Refused, "wrong password"),
        ("failing", ConnectorError, "the broker is away"),
        ("special", SpecialRefusal, "it is special"),
        ("faulty", ConnectorError, "by nothing"),
    ],
)
async def test_what_a_run_raises_there_is_raised_here(habit: str, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind) as raised:
        await habitual(habit).run(Collected())
    assert type(raised.value) is kind
    assert str(raised.value) == sentence


async def test_what_is_logged_or_printed_there_is_logged_here(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await habitual("talker").run(Collected())
    told = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    assert ("hosted_sources", "WARNING", "warned of something") in told
    assert any(text.startswith("excepted\nTraceback") for _, level, text in told if level == "ERROR")
    assert "whispered" not in caplog.text
    await eventually(lambda: "complained" in caplog.text, 5)
    assert "printed" in caplog.text


async def test_it_has_no_standard_input() -> None:
    sink = Collected()
    await habitual("reader").run(sink)
    assert sink.records[0].key == "nothing"


async def test_every_number_comes_exactly_once_however_often_the_process_is_killed() -> None:
    sink, connector, kills = Collected(), Hosted(Numbering(Habits(last=20_000, batch=37))), []

    def kill_at_times() -> bool:
        if len(kills) < 4 and sink.rows > 3_000 * (len(kills) + 1):
            kills.append(process_id(connector))
            os.kill(kills[-1], signal.SIGKILL)
        return False

    failures = await supervised(connector, sink, kill_at_times)
    assert numbers(sink) == list(range(len(numbers(sink))))
    assert len(numbers(sink)) >= 20_000
    assert failures == ["the process that reads it failed: it was ended by SIGKILL"] * 4
    assert all(record.type != GAP_TYPE for record in sink.records)


async def test_a_source_without_positions_gets_a_row_that_says_what_may_be_missing() -> None:
    sink, connector = Collected(), habitual("waiter")
    killed: list[int] = []

    def killed_once() -> bool:
        if sink.states and not killed:
            killed.append(process_id(connector))
            os.kill(killed[0], signal.SIGKILL)
        return len(sink.states) == 2

    await supervised(connector, sink, killed_once)
    (gap,) = sink.records
    assert gap.type == GAP_TYPE
    assert gap.error == "missed an unknown number of events: the process that reads it failed: it was ended by SIGKILL"


@pytest.mark.usefixtures("hasty")
async def test_a_process_that_is_stopped_or_blocked_is_ended_and_followed_by_another() -> None:
    sink, connector, stops = Collected(), Hosted(Numbering(Habits(last=3_000, batch=10))), []

    def stop_once() -> bool:
        if not stops and sink.rows > 500:
            stops.append(process_id(connector))
            os.kill(stops[0], signal.SIGSTOP)
        return False

    failures = await supervised(connector, sink, stop_once)
    assert numbers(sink) == list(range(3_000))
    assert failures == ["the process that reads it failed: it gave no sign of life for 2 s"]
    assert gone(stops[0])


@pytest.mark.usefixtures("hasty")
async def test_a_loop_that_blocks_is_a_hang() -> None:
    with pytest.raises(ConnectorError, match="no sign of life"):
        await habitual("sleeper").run(Collected())


async def test_a_process_that_grows_is_ended() -> None:
    sink = Collected()
    with pytest.raises(ConnectorError, match="it needed more than 128 MiB of memory"):
        await Hosted(Habitual(Habits("leaking")), growth=2**27).run(sink)
    assert [record.type for record in sink.records] == ["number", GAP_TYPE]


async def test_a_process_that_grows_although_it_may_is_seen() -> None:
    with pytest.raises(ConnectorError, match="it took more than 64 MiB of memory"):
        await Hosted(Habitual(Habits("sprawling")), growth=2**26).run(Collected())


async def test_secrets_are_in_no_argument_environment_or_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sink, connector = Collected(), habitual("secretive", password=CANARY)
    task = run(connector, sink)
    await eventually(lambda: bool(sink.rows))
    seen = [Path(f"/proc/{process_id(connector)}/{what}").read_bytes() for what in ("cmdline", "environ")]
    await stopped(task)
    assert sink.records[0].key == str(len(CANARY))
    assert all(CANARY.encode() not in text for text in seen)
    assert CANARY not in caplog.text


class Narrow(Collected):
    """Has room only when told."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()

    async def room(self) -> None:
        await self.open.wait()


async def test_a_source_that_can_wait_waits_for_room_here() -> None:
    sink, connector = Narrow(), Hosted(Numbering(Habits(last=60_000, batch=1_000, pause=0.0)))
    task = run(connector, sink)
    await eventually(lambda: bool(sink.rows))
    await asyncio.sleep(1)
    waiting = sink.rows
    assert waiting <= 6_000
    sink.open.set()
    await asyncio.wait([task], timeout=30)
    assert numbers(sink) == list(range(60_000))
    assert sink.losses == []


async def test_a_process_that_is_killed_in_the_middle_of_a_large_batch_repeats_nothing() -> None:
    sink, connector, killed = Narrow(), Hosted(Numbering(Habits(last=0, batch=9_000, pause=0.1))), []

    async def kill_while_there_is_no_room_for_the_rest() -> None:
        await eventually(lambda: bool(sink.states))
        await asyncio.sleep(1)
        killed.append(process_id(connector))
        os.kill(killed[0], signal.SIGKILL)
        sink.open.set()

    task = asyncio.get_running_loop().create_task(kill_while_there_is_no_room_for_the_rest())
    await supervised(connector, sink, lambda: bool(killed) and sink.rows > 30_000)
    await task
    assert numbers(sink) == list(range(len(numbers(sink))))


async def test_of_a_source_that_cannot_wait_the_least_urgent_rows_are_dropped_and_counted() -> None:
    sink, connector = Narrow(), habitual("flooding", last=120_000)
    task = run(connector, sink)
    await eventually(lambda: sink.lost_rows > 20_000)
    sink.open.set()
    await eventually(lambda: len(numbers(sink)) + sink.lost_rows == 120_000)
    await stopped(task)
    gaps = [str(record.error) for record in sink.records if record.type == GAP_TYPE]
    assert sum(int(gap.split(" LOW ")[0].replace(",", "")) for gap in gaps) == sink.lost_rows
    assert "(sampling 1:" in gaps[0]
    urgent = [n for n in numbers(sink) if n % 100 == 0]
    assert urgent == list(range(0, 120_000, 100))
    assert "least urgent" in sink.losses[0][1]


async def test_nothing_that_was_pushed_is_lost_by_a_stop() -> None:
    sink, connector = Collected(), Hosted(Numbering(Habits(batch=50)))
    task = run(connector, sink)
    await eventually(lambda: sink.rows > 1_000)
    await stopped(task)
    assert numbers(sink) == list(range(sink.rows))
    assert connector.position() == {"next": sink.rows}


async def test_what_does_not_let_go_is_ended_within_five_seconds() -> None:
    sink, connector = Collected(), habitual("clinger")
    task = run(connector, sink)
    await eventually(lambda: bool(sink.states))
    pid, began = process_id(connector), time.monotonic()
    await stopped(task)
    assert time.monotonic() - began < 5
    assert gone(pid)


async def test_one_that_is_stopped_before_it_began_leaves_nothing() -> None:
    for turns in (0, 1, 3):
        task = run(habitual("waiter"), Collected())
        for _ in range(turns):
            await asyncio.sleep(0.03)
        await stopped(task)


async def test_a_stop_while_there_is_no_room_still_hands_over_what_came() -> None:
    sink, connector = Narrow(), Hosted(Numbering(Habits(batch=1_000, pause=0.0)))
    task = run(connector, sink)
    await eventually(lambda: bool(sink.rows))
    await stopped(task)
    assert numbers(sink) == list(range(sink.rows))


async def test_one_that_stands_still_is_stopped_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "CLOSE_S", 0.5)
    sink, connector = Collected(), habitual("waiter")
    task = run(connector, sink)
    await eventually(lambda: bool(sink.states))
    pid = process_id(connector)
    os.kill(pid, signal.SIGSTOP)
    await stopped(task)
    assert gone(pid)


async def test_options_that_cannot_travel_are_refused() -> None:
    connector = Hosted(Habitual(Habits("waiter", path=lambda: None)))  # type: ignore[arg-type]
    with pytest.raises(Refused, match="leave run=process out"):
        await connector.run(Collected())


def test_a_child_does_not_outlive_its_parent(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import asyncio, sys
        from hosted_sources import Habits, Habitual
        from app.sources.hosted import Hosted
        from app.session import Session

        async def main():
            source = Session().attach(Hosted(Habitual(Habits("waiter"))))
            while not source.detail:
                await asyncio.sleep(0.01)
            print(source.detail, flush=True)
            await asyncio.sleep(60)

        asyncio.run(main())
    """)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'support'}"}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while not gone(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert gone(child)


async def test_ctrl_c_does_not_reach_it() -> None:
    sink, connector = Collected(), habitual("waiter")
    task = run(connector, sink)
    await eventually(lambda: bool(sink.states))
    os.kill(process_id(connector), signal.SIGINT)
    await asyncio.sleep(0.5)
    assert not task.done()
    await stopped(task)


def test_what_only_this_process_has_is_refused() -> None:
    with pytest.raises(Refused, match="process of the monitor"):
        Hosted(InProcessConnector(InProcessOptions()))


def test_a_connector_that_no_module_has_is_refused() -> None:
    class Local(Habitual):
        pass

    with pytest.raises(Refused, match="module of its own"):
        Hosted(Local(Habits("waiter")))


async def test_a_session_shows_where_a_source_runs() -> None:
    session = Session()
    source: Source = session.attach(habitual("waiter"))
    await eventually(lambda: "MB" in source.runner)
    assert source.runner.startswith("in a process of its own (pid ")
    await session.close()
    assert source.state is SourceState.STOPPED

"""Driver: a source runs where it belongs, and moves without a row missing or twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hosted_sources import Habits, Habitual, Numbering

from app.session import Session
from app.sources import driver
from connectors.registry import open_source
from connectors.source_url import SourceUrlError
from eventscope.connector import Connector, Runner, SourceState
from tests.connectors.conformance import eventually


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    session = Session()
    draining = asyncio.get_running_loop().create_task(drain(session))
    yield session
    draining.cancel()
    await session.close()


async def drain(session: Session) -> None:
    while True:
        session.drain()
        await asyncio.sleep(0.01)


def in_(runner: Runner, connector: Connector) -> Connector:
    type(connector).runner = runner
    return connector


@pytest.fixture(autouse=True)
def as_before() -> AsyncIterator[None]:
    yield
    for kind in (Numbering, Habitual):
        kind.runner = Runner.LOOP


def numbers(session: Session) -> list[int]:
    rows = range(session.store.oldest_seq, session.store.next_seq)
    return [int(value) for (value,) in session.store.cells(rows, ("id",))]


async def test_a_busy_source_with_positions_moves_and_no_row_is_missing_or_twice(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "BUSY_S", 1)
    source = session.attach(in_(Runner.AUTO, Numbering(Habits(batch=50, last=40_000))))
    assert source.runner == "in the window's loop · until it is busy"
    await eventually(lambda: "pid" in source.runner)
    assert source.runner.endswith("it was busy")
    await eventually(lambda: source.state is SourceState.ENDED)
    await eventually(lambda: len(numbers(session)) == source.seen)
    assert numbers(session) == list(range(40_000))


async def test_a_calm_source_stays(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "BUSY_S", 1)
    source = session.attach(in_(Runner.AUTO, Numbering(Habits(batch=1, pause=0.01))))
    await asyncio.sleep(2.5)
    assert source.runner == "in the window's loop · until it is busy"
    assert source.state is SourceState.LIVE


async def test_a_busy_source_without_positions_stays(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "BUSY_S", 1)
    source = session.attach(in_(Runner.AUTO, Habitual(Habits("flooding", last=50_000, batch=20))))
    await eventually(lambda: source.seen == 50_000)
    await asyncio.sleep(1.2)
    assert source.runner == "in the window's loop · until it is busy"


async def test_a_moved_source_goes_on_after_a_stop_where_it_was(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "BUSY_S", 1)
    source = session.attach(in_(Runner.AUTO, Numbering(Habits(batch=50))))
    await eventually(lambda: "pid" in source.runner)
    await session.supervisor.stop(source)
    seen = source.seen
    session.supervisor.start(source)
    await eventually(lambda: source.seen > seen)
    await session.supervisor.stop(source)
    await eventually(lambda: len(numbers(session)) == source.seen)
    assert numbers(session) == list(range(source.seen))


async def test_a_url_says_where_a_source_runs(session: Session) -> None:
    source = session.attach(open_source("demo:orders?run=process&rate=50"))
    await eventually(lambda: "MB" in source.runner)
    assert source.runner.endswith("as asked")
    assert session.attach(open_source("demo:life?run=loop")).runner == "in the window's loop · as asked"
    assert session.attach(open_source("demo:defects?rate=3&run=auto")).runner == "in the window's loop"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("inprocess:?run=process", "inprocess: can only be read in the process of the monitor; leave run=process out"),
        ("file:-?run=process", "file: can only be read in the process of the monitor; leave run=process out"),
        ("demo:?run=thread", "demo: run takes one of auto, loop, process"),
        ("demo:?run=loop&rate=1&run=loop", "demo: run takes one of auto, loop, process"),
    ],
)
def test_a_runner_that_cannot_be_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(SourceUrlError) as refusal:
        open_source(url)
    assert str(refusal.value) == sentence


def test_a_broker_runs_where_it_costs_least() -> None:
    assert open_source("kafka://h/t").runner is Runner.AUTO
    assert open_source("kafka://h/t?run=process").runner is Runner.PROCESS
    assert open_source("amqp://u@h/?exchange=x").runner is Runner.PROCESS
    assert open_source("file:x.jsonl").runner is Runner.LOOP

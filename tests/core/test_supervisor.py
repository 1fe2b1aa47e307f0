"""Supervisor: every source has a state and a reason, and is tried again only when that helps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from app.sources import supervisor as module
from app.sources.intake import Intake
from app.sources.supervisor import Source, Supervisor
from eventscope.connector import (
    Connector,
    ConnectorError,
    Declaration,
    Record,
    Refused,
    Sink,
    SourceState,
)


@dataclass(frozen=True)
class NoOptions:
    pass


class Scripted(Connector):
    """A connector whose run is given: the supervisor is what is tested here."""

    Options = NoOptions
    summary = "for tests"
    safety = "touches nothing"
    label = "scripted"

    def __init__(self, run: Callable[[Sink], Awaitable[None]]) -> None:
        super().__init__(NoOptions())
        self._run = run
        self.runs = 0

    async def run(self, sink: Sink) -> None:
        self.runs += 1
        await self._run(sink)


@pytest.fixture(autouse=True)
def short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_BACKOFF_S", 0.01)


@pytest.fixture
def declared() -> list[tuple[str, Declaration]]:
    return []


@pytest.fixture
async def supervisor(declared: list[tuple[str, Declaration]]):
    made = Supervisor(Intake(), lambda source, d: declared.append((source, d)))
    yield made
    await made.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def forever(sink: Sink) -> None:
    await asyncio.Event().wait()


async def test_a_source_that_ends_is_ended_and_its_rows_stay(supervisor: Supervisor) -> None:
    async def run(sink: Sink) -> None:
        sink.push([Record(type="a")])

    source = supervisor.attach(Scripted(run))
    await until(lambda: source.state is SourceState.ENDED)
    assert source.seen == 1


async def test_pushing_an_empty_batch_changes_nothing(supervisor: Supervisor) -> None:
    async def run(sink: Sink) -> None:
        sink.push([])

    source = supervisor.attach(Scripted(run))
    await until(lambda: source.over)
    assert source.seen == 0


async def test_an_error_is_shown_and_tried_again(supervisor: Supervisor) -> None:
    async def run(sink: Sink) -> None:
        if connector.runs < 3:
            raise ConnectorError("the broker is away")
        sink.state(SourceState.LIVE, "at last")
        await forever(sink)

    connector = Scripted(run)
    source = supervisor.attach(connector)
    await until(lambda: source.state is SourceState.RETRYING)
    assert "the broker is away" in source.detail
    await until(lambda: source.state is SourceState.LIVE)
    assert (connector.runs, source.detail) == (3, "at last")


async def test_a_refusal_is_final(supervisor: Supervisor) -> None:
    async def run(sink: Sink) -> None:
        raise Refused("wrong password")

    connector = Scripted(run)
    source = supervisor.attach(connector)
    await until(lambda: source.state is SourceState.FAILED)
    assert (connector.runs, source.detail) == (1, "wrong password")


async def test_a_bug_in_a_connector_is_an_error_like_any_other(supervisor: Supervisor) -> None:
    async def run(sink: Sink) -> None:
        raise ZeroDivisionError

    source = supervisor.attach(Scripted(run))
    await until(lambda: source.state is SourceState.RETRYING)
    assert "ZeroDivisionError" in source.detail


async def test_without_patience_the_first_error_is_final() -> None:
    async def run(sink: Sink) -> None:
        raise ConnectorError("nobody there")

    impatient = Supervisor(Intake(), lambda *_: None, patient=False)
    source = impatient.attach(Scripted(run))
    await until(lambda: source.over)
    assert (source.state, source.detail) == (SourceState.FAILED, "nobody there")


async def test_a_stopped_source_can_be_started_again(supervisor: Supervisor) -> None:
    connector = Scripted(forever)
    source = supervisor.attach(connector)
    await until(lambda: connector.runs == 1)
    await supervisor.stop(source)
    assert source.state is SourceState.STOPPED
    supervisor.start(source)
    await until(lambda: connector.runs == 2)


async def test_a_removed_source_is_forgotten(supervisor: Supervisor) -> None:
    source = supervisor.attach(Scripted(forever))
    await supervisor.remove(source)
    assert supervisor.sources == []


async def test_two_sources_of_one_label_get_different_ones(supervisor: Supervisor) -> None:
    labels = [supervisor.attach(Scripted(forever)).label for _ in range(3)]
    assert labels == ["scripted", "scripted 2", "scripted 3"]


async def test_losses_and_declarations_are_kept(
    supervisor: Supervisor, declared: list[tuple[str, Declaration]]
) -> None:
    async def run(sink: Sink) -> None:
        sink.lost(7, "the tap's buffer was full")
        sink.declare(Declaration("bus"))

    source: Source = supervisor.attach(Scripted(run))
    await until(lambda: source.over)
    assert source.lost == 7
    assert source.losses[0][1:] == (7, "the tap's buffer was full")
    assert declared == [("scripted", Declaration("bus"))]

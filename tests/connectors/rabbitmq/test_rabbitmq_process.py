"""RabbitMQ in a process of its own: when that is lost, a row says so, unless a stream is read."""

from __future__ import annotations

import os
import signal

import pytest
import rabbitmq_world
from rabbitmq_broker import RabbitNode
from rabbitmq_world import Application, connector, gaps, numbered, supervised, tailing, values

from app.session import Session
from app.sources.hosted import Hosted
from eventscope.connector import Runner
from tests.connectors.conformance import eventually, process_id


@pytest.fixture(autouse=True)
def runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbitmq_world, "runner", Runner.PROCESS)


def kill(made: object) -> None:
    assert isinstance(made, Hosted)
    os.kill(process_id(made), signal.SIGKILL)


async def test_a_killed_process_is_a_gap_and_its_consumers_notice_nothing(
    node: RabbitNode, application: Application, fanout: str
) -> None:
    await application.consume(fanout)
    made = connector(node, f"exchange={fanout}")
    async with supervised(made) as sink:
        await application.send(fanout, [b"before"])
        await eventually(lambda: sink.rows == 1)
        kill(made)
        await eventually(lambda: len(gaps(sink)) == 1)
        await application.send(fanout, [b"after"])
        await eventually(lambda: b"after" in values(sink))
    assert values(sink) == application.bodies == [b"before", b"after"]
    assert "missed an unknown number of events: the connection was lost, blind for" in str(gaps(sink)[0].error)


async def test_a_stop_that_was_asked_for_is_no_gap(node: RabbitNode, application: Application, fanout: str) -> None:
    made = connector(node, f"exchange={fanout}")
    for body in (b"first", b"second"):
        async with tailing(made) as sink:
            await application.send(fanout, [body])
            await eventually(lambda: sink.rows == 1)
        assert values(sink) == [body]


async def test_a_tap_begins_in_a_process(node: RabbitNode, monkeypatch: pytest.MonkeyPatch, fanout: str) -> None:
    monkeypatch.setattr(rabbitmq_world, "runner", Runner.LOOP)
    session = Session()
    source = session.attach(connector(node, f"exchange={fanout}"))
    await eventually(lambda: source.state == "live" and "MB" in source.runner)
    await session.close()
    assert source.state == "stopped"
    assert source.runner == "in a process of its own"


async def test_a_stream_misses_and_repeats_nothing(node: RabbitNode, application: Application, name: str) -> None:
    node.exchange(name, "fanout")
    node.queue(name, **{"x-queue-type": "stream"})
    node.bind(name, name)
    made = connector(node, f"stream={name}&from=first")
    async with supervised(made) as sink:
        await application.send(name, numbered(500))
        await eventually(lambda: sink.rows >= 500)
        kill(made)
        await application.send(name, numbered(500, 500))
        await eventually(lambda: sink.rows >= 1_000)
    assert values(sink) == numbered(1_000)

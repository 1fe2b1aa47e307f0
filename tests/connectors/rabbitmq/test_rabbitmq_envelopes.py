"""All envelopes through a real RabbitMQ: mixed on one exchange, each fills its columns; Celery as it really runs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import aio_pika
import celery_shop
import pytest
from rabbitmq_broker import RabbitNode
from rabbitmq_world import Application, connector, tailing

from eventscope.step import Phase
from tests.connectors.conformance import eventually
from tests.connectors.goldens import GOLDENS
from tests.connectors.test_schema_registry import ORDER, framed, order, registered, schema_server

SUPPORT = Path(celery_shop.__file__).parent
HERE = [golden for golden in GOLDENS if "amqp" in golden.on and golden.name != "batch"]


def wire(value: Any) -> Any:
    """A header as clients send it: text where it is text."""
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return value


async def test_a_mix_of_all_envelopes_fills_every_column(application: Application, fanout: str) -> None:
    async with tailing(connector(application.node, f"exchange={fanout}")) as sink:
        exchange = await application.channel.get_exchange(fanout, ensure=False)
        for golden in HERE:
            headers = {name: wire(value) for name, value in golden.headers if name != "content-type"}
            kind = next((wire(value) for name, value in golden.headers if name == "content-type"), None)
            message = aio_pika.Message(golden.payload, headers=headers, content_type=kind, **golden.properties)
            await exchange.publish(message, "key")
        await eventually(lambda: sink.rows == len(HERE))
    for golden, row in zip(HERE, sink.records, strict=True):
        assert row.payload == golden.payload
        # The client makes up a message id, which is a header that says something.
        here = replace(golden, envelope=golden.envelope or "headers")
        here.check(row, but=("correlation_id",))  # groups of other tests may have joined with it


@contextlib.asynccontextmanager
async def celery_worker(node: RabbitNode) -> AsyncIterator[None]:
    """The shop's worker, in a process of its own."""
    command = ["-m", "celery", "-A", "celery_shop", "worker", "-P", "solo", "-E", "-l", "CRITICAL"]
    environment = {**os.environ, "EVENTSCOPE_TEST_BROKER": node.url, "PYTHONPATH": str(SUPPORT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


@pytest.mark.filterwarnings("ignore")  # those of Celery and its transport are not ours
async def test_a_celery_worker_is_followed_from_task_to_failure(application: Application, node: RabbitNode) -> None:
    """A real app and a real worker: tasks on the exchange `tasks`, events on `celeryev`, several in one message."""
    for exchange in ("celeryev", "tasks"):
        await application.channel.declare_exchange(exchange, "topic", durable=True)
    async with tailing(connector(node, "exchange=celeryev,tasks&bind=%23")) as sink, celery_worker(node):
        with celery_shop.shop.connection_for_write(node.url) as connection:
            send = partial(asyncio.to_thread, celery_shop.ship.apply_async, connection=connection)
            await send(("o-1", False), task_id="t-good")
            await send(("o-2", True), task_id="t-bad", root_id="t-root")

        def seen(phase: Phase) -> list[str | None]:
            return [row.id for row in sink.records if row.phase == phase]

        await eventually(lambda: "t-bad" in seen(Phase.FAILED) and "t-good" in seen(Phase.HANDLED), 40)
    assert {row.type for row in sink.records if row.envelope == "celery"} == {"shop.ship"}
    bad = [row for row in sink.records if row.id == "t-bad"]
    assert {row.correlation_id for row in bad} == {"t-root"}, "only some of its events name the root"
    assert next(row.error for row in bad if row.phase == Phase.FAILED) == "ValueError('no stock')"
    assert {row.envelope for row in sink.records} == {"celery", "celery event"}


async def test_avro_is_read_by_the_schemas_of_a_registry(application: Application, fanout: str) -> None:
    async with (
        schema_server(schemas={"7": registered(ORDER)}) as server,
        tailing(connector(application.node, f"exchange={fanout}&registry={server.url}")) as sink,
    ):
        await application.send(fanout, [framed(7, order()), framed(8, order())])
        await eventually(lambda: sink.rows == 2)
    known, unknown = sink.records
    assert (known.type, known.correlation_id, known.payload) == ("order.created", "c1", framed(7, order()))
    assert "schema 8 unknown" in (unknown.error or "")
    assert unknown.payload == framed(8, order())

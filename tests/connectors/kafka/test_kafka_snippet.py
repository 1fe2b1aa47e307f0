"""The command that is copied from an event: run against a broker, kcat sends the same event again."""

from __future__ import annotations

import asyncio
import subprocess

import pytest
from exported import store_of
from kafka_world import Cluster, connector, tailing
from kcat import kcat_program

from app.detail.detail import detail_of
from app.snippets.kafka import kcat_command
from eventscope.connector import Record
from tests.connectors.conformance import eventually

PAYLOADS = {
    "json": '{"name": "it\'s na\u00efve", "n": 1.50}'.encode(),
    "bytes": bytes(range(256)),
    "lines": b"a\n$b\n`c`\n",
    "empty": b"",
    "nothing": None,
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
async def test_the_copied_command_sends_the_event_again(cluster: Cluster, name: str, payload: bytes | None) -> None:
    kcat_program()
    await cluster.create(name, partitions=3)
    source = connector(cluster.url(name))
    event = Record(
        type="order.created", id="e 1", correlation_id="c1", key="it's $k", payload=payload, channel=f"{name}[2]@17",
        headers='[["type", "order.created"], ["id", "e 1"], ["x-tenant", "a\'b=c"], ["nothing", null], ["empty", ""]]',
    )  # fmt: skip
    command = kcat_command(detail_of(store_of([event]), 1).event, source.options)
    async with tailing(source) as sink:
        await asyncio.to_thread(subprocess.run, ["bash", "-euc", command], check=True, timeout=60)
        await eventually(lambda: sink.rows == 1)
    (row,) = sink.records
    assert (row.payload, row.channel, row.key) == (payload, f"{name}[2]@0", "it's $k")
    assert (row.type, row.id) == ("order.created", "e 1")
    assert (row.headers or "").replace(", ", ",").endswith('["x-tenant","a\'b=c"],["nothing",null],["empty",""]]')

"""The command that is copied from an event: run against a broker, it publishes the same event again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from exported import store_of
from rabbitmq_broker import RabbitNode
from rabbitmq_world import connector, tailing

from app.detail.detail import detail_of
from app.snippets.rabbitmq import rabbitmqadmin_command
from eventscope.connector import Record
from tests.connectors.conformance import eventually

PAYLOADS = {
    "json": '{"name": "it\'s na\u00efve", "n": 1.50}'.encode(),
    "bytes": bytes(range(256)),
    "lines": b"a\n$b\n`c`\n",
}


def fetch_tool(node: RabbitNode, folder: Path) -> None:
    """The tool as the broker itself hands it out, in a folder of its own."""
    with urlopen(f"http://127.0.0.1:{node.management}/cli/rabbitmqadmin", timeout=30) as answer:
        (folder / "tool").write_bytes(answer.read())
    tool = folder / "rabbitmqadmin"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder / "tool"}" "$@"\n')
    tool.chmod(0o755)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
async def test_the_copied_command_publishes_the_event_again(
    node: RabbitNode, name: str, payload: bytes, tmp_path: Path
) -> None:
    node.exchange(name, "topic")
    source = connector(node, f"exchange={name}&bind=%23")
    event = Record(
        type="order.created", id="e 1", correlation_id="c1", payload=payload, channel=f"{name} → order.created",
        headers='[["x-tenant", "a\'b"], ["content_type", "application/json"]]',
    )  # fmt: skip
    command = rabbitmqadmin_command(detail_of(store_of([event]), 1).event, source.options)
    await asyncio.to_thread(fetch_tool, node, tmp_path)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    async with tailing(source) as sink:
        shell = ["bash", "-euc", command]
        await asyncio.to_thread(subprocess.run, shell, env={**os.environ, "PATH": path}, check=True, timeout=60)
        await eventually(lambda: sink.rows == 1)
    (row,) = sink.records
    assert (row.payload, row.channel, row.type) == (payload, event.channel, event.type)
    assert (row.id, row.correlation_id) == (event.id, event.correlation_id)
    assert '["x-tenant","a\'b"]' in (row.headers or "").replace(", ", ",")

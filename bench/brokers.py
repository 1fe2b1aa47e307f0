"""Real brokers for benchmarks: those of the tests. Where one is not installed its figures are left out."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.figure import LeftOut
from bench.kafka_flood import PARTITIONS

SUPPORT: Final = Path(__file__).resolve().parents[1] / "tests" / "support"


@contextlib.contextmanager
def kafka(*topics: str) -> Iterator[Any]:
    """A broker with topics of three partitions; raises LeftOut without Java or Maven."""
    with _started("kafka_broker", "running_broker") as broker:
        asyncio.run(_create(broker.address, topics))
        yield broker


@contextlib.contextmanager
def rabbitmq() -> Iterator[Any]:
    """A node; raises LeftOut where RabbitMQ is not installed."""
    with _started("rabbitmq_broker", "running_node") as node:
        yield node


@contextlib.contextmanager
def _started(module: str, name: str) -> Iterator[Any]:
    """A broker of the tests, whose modules find each other by the path."""
    if str(SUPPORT) not in sys.path:
        sys.path.append(str(SUPPORT))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            broker = stack.enter_context(getattr(importlib.import_module(module), name)(folder))
        except pytest.skip.Exception as missing:
            raise LeftOut(str(missing)) from None
        except pytest.fail.Exception as failed:
            raise RuntimeError(str(failed)) from failed
        yield broker


async def _create(address: str, topics: tuple[str, ...]) -> None:
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in topics])
    finally:
        await admin.close()

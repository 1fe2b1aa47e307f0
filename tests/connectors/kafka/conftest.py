"""One broker for all tests here, and what they do with it: topics, producers, and a connector that tails."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import kafka_world
import pytest
from kafka_broker import KafkaBroker, running_broker
from kafka_world import Cluster
from stopwatch import Stopwatch
from wire_proxy import WireProxy, wire_proxy

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    with running_broker(tmp_path_factory.mktemp("kafka"), guarded=True) as broker:
        yield broker


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """A broker that a test may harm."""
    with running_broker(tmp_path) as broker:
        yield broker


@pytest.fixture
async def cluster(broker: KafkaBroker) -> AsyncIterator[Cluster]:
    async with contextlib.aclosing(Cluster(broker)) as cluster:
        await cluster.start()
        yield cluster


@pytest.fixture
async def own_cluster(own_broker: KafkaBroker) -> AsyncIterator[Cluster]:
    async with contextlib.aclosing(Cluster(own_broker)) as cluster:
        await cluster.start()
        yield cluster


@pytest.fixture
def name() -> str:
    """A topic's name that no other test uses."""
    return f"orders-{next(numbers)}"


@pytest.fixture
async def wire(broker: KafkaBroker) -> AsyncIterator[WireProxy]:
    """The only way to the broker's second listener."""
    async with wire_proxy(("127.0.0.1", broker.inner), broker.wire) as proxy:
        yield proxy


@pytest.fixture
def back(record_property: Callable[[str, object], None]) -> Stopwatch:
    """Measures how long it takes to recover."""
    return Stopwatch(record_property)


@pytest.fixture
def runner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has connectors run where its parameter says."""
    monkeypatch.setattr(kafka_world, "runner", request.param)

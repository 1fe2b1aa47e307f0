"""The connector with a second implementation of the protocol, which is older in places and answers otherwise."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest
from kafka_world import Cluster, KafkaWorld, numbered, tailing, values
from tansu_broker import TansuBroker, running_tansu

from tests.connectors.conformance import DeliveryConformance, World, eventually


@pytest.fixture(scope="module")
def tansu() -> Iterator[TansuBroker]:
    with running_tansu() as broker:
        yield broker


@pytest.fixture
async def mesh(tansu: TansuBroker) -> AsyncIterator[Cluster]:
    async with contextlib.aclosing(Cluster(tansu)) as cluster:
        await cluster.start()
        yield cluster


class TestTansu(DeliveryConformance):
    @pytest.fixture
    async def world(self, mesh: Cluster, name: str) -> World:
        await mesh.create(name)
        return KafkaWorld(mesh, name)


async def test_new_topics_join_and_a_mistyped_one_is_not_created(mesh: Cluster, name: str) -> None:
    await mesh.create(f"{name}.a", partitions=2)
    async with tailing(mesh.url(f"typo-{name}", f"pattern={name}.*")) as sink:
        await mesh.send(f"{name}.a", numbered(0, 500))
        await mesh.create(f"{name}.b")
        await mesh.send(f"{name}.b", numbered(500, 1_000))
        await eventually(lambda: sink.rows >= 1_000)
    assert sorted(map(int, filter(None, values(sink)))) == list(range(1_000))
    assert f"typo-{name}" not in await mesh.admin.list_topics()

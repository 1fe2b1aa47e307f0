"""Browsing Kafka: topics are listed with figures, and nothing at the broker changes."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest
from kafka_world import Cluster, connector, numbered

from eventscope.connector import ConnectorError, Offer


async def looks(url: str, count: int) -> list[dict[str, Offer]]:
    """That many looks at what is on offer, by name."""
    found = []
    async with contextlib.aclosing(connector(url).browse()) as browsing:
        async for offers in browsing:
            found.append({offer.name: offer for offer in offers})
            if len(found) == count:
                break
    return found


async def test_topics_are_listed_with_partitions_records_and_rate(cluster: Cluster, name: str) -> None:
    await cluster.create(name, partitions=3)
    await cluster.send(name, numbered(0, 50))
    browsing = connector(cluster.url("", "pattern=.*")).browse()
    first = {offer.name: offer for offer in await anext(browsing)}
    assert first[name] == Offer(name, "path", "topic", "3 partitions", None, 50)
    await cluster.send(name, numbered(50, 150))
    second = {offer.name: offer for offer in await anext(browsing)}
    assert second[name].count == 150
    assert second[name].rate > 5
    await browsing.aclose()


async def test_nothing_changes_at_the_broker(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    before = await cluster.snapshot()
    await looks(cluster.url("", "pattern=.*"), 2)
    assert await cluster.snapshot() == before


async def test_what_the_cluster_keeps_for_itself_is_marked(cluster: Cluster) -> None:
    await cluster.create("__inner", "outer")
    (offers,) = await looks(cluster.url("", "pattern=.*"), 1)
    assert offers["__inner"].internal
    assert not offers["outer"].internal
    await cluster.delete("__inner")


async def test_a_topic_that_is_made_meanwhile_appears(cluster: Cluster, name: str) -> None:
    browsing = connector(cluster.url("", "pattern=.*")).browse()
    assert name not in {offer.name for offer in await anext(browsing)}
    await cluster.create(name)
    async with asyncio.timeout(20):
        while name not in {offer.name for offer in await anext(browsing)}:
            pass
    await browsing.aclose()


async def test_a_broker_that_is_away_is_a_sentence() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectorError, match=f"127.0.0.1:{closed.getsockname()[1]}"):
            await looks(f"kafka://127.0.0.1:{closed.getsockname()[1]}/?pattern=.*", 1)

"""`browse` for Kafka: all topics of a cluster, with how many records each holds and how many come a second.

Only metadata and the ends of the logs are asked for: no group, nothing read, nothing created.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from connectors.kafka.client import KafkaClient, Unreachable, close_client
from connectors.kafka.metadata import ClusterView, Partition
from connectors.kafka.options import KafkaOptions
from connectors.kafka.positions import EARLIEST, LATEST, offsets_at
from connectors.kafka.probe import explain
from connectors.pace import Pace
from connectors.wording import many
from eventscope.connector import ConnectorError, Offer

__all__ = ["topics_on_offer"]

LOOK_S: Final = 2.0
ANSWER_S: Final = 5.0
MOST_PARTITIONS: Final = 5_000
"""The ends of more logs are not asked for; their topics are listed without figures."""

Ends = Mapping[Partition, int]


async def topics_on_offer(options: KafkaOptions) -> AsyncGenerator[list[Offer], None]:
    """All topics, by name, again and again; raises ConnectorError."""
    client = KafkaClient(options, ANSWER_S)
    try:
        await client.bootstrap(ANSWER_S)
        pace: Pace[str] = Pace()
        while True:
            partitions = _partitions(client.view)
            first = await offsets_at(client, dict.fromkeys(partitions, EARLIEST), 0)
            after = await offsets_at(client, dict.fromkeys(partitions, LATEST), 0)
            yield _offers(client.view, _by_topic(after, first), pace.rates(_by_topic(after, {})))
            await asyncio.sleep(LOOK_S)
            if not await client.force_metadata_update():
                raise ConnectorError("no broker answers any more; is the cluster up?")
    except Unreachable as error:
        raise await explain(options) from error
    finally:
        await close_client(client)


def _partitions(view: ClusterView) -> list[Partition]:
    """Those whose ends are asked for."""
    every = (Partition(topic.name, number) for topic in view.known.values() for number in topic.leaders)
    return [partition for partition, _ in zip(every, range(MOST_PARTITIONS), strict=False)]


def _by_topic(after: Ends, first: Ends) -> Mapping[str, int]:
    """How many records lie between these ends in each topic, at most: some may have been compacted away."""
    held: Counter[str] = Counter()
    for partition, end in after.items():
        held[partition.topic] += end - first.get(partition, 0)
    return held


def _offers(view: ClusterView, held: Mapping[str, int], rates: Mapping[str, float]) -> list[Offer]:
    return [
        Offer(
            name,
            "path",
            "topic",
            many(len(topic.leaders), "partition"),
            rates.get(name),
            held.get(name),
            topic.internal or name.startswith("__"),
        )
        for name, topic in sorted(view.known.items())
    ]

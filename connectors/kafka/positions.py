"""Where we are in each partition. The map belongs to the connector and outlives every connection.

Kafka is never told: there is no group and nothing is committed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka import errors as kafka_errors
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.offset import OffsetRequest

from connectors.kafka.client import KafkaClient
from connectors.kafka.metadata import LEADERLESS, NO_IDENTITY, ClusterView, Partition
from connectors.timestamps import read_time

__all__ = ["EARLIEST", "LATEST", "Positions", "log_ends", "offsets_at"]

LATEST: Final = -1
EARLIEST: Final = -2


class Positions:
    """The offset to read next in each partition. `isolation` 1 means committed records only."""

    def __init__(self, start: str, isolation: int) -> None:
        self.offsets: dict[Partition, int] = {}
        self._start = start
        self._isolation = isolation
        self._rules: dict[Partition, str] = {}
        self._settled = False
        self._identities: dict[str, bytes] = {}
        self._cluster_id: str | None = None

    def told(self) -> dict[str, Any] | None:
        """All of it as plain data; None while nobody has looked where to begin."""
        if not self._settled:
            return None
        return {
            "offsets": [[*partition, offset] for partition, offset in self.offsets.items()],
            "rules": [[*each, rule] for each, rule in self._rules.items() if each not in self.offsets],
            "identities": dict(self._identities),
            "cluster": self._cluster_id,
        }

    def take_over(self, told: Mapping[str, Any]) -> None:
        """Be where others were."""
        self.offsets = {Partition(topic, number): offset for topic, number, offset in told["offsets"]}
        self._rules = {Partition(topic, number): rule for topic, number, rule in told["rules"]}
        self._identities = dict(told["identities"])
        self._cluster_id = told["cluster"]
        self._settled = True

    async def place(self, client: KafkaClient, partitions: Iterable[Partition]) -> None:
        """Find where to begin in those partitions that have no position yet.

        What is there when we first come begins where the user said; what appears later, at its first record. A
        partition whose leader does not answer stays without a position, and is tried the next time.
        """
        groups: dict[str, list[Partition]] = defaultdict(list)
        for partition in partitions:
            rule = self._rules.setdefault(partition, "earliest" if self._settled else self._start)
            if partition not in self.offsets:
                groups[rule].append(partition)
        self._settled = True
        for rule, group in groups.items():
            self.offsets.update(await _begin(client, group, rule, self._isolation))

    def renew(self, view: ClusterView) -> list[Partition]:
        """Forget the positions in logs that are not the same any more; the partitions that this concerns."""
        other_cluster = None not in (self._cluster_id, view.cluster_id) and self._cluster_id != view.cluster_id
        gone = [partition for partition in self.offsets if self._replaced(partition, view, other_cluster)]
        for partition in gone:
            del self.offsets[partition]
            self._rules[partition] = "earliest"
        self._cluster_id = view.cluster_id or self._cluster_id
        self._identities |= {topic.name: topic.identity for topic in view.known.values()}
        return gone

    def _replaced(self, partition: Partition, view: ClusterView, other_cluster: bool) -> bool:
        topic = view.known.get(partition.topic)
        before = self._identities.get(partition.topic, NO_IDENTITY)
        if topic is None or NO_IDENTITY in (before, topic.identity):
            return other_cluster
        return before != topic.identity


async def log_ends(client: KafkaClient, partition: Partition, isolation: int) -> tuple[int, int] | None:
    """The first offset of a log and the one after its last, or None if nobody tells."""
    first = await offsets_at(client, {partition: EARLIEST}, isolation)
    after = await offsets_at(client, {partition: LATEST}, isolation)
    return (first[partition], after[partition]) if first and after else None


async def _begin(client: KafkaClient, group: list[Partition], rule: str, isolation: int) -> dict[Partition, int]:
    """The offset at which a rule begins, for each partition whose leader answers."""
    if rule in ("latest", "earliest"):
        return await offsets_at(client, dict.fromkeys(group, LATEST if rule == "latest" else EARLIEST), isolation)
    after = await offsets_at(client, dict.fromkeys(group, LATEST), isolation)
    if rule.startswith("-"):
        first = await offsets_at(client, dict.fromkeys(after, EARLIEST), isolation)
        return {each: max(offset, after[each] + int(rule)) for each, offset in first.items()}
    since = await offsets_at(client, dict.fromkeys(after, -(-read_time(rule) // 10**6)), isolation)
    return {each: after[each] if offset < 0 else offset for each, offset in since.items()}


async def offsets_at(client: KafkaClient, wanted: Mapping[Partition, int], isolation: int) -> dict[Partition, int]:
    """The offset at each partition's wished time in milliseconds (or LATEST, EARLIEST), where the leader answers."""
    by_leader: dict[int, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for partition, time_ms in wanted.items():
        by_leader[client.view.leader(partition)][partition.topic].append((partition.number, time_ms))
    by_leader.pop(LEADERLESS, None)
    found: dict[Partition, int] = {}
    for leader, topics in by_leader.items():
        found |= await _ask(client, leader, list(topics.items()), isolation)
    return found


async def _ask(
    client: AIOKafkaClient, leader: int, topics: list[tuple[str, list[tuple[int, int]]]], isolation: int
) -> dict[Partition, int]:
    try:
        answer = await client.send(leader, OffsetRequest(-1, isolation, topics))
    except kafka_errors.KafkaError:
        return {}
    return {
        Partition(topic, number): offset
        for topic, partitions in answer.topics
        for number, error, _, offset in partitions
        if not error
    }

"""What discovery and readers share: which partition is read from whom, and from where on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from connectors.kafka.client import KafkaClient
from connectors.kafka.metadata import LEADERLESS, Partition
from connectors.kafka.positions import Positions

__all__ = ["Plan"]


class Plan:
    """The wanted partitions in this run. Discovery goes in rounds: each one looks at the cluster and renews the plan.

    `troubles` has a sentence for each topic that cannot be read. `isolation` 1 means committed records only.
    """

    def __init__(self, client: KafkaClient, positions: Positions, isolation: int) -> None:
        self.client = client
        self.positions = positions
        self.isolation = isolation
        self.troubles: dict[str, str] = {}
        self.wanted: frozenset[Partition] = frozenset()
        self._resting: set[Partition] = set()
        self._round = asyncio.Event()
        self._hurry = asyncio.Event()

    @property
    def offsets(self) -> dict[Partition, int]:
        """The offset to read next in each partition."""
        return self.positions.offsets

    @property
    def settled(self) -> bool:
        """Whether it is known where to read in every partition that has a leader."""
        led = (partition for partition in self.wanted if self.client.view.leader(partition) != LEADERLESS)
        return all(partition in self.offsets for partition in led)

    def due(self, broker: int) -> dict[Partition, int]:
        """What is to be read from a broker now, and from which offset on."""
        view, offsets = self.client.view, self.offsets
        return {
            partition: offsets[partition]
            for partition in self.wanted
            if view.leader(partition) == broker and partition in offsets and partition not in self._resting
        }

    def is_at(self, partition: Partition, offset: int) -> bool:
        """Whether a partition is still wanted from this offset on."""
        return partition in self.wanted and self.offsets.get(partition) == offset

    def rest(self, partition: Partition) -> None:
        """Do not ask for a partition before the next round."""
        self._resting.add(partition)

    def hurry(self) -> None:
        """Begin the next round as soon as the brokers may be asked again."""
        self._hurry.set()

    async def next_round(self, *, hurry: bool = False) -> None:
        """Wait until the cluster has been looked at again."""
        if hurry:
            self.hurry()
        await self._round.wait()

    async def pause(self, seconds: float) -> None:
        """Wait between two rounds, unless somebody is in a hurry."""
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            pass
        self._hurry.clear()

    def renew(self, wanted: Sequence[Partition]) -> None:
        """End a round: these partitions are wanted, and none rests any more."""
        self.wanted = frozenset(wanted)
        self._resting.clear()
        self.troubles = {topic: text for topic, text in self.troubles.items() if topic in {p.topic for p in wanted}}
        self._round.set()
        self._round = asyncio.Event()

    def after_loss(self, first: int, after: int) -> int:
        """Where to go on when the end of a log was lost: behind it, if the log is known to be the same."""
        return after if self.client.view.identifies else first

"""Charting: shows what is known of the cluster anyway, and asks for groups now and then if the user wants that."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final, NoReturn

from aiokafka.errors import IncompatibleBrokerVersion, KafkaError

from connectors.kafka.chart import broker_of, for_the_dead, group_parts, topic_places
from connectors.kafka.client import KafkaClient
from connectors.kafka.groups import Group, ask_groups
from connectors.kafka.metadata import Partition
from connectors.kafka.positions import EARLIEST, LATEST, offsets_at
from eventscope.connector import Chart, Sink

__all__ = ["Charting"]

log = logging.getLogger(__name__)

EVERY_S: Final = 3.0
LEISURE: Final = 20
"""A look is followed by a pause so many times as long: a large cluster is asked less often."""
LONGEST_PAUSE_S: Final = 60.0

MOST_PARTITIONS: Final = 5_000
"""Of so many partitions the ends are asked, at most."""


class Charting:
    """Draws charts of a cluster into a sink, until cancelled. With `groups` the brokers are asked for them."""

    def __init__(self, client: KafkaClient, sink: Sink, read: Callable[[], Collection[str]], *, groups: bool) -> None:
        self._client = client
        self._sink = sink
        self._read = read
        self._groups = groups
        self._why_not = ""

    async def run(self) -> NoReturn:
        """Chart again and again."""
        while True:
            started = time.monotonic()
            if chart := await self._chart():
                self._sink.chart(chart)
            leisure = min(LEISURE * (time.monotonic() - started), LONGEST_PAUSE_S)
            await asyncio.sleep(max(EVERY_S, leisure))

    async def _chart(self) -> Chart | None:
        """The cluster as it stands; None if nobody answers: an old chart says how old it is."""
        groups: list[Group] = []
        note = self._why_not
        try:
            if self._groups:
                groups, note = await ask_groups(self._client)
            return await self._draw(groups, note)
        except (NotImplementedError, IncompatibleBrokerVersion):
            self._groups, self._why_not = False, "this broker tells no groups"
        except (KafkaError, TimeoutError) as error:
            log.info("no chart: %r", error)
        except Exception:
            log.exception("the groups cannot be charted")
            self._groups, self._why_not = False, "what the brokers tell of groups cannot be understood"
        return None

    async def _draw(self, groups: list[Group], note: str) -> Chart:
        view, read = self._client.view, self._read()
        wanted = [partition for group in groups for partition in group.offsets]
        dead = self._dead() if self._groups else []
        ends = await self._offsets([*dead, *wanted], LATEST)
        topics, crowd = topic_places(view, read, ends, await self._offsets(dead, EARLIEST))
        places, links = group_parts(groups, ends)
        notes = " · ".join(filter(None, (note, crowd)))
        return Chart(broker_of(view), (*topics, *places), tuple(links), time.time_ns(), notes)

    def _dead(self) -> list[Partition]:
        """The partitions of topics for records that failed."""
        topics = (topic for topic in self._client.view.known.values() if for_the_dead(topic.name))
        return [Partition(topic.name, number) for topic in topics for number in topic.leaders]

    async def _offsets(self, partitions: list[Partition], when: int) -> Mapping[Partition, int]:
        wanted = dict.fromkeys(partitions[:MOST_PARTITIONS], when)
        return await offsets_at(self._client, wanted, 0) if wanted else {}

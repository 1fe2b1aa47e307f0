"""One connected run over a Kafka cluster: looks at its topics again and again, and has a reader for each broker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Final, NoReturn

from aiokafka.errors import KafkaConnectionError

from connectors.envelopes.decoding import Decoding
from connectors.gap import gap_record
from connectors.kafka.charting import Charting
from connectors.kafka.client import KafkaClient
from connectors.kafka.metadata import LEADERLESS
from connectors.kafka.options import KafkaOptions
from connectors.kafka.plan import Plan
from connectors.kafka.positions import Positions
from connectors.kafka.reader import BrokerReader
from connectors.kafka.topics import Topics
from connectors.kafka.watchdog import Watchdog
from connectors.wording import many
from eventscope.connector import Sink, SourceState

__all__ = ["KafkaTail"]

log = logging.getLogger(__name__)

LOOK_S: Final = 3.0
"""How often the topics are looked at when nothing is wrong."""

TOPICS: Final = "topics"
REPLACED: Final = "the topic was deleted and created again, or the cluster was replaced; reading from its beginning"


class KafkaTail:
    """Reads all wanted partitions until cancelled; raises ConnectorError when the cluster is lost."""

    def __init__(
        self, client: KafkaClient, options: KafkaOptions, positions: Positions, watchdog: Watchdog, sink: Sink
    ) -> None:
        self._client = client
        self._options = options
        self._topics = Topics(options.topics, options.pattern)
        self._plan = Plan(client, positions, options.isolation_level)
        self._watchdog = watchdog
        self._sink = sink
        self._decoding = Decoding("kafka", options.schema_registry)
        self._readers: set[int] = set()
        self._settled = False
        self._shown: tuple[SourceState, str] | None = None

    async def run(self) -> NoReturn:
        """Read until cancelled."""
        self._watchdog.forget()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._look_after(group), name="kafka topics")
                group.create_task(self._watchdog.watch(self._show), name="kafka watchdog")
                group.create_task(self._charting().run(), name="kafka chart")
        except BaseExceptionGroup as errors:
            raise _first(errors) from errors
        raise AssertionError("its tasks never end by themselves")

    async def _look_after(self, group: asyncio.TaskGroup) -> NoReturn:
        """Look at the topics, round after round, and read what is wanted of them."""
        while True:
            await self._renew()
            for broker in {self._client.view.leader(partition) for partition in self._plan.wanted} - {LEADERLESS}:
                if broker not in self._readers:
                    self._readers.add(broker)
                    group.create_task(self._reader(broker).run(), name=f"kafka broker {broker}")
            if not self._plan.settled:
                self._plan.hurry()
            self._settled = self._settled or self._plan.settled
            self._show()
            await self._plan.pause(LOOK_S)
            while not await self._view():
                pass

    async def _renew(self) -> None:
        positions, view = self._plan.positions, self._client.view
        for partition in positions.renew(view):
            log.warning("%s: %s", partition, REPLACED)
            self._sink.push([gap_record(partition.at(0), None, exact=False, reason=REPLACED)])
        wanted = self._topics.partitions(view)
        await positions.place(self._client, wanted)
        self._plan.renew(wanted)

    async def _view(self) -> bool:
        """Have the client look at the cluster; False if no broker answers."""
        try:
            await self._watchdog.ask(TOPICS, self._metadata())
        except KafkaConnectionError:
            return False
        return True

    async def _metadata(self) -> None:
        if not await self._client.force_metadata_update():
            raise KafkaConnectionError("no broker told its topics")

    def _charting(self) -> Charting:
        return Charting(self._client, self._sink, self._read_topics, groups=self._options.groups)

    def _read_topics(self) -> set[str]:
        return {partition.topic for partition in self._plan.wanted}

    def _reader(self, broker: int) -> BrokerReader:
        wait_ms = self._options.fetch_max_wait_ms
        return BrokerReader(broker, self._plan, self._watchdog, self._sink, wait_ms, self._decoding)

    def _show(self) -> None:
        """Say what is read and what is wrong, when that has changed."""
        if not self._settled:
            return
        stalled = " · ".join(self._stalled())
        state = SourceState.RETRYING if stalled else SourceState.LIVE
        shown = (state, stalled or " · ".join(self._told()))
        if shown != self._shown:
            self._shown = shown
            self._sink.state(*shown)

    def _stalled(self) -> Iterator[str]:
        for whom, seconds in self._watchdog.stalled():
            name = f"broker {self._client.view.address(whom)}" if isinstance(whom, int) else "the list of topics"
            yield f"stalled: no answer for {seconds:.0f} s from {name}"

    def _told(self) -> Iterator[str]:
        wanted, view = self._plan.wanted, self._client.view
        yield f"{many(len({p.topic for p in wanted}), 'topic')} · {many(len(wanted), 'partition')}"
        orphans = [partition for partition in wanted if view.leader(partition) == LEADERLESS]
        if orphans:
            yield f"{many(len(orphans), 'partition')} without a leader"
        yield from self._topics.missing(view)
        yield from self._plan.troubles.values()
        if slow := self._watchdog.slowness:
            yield slow


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended a group of tasks."""
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error

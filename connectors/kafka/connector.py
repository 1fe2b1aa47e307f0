"""`kafka://HOST:PORT/TOPIC` tails a Kafka cluster that does not notice: no group, no commits, no topic created."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, ClassVar

from connectors.kafka.browse import topics_on_offer
from connectors.kafka.client import KafkaClient, Unreachable, close_client
from connectors.kafka.logs import calm_logs
from connectors.kafka.options import KafkaOptions
from connectors.kafka.positions import Positions
from connectors.kafka.probe import explain, probe
from connectors.kafka.tail import KafkaTail
from connectors.kafka.topics import Topics
from connectors.kafka.watchdog import Watchdog
from connectors.login import Login
from eventscope.connector import CheckResult, Connector, ConnectorError, Offer, Runner, Sink

__all__ = ["KafkaConnector", "KafkaOptions"]

log = logging.getLogger(__name__)


class KafkaConnector(Connector):
    """Reads topics of one cluster. Where it was in each partition it knows itself, across all its runs."""

    Options: ClassVar = KafkaOptions
    unpicked: ClassVar = {"path": "", "pattern": ".*"}
    summary: ClassVar = "topics of a Kafka cluster"
    runner = Runner.AUTO
    options: KafkaOptions

    def __init__(self, options: KafkaOptions) -> None:
        super().__init__(options)
        self._topics = Topics(options.topics, options.pattern)
        self._positions = Positions(options.start, options.isolation_level)
        self._watchdog = Watchdog()

    @property
    def label(self) -> str:
        """`kafka` and the first topic."""
        return f"kafka {self._topics.title}"

    @property
    def safety(self) -> str:
        """What attaching does, and which records are shown."""
        uncommitted = [] if self.options.isolation_level else ["also uncommitted records"]
        asks = ["asks brokers for groups and their offsets"] if self.options.groups else []
        return " · ".join([self._topics.promise, "no group", "commits nothing", *asks, *uncommitted])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe in the options."""
        return self.options.warnings

    @property
    def login(self) -> Login | None:
        """Who logs in where."""
        return self.options.login

    def position(self) -> Any:
        """The offset in each partition, which says exactly what was read: nothing is missed by going on from it."""
        return self._positions.told()

    def resume(self, position: Any) -> None:
        """Go on from these offsets."""
        self._positions.take_over(position)

    async def run(self, sink: Sink) -> None:
        """Tail until cancelled, from where the last run ended."""
        calm_logs()
        client = KafkaClient(self.options, self._watchdog.patience_s)
        try:
            await client.bootstrap(self._watchdog.connect_s)
            await KafkaTail(client, self.options, self._positions, self._watchdog, sink).run()
        except Unreachable as error:
            self._watchdog.wait_longer()
            raise await explain(self.options) from error
        except ConnectorError as error:
            # Brokers that have never answered us may be out of reach under the addresses that they tell.
            raise error if self._watchdog.heard or self._positions.offsets else await explain(self.options) from error
        finally:
            await close_client(client)

    async def browse(self) -> AsyncGenerator[Sequence[Offer], None]:
        """All topics, with what is in them and what comes."""
        calm_logs()
        async with contextlib.aclosing(topics_on_offer(self.options)) as looks:
            async for offers in looks:
                yield offers

    async def check(self) -> AsyncIterator[CheckResult]:
        """Try the connection step by step."""
        calm_logs()
        async for result in probe(self.options):
            yield result

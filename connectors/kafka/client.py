"""aiokafka's client, made into an observer: it creates no topic and asks for metadata at most once a second.

Only connections, security and the protocol are aiokafka's. What is overridden here is private in aiokafka, which is
therefore pinned to one minor version; tests/connectors/kafka/test_observer.py looks at what goes over the wire.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from typing import Any, Final

from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaError

from connectors.kafka.metadata import AllTopics, ClusterView, view_of
from connectors.kafka.options import KafkaOptions
from connectors.kafka.security import LOGIN_ERRORS, BearerLogin, client_arguments, login_trouble
from connectors.source_url import place_of

__all__ = ["METADATA_FLOOR_S", "KafkaClient", "Unreachable", "close_client", "connect"]

log = logging.getLogger(__name__)

METADATA_FLOOR_S: Final = 1.0
CLOSE_S: Final = 5.0


class Unreachable(Exception):
    """No broker of the list could be talked to; what each said is the cause."""


class KafkaClient(AIOKafkaClient):  # type: ignore[misc]
    """Connections to all brokers of a cluster. `view` is what the last metadata said."""

    def __init__(self, options: KafkaOptions, timeout_s: float) -> None:
        self._watch_options = options
        self._asked_at = -METADATA_FLOOR_S
        self.view = ClusterView()
        super().__init__(
            bootstrap_servers=[f"{host}:{port}" for host, port in options.brokers],
            **client_arguments(options, timeout_s),
        )

    async def bootstrap(self, timeout_s: float) -> None:
        """Learn the cluster from the first broker that answers within a time; raises Unreachable."""
        failure: BaseException | None = None
        for host, port in self._watch_options.brokers:
            try:
                conn = await connect(self._watch_options, host, port, timeout_s)
            except (OSError, KafkaError, TimeoutError, AssertionError) as error:
                log.info("broker %s:%s: %r", host, port, error)
                failure = failure or error
                continue
            try:
                self._learn(await conn.send(AllTopics()))
                break
            except (KafkaError, TimeoutError, NotImplementedError) as error:
                failure = failure or error
            finally:
                await asyncio.wait([conn.close()], timeout=CLOSE_S)
        else:
            raise Unreachable from failure
        self._sync_task = asyncio.get_running_loop().create_task(self._md_synchronizer(), name="kafka metadata")

    async def _metadata_update(self, cluster_metadata: Any, topics: Any) -> bool:
        """Ask one broker for all topics; False if none answers. Waits until a second has passed since the last time."""
        await asyncio.sleep(self._asked_at + METADATA_FLOOR_S - time.monotonic())
        self._asked_at = time.monotonic()
        brokers = [broker.nodeId for broker in self.cluster.brokers()]
        for broker in random.sample(brokers, len(brokers)):
            try:
                conn = await self._get_conn(broker)
                if conn is not None:
                    self._learn(await conn.send(AllTopics()))
                    return True
            except Exception as error:  # aiokafka's task that calls this must outlive whatever a broker sends
                log.info("no metadata from broker %s: %r", broker, error)
        return False

    def _learn(self, answer: Any) -> None:
        self.view = view_of(answer)
        self.cluster.update_metadata(self.view)


async def connect(options: KafkaOptions, host: str, port: int, timeout_s: float) -> AIOKafkaConnection:
    """One connection, logged in; raises OSError, KafkaError, TimeoutError or Refused."""
    arguments = client_arguments(options, timeout_s)
    del arguments["metadata_max_age_ms"], arguments["retry_backoff_ms"]
    conn = _Connection(host, port, max_idle_ms=None, **arguments)
    try:
        await conn.connect()
    except LOGIN_ERRORS as error:
        raise login_trouble(error, place_of(host, port), options) from error
    return conn


class _Connection(AIOKafkaConnection):  # type: ignore[misc]
    """A connection that notices when its bearer token is not accepted."""

    def authenticator_oauth(self) -> BearerLogin:
        return BearerLogin(sasl_oauth_token_provider=self._sasl_oauth_token_provider)


async def close_client(client: AIOKafkaClient) -> None:
    """Close all connections, within a time; what does not close by itself is cut."""
    transports = [conn._writer.transport for conn in client._conns.values() if conn._writer is not None]
    task = asyncio.current_task()
    cancelled = task.cancelling() if task else 0
    try:
        async with asyncio.timeout(CLOSE_S):
            await client.close()
    except TimeoutError:
        log.warning("connections to Kafka did not close in %s s and are cut", CLOSE_S)
    except asyncio.CancelledError:
        # aiokafka lets the cancellation of its own task escape; only one of ours counts.
        if task and task.cancelling() > cancelled:
            raise
    finally:
        for transport in transports:
            transport.abort()

"""aiokafka's client, made into an observer: it creates no topic and asks for metadata at most once a second.

Only connections, security and the protocol are aiokafka's. What is overridden here is private in aiokafka, which is
therefore pinned to one minor version; tests/connectors/kafka/test_wire.py looks at what goes over the wire.
"""

from __future__ import annotations

import asyncio
import getpass
import logging
import platform
import random
import ssl
import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from aiokafka.abc import AbstractTokenProvider
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection, create_conn
from aiokafka.errors import KafkaError

from connectors.kafka_metadata import AllTopics, ClusterView, view_of
from connectors.kafka_options import KafkaOptions, Mechanism, Protocol
from eventscope.connector import Refused

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
            **_arguments(options, timeout_s),
        )
        self._timeout_s = timeout_s

    async def bootstrap(self) -> None:
        """Learn the cluster from the first broker that answers; raises Unreachable."""
        failure: BaseException | None = None
        for host, port in self._watch_options.brokers:
            try:
                conn = await connect(self._watch_options, host, port, self._timeout_s)
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
    arguments = _arguments(options, timeout_s)
    del arguments["metadata_max_age_ms"], arguments["retry_backoff_ms"]
    return await create_conn(host, port, max_idle_ms=None, **arguments)


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


def _arguments(options: KafkaOptions, timeout_s: float) -> dict[str, Any]:
    """What both a client and a single connection take."""
    _demand_login(options)
    encrypted = options.protocol in (Protocol.SSL, Protocol.SASL_SSL)
    token = options.sasl_oauth_token
    return {
        "client_id": client_id(),
        "request_timeout_ms": int(timeout_s * 1_000),
        "metadata_max_age_ms": 300_000,
        "retry_backoff_ms": 500,
        "security_protocol": str(options.protocol),
        "ssl_context": ssl_context(options) if encrypted else None,
        "sasl_mechanism": str(options.sasl_mechanism),
        "sasl_plain_username": options.username or "",
        "sasl_plain_password": options.secret or "",
        "sasl_kerberos_service_name": options.sasl_kerberos_service_name,
        "sasl_kerberos_domain_name": options.sasl_kerberos_domain_name,
        "sasl_oauth_token_provider": _Token(token) if token else None,
    }


def _demand_login(options: KafkaOptions) -> None:
    """Raise Refused if a login is wanted and something for it is missing."""
    mechanism = options.sasl_mechanism
    if options.protocol not in (Protocol.SASL_PLAINTEXT, Protocol.SASL_SSL) or mechanism is Mechanism.GSSAPI:
        return
    if mechanism is Mechanism.OAUTHBEARER:
        if not options.sasl_oauth_token:
            raise Refused("OAUTHBEARER needs a token; give sasl_oauth_token")
    elif not options.username or not options.secret:
        raise Refused(f"{mechanism} needs a user and a password; give sasl_plain_username and sasl_plain_password")


class _Token(AbstractTokenProvider):  # type: ignore[misc]
    """A bearer token that was given."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """The token."""
        return self._token


def client_id() -> str:
    """By this name the broker's operators see us."""
    try:
        number = version("eventscope")
    except PackageNotFoundError:
        number = "dev"
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "unknown"
    return f"eventscope/{number} {user}@{platform.node()}"


def ssl_context(options: KafkaOptions) -> ssl.SSLContext:
    """What we demand of the broker's certificate, and our own; raises Refused that names the file."""
    try:
        context = ssl.create_default_context(cafile=_text(options.ssl_cafile))
        if options.ssl_certfile:
            context.load_cert_chain(
                options.ssl_certfile, options.ssl_keyfile, password=lambda: options.ssl_password or ""
            )
    except (OSError, ValueError) as error:
        files = filter(None, (options.ssl_cafile, options.ssl_certfile, options.ssl_keyfile))
        names = ", ".join(map(str, files))
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise Refused(f"the certificates {names} cannot be used ({reason}); check the files, PEM is wanted") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = options.ssl_check_hostname and options.ssl_verify
    if not options.ssl_verify:
        context.verify_mode = ssl.CERT_NONE
    return context


def _text(path: object) -> str | None:
    return None if path is None else str(path)

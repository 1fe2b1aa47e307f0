"""`check` for Kafka: address, connection, encryption, protocol, login, topics; and what to do where it fails."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any, Final

from aiokafka import errors as kafka_errors
from aiokafka.conn import AIOKafkaConnection

from connectors.kafka.client import connect
from connectors.kafka.metadata import AllTopics, ClusterView, view_of
from connectors.kafka.options import KafkaOptions, Protocol
from connectors.kafka.security import ssl_context
from connectors.kafka.topics import Topics
from connectors.wording import many
from eventscope.connector import CheckResult, ConnectorError, Refused

__all__ = ["explain", "probe"]

PROBE_S: Final = 4.0
LOGIN: Final = "login"

LOGIN_ERRORS: Final = (
    kafka_errors.AuthenticationFailedError,
    kafka_errors.SaslAuthenticationFailed,
    kafka_errors.UnsupportedSaslMechanismError,
    kafka_errors.IllegalSaslStateError,
)


async def explain(options: KafkaOptions) -> ConnectorError:
    """Why no broker could be talked to, as the error to raise. A login is not tried again: accounts get locked."""
    results = [result async for result in probe(options)]
    failed = next((result for result in results if not result.ok), None)
    if failed is None:
        return ConnectorError("the brokers did not answer at first; they do now")
    return (Refused if failed.step == LOGIN else ConnectorError)(failed.detail)


async def probe(options: KafkaOptions) -> AsyncIterator[CheckResult]:
    """Try each step with the first broker that can be reached; ends at the first step that fails."""
    result = CheckResult("options", False, "no broker was named")
    for host, port in options.brokers:
        async for result in _Probe(options, host, port).steps():
            yield result
        if result.ok:
            return


class _Probe:
    """The steps with one broker."""

    def __init__(self, options: KafkaOptions, host: str, port: int) -> None:
        self._options = options
        self._host = host
        self._port = port
        self._place = f"{host}:{port}"

    async def steps(self) -> AsyncIterator[CheckResult]:
        for step, attempt in (("address", self._resolve), ("connection", self._connect), ("encryption", self._encrypt)):
            result = await self._result(step, attempt())
            if result is not None:
                yield result
                if not result.ok:
                    return
        async for result in self._talk():
            yield result

    async def _result(self, step: str, attempt: Any) -> CheckResult | None:
        try:
            async with asyncio.timeout(PROBE_S):
                detail = await attempt
        except Refused as error:
            return CheckResult(step, False, str(error))
        except (OSError, UnicodeError) as error:
            return CheckResult(step, False, self._advice(step, error))
        return CheckResult(step, True, detail) if detail else None

    async def _resolve(self) -> str:
        found = await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        return f"{self._host} is {found[0][4][0]}"

    async def _connect(self) -> str:
        _, writer = await asyncio.open_connection(self._host, self._port)
        writer.transport.abort()
        return f"{self._place} accepts connections"

    async def _encrypt(self) -> str:
        if self._options.protocol not in (Protocol.SSL, Protocol.SASL_SSL):
            return ""
        _, writer = await asyncio.open_connection(self._host, self._port, ssl=ssl_context(self._options))
        version = writer.get_extra_info("ssl_object").version()
        writer.transport.abort()
        return f"{self._place} speaks {version}" + (
            "" if self._options.ssl_verify else ", its certificate is not verified"
        )

    def _advice(self, step: str, error: Exception) -> str:
        if step == "address":
            return f"the host name {self._host} is unknown; check its spelling"
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"the certificate of {self._place} is not accepted ({error.verify_message}); give ssl_cafile=FILE"
        if step == "encryption":
            advice = "check security_protocol and ssl_certfile"
            return f"{self._place} does not speak TLS, or wants a certificate of ours; {advice}"
        if isinstance(error, TimeoutError):
            return f"{self._place} does not answer; check the address and any firewall"
        return f"{self._place} refuses connections; is the broker up, and is this its port?"

    async def _talk(self) -> AsyncIterator[CheckResult]:
        try:
            conn = await connect(self._options, self._host, self._port, PROBE_S)
        except Refused as error:
            yield CheckResult(LOGIN, False, str(error))
        except LOGIN_ERRORS as error:
            yield CheckResult(LOGIN, False, self._login_advice(error))
        except (OSError, kafka_errors.KafkaError, AssertionError) as error:
            yield CheckResult("protocol", False, self._protocol_advice(error))
        else:
            yield CheckResult("protocol", True, f"{self._place} is a Kafka broker")
            if self._options.protocol in (Protocol.SASL_PLAINTEXT, Protocol.SASL_SSL):
                yield CheckResult(LOGIN, True, f"logged in by {self._options.sasl_mechanism}")
            try:
                async for result in self._look(conn):
                    yield result
            finally:
                await asyncio.wait([conn.close()], timeout=PROBE_S)

    async def _look(self, conn: AIOKafkaConnection) -> AsyncIterator[CheckResult]:
        try:
            view = view_of(await conn.send(AllTopics()))
        except (OSError, kafka_errors.KafkaError, NotImplementedError):
            advice = "it may want a login; give security_protocol=SASL_SSL (or SASL_PLAINTEXT) and a user"
            yield CheckResult("protocol", False, f"{self._place} hung up when it was asked for its topics: {advice}")
            return
        result = await self._reach(view)
        yield result
        if result.ok:
            yield self._topics(view)

    async def _reach(self, view: ClusterView) -> CheckResult:
        """Whether the brokers can be reached where they say that they are, which need not be where we came in."""
        for _, host, port, *_ in view.brokers:
            try:
                async with asyncio.timeout(PROBE_S):
                    _, writer = await asyncio.open_connection(host, port)
                writer.transport.abort()
            except (OSError, UnicodeError):
                advice = "correct its advertised.listeners, or make that address known to this machine"
                return CheckResult(
                    "brokers", False, f"{self._place} sends us on to {host}:{port}, out of reach; {advice}"
                )
        return CheckResult("brokers", True, f"{many(len(view.brokers), 'broker')} can be reached")

    def _topics(self, view: ClusterView) -> CheckResult:
        topics = Topics(self._options.topics, self._options.pattern)
        wanted = topics.partitions(view)
        missing = topics.missing(view)
        if missing:
            return CheckResult("topics", False, "; ".join(missing))
        found = f"{many(len({p.topic for p in wanted}), 'topic')}, {many(len(wanted), 'partition')}"
        if not wanted:
            return CheckResult("topics", False, f"none of {many(len(view.known), 'topic')} matches the pattern")
        return CheckResult("topics", True, found)

    def _login_advice(self, error: Exception) -> str:
        if isinstance(error, kafka_errors.UnsupportedSaslMechanismError):
            return f"{self._place} does not offer {self._options.sasl_mechanism}; try another sasl_mechanism"
        if isinstance(error, kafka_errors.IllegalSaslStateError):
            return f"{self._place} wants no login; leave out the user, or check the port"
        return f"{self._place} does not accept this user and password; check both"

    def _protocol_advice(self, error: Exception) -> str:
        if isinstance(error, AssertionError):
            return f"{self._options.sasl_mechanism} needs a library that is not installed; run: pip install gssapi"
        wanted = "it may be another service, or want TLS or a login; check the port and security_protocol"
        return f"{self._place} accepts connections but does not answer as a Kafka broker: {wanted}"

"""`check` for Kafka: name, port, encryption, protocol, login, topics; and what to do where it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from aiokafka import errors as kafka_errors
from aiokafka.conn import AIOKafkaConnection

from connectors.kafka.client import connect
from connectors.kafka.metadata import AllTopics, ClusterView, view_of
from connectors.kafka.options import KafkaOptions
from connectors.kafka.topics import Topics
from connectors.reach import Reach
from connectors.wording import many
from eventscope.connector import CheckResult, ConnectorError, Refused

__all__ = ["explain", "probe"]

PROBE_S: Final = 4.0
LOGIN: Final = "login"


async def explain(options: KafkaOptions) -> ConnectorError:
    """Why no broker could be talked to, as the error to raise."""
    probes = [_Probe(options, host, port) for host, port in options.brokers]
    for each in probes:
        if all([result.ok async for result in each.steps()]):
            return ConnectorError("the brokers did not answer at first; they do now")
    return next(each.error for each in probes if each.error)


async def probe(options: KafkaOptions) -> AsyncIterator[CheckResult]:
    """Try each step with the first broker that can be reached; ends at the first step that fails."""
    result = CheckResult("options", False, "no broker was named")
    for host, port in options.brokers:
        async for result in _Probe(options, host, port).steps():
            yield result
        if result.ok:
            return


class _Probe:
    """The steps with one broker. After one that failed `error` says why."""

    def __init__(self, options: KafkaOptions, host: str, port: int) -> None:
        self.error: ConnectorError | None = None
        self._options = options
        self._host = host
        self._port = port
        self._reach = Reach(host, port, options.tls)
        self._place = self._reach.place

    async def steps(self) -> AsyncIterator[CheckResult]:
        async for result in self._reach.steps():
            yield result
        self.error = self._reach.error
        if self.error is None:
            async for result in self._talk():
                yield result

    def _failed(self, step: str, error: ConnectorError) -> CheckResult:
        self.error = error
        return CheckResult(step, False, str(error))

    async def _talk(self) -> AsyncIterator[CheckResult]:
        try:
            conn = await connect(self._options, self._host, self._port, PROBE_S)
        except Refused as error:
            yield self._failed(LOGIN, error)
        except (OSError, kafka_errors.KafkaError, AssertionError) as error:
            yield self._failed("protocol", self._protocol_trouble(error))
        else:
            yield CheckResult("protocol", True, f"{self._place} is a Kafka broker")
            if self._options.logs_in:
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
            sentence = f"{self._place} hung up when it was asked for its topics: {advice}"
            yield self._failed("protocol", ConnectorError(sentence))
            return
        result = await self._send_on(view)
        yield result
        if result.ok:
            yield self._topics(view)

    async def _send_on(self, view: ClusterView) -> CheckResult:
        """Whether the brokers can be reached where they say that they are, which need not be where we came in."""
        for _, host, port, *_ in view.brokers:
            try:
                async with asyncio.timeout(PROBE_S):
                    _, writer = await asyncio.open_connection(host, port)
                writer.transport.abort()
            except (OSError, UnicodeError):
                advice = "correct its advertised.listeners, or make that address known to this machine"
                sentence = f"{self._place} sends us on to {host}:{port}, out of reach; {advice}"
                return self._failed("brokers", ConnectorError(sentence))
        return CheckResult("brokers", True, f"{many(len(view.brokers), 'broker')} can be reached")

    def _topics(self, view: ClusterView) -> CheckResult:
        topics = Topics(self._options.topics, self._options.pattern)
        wanted = topics.partitions(view)
        missing = topics.missing(view)
        if missing:
            return self._failed("topics", ConnectorError("; ".join(missing)))
        found = f"{many(len({p.topic for p in wanted}), 'topic')}, {many(len(wanted), 'partition')}"
        if not wanted:
            nothing = f"none of {many(len(view.known), 'topic')} matches the pattern"
            return self._failed("topics", ConnectorError(nothing))
        return CheckResult("topics", True, found)

    def _protocol_trouble(self, error: Exception) -> ConnectorError:
        if isinstance(error, AssertionError):
            needs = f"{self._options.sasl_mechanism} needs a library that is not installed"
            return Refused(f"{needs}; run: pip install gssapi")
        wanted = "it may be another service, or want TLS or a login; check the port and security_protocol"
        return ConnectorError(f"{self._place} accepts connections but does not answer as a Kafka broker: {wanted}")

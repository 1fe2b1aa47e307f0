"""Wrong addresses, wrong logins, wrong protocols: each says which step failed and what to do, and no secret."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kafka_broker import PASSWORD, USER, KafkaBroker
from kafka_world import Cluster, connector, numbered, tailing, values
from wire_proxy import WireProxy

from eventscope.connector import CheckResult, ConnectorError, Refused
from tests.connectors.conformance import Collected, eventually

WRONG = "wrong0canary"


async def results(url: str) -> list[CheckResult]:
    return [result async for result in connector(url).check()]


async def refusal(url: str) -> ConnectorError:
    """The error that a run ends with."""
    sink = Collected()
    with pytest.raises(ConnectorError) as error:
        async with asyncio.timeout(40):
            await connector(url).run(sink)
    assert "\n" not in str(error.value)
    assert sink.rows == 0
    return error.value


@pytest.fixture
def closed() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
async def http() -> AsyncIterator[int]:
    """A web server: answers in a way that Kafka's protocol reads as an endless frame."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def test_a_closed_port(closed: int) -> None:
    error = await refusal(f"kafka://127.0.0.1:{closed}/orders")
    assert not isinstance(error, Refused)
    assert str(error) == f"nothing listens on 127.0.0.1:{closed}; check the port and that the broker runs"


async def test_an_unknown_host() -> None:
    error = await refusal("kafka://no-such-host.invalid/orders")
    assert str(error) == "the host name no-such-host.invalid is not known; check its spelling and the DNS"


async def test_another_service(http: int) -> None:
    error = await refusal(f"kafka://127.0.0.1:{http}/orders")
    assert "does not answer as a Kafka broker: it may be another service" in str(error)


async def test_a_silent_port(wire: WireProxy) -> None:
    wire.stall()
    found = await results(f"kafka://127.0.0.1:{wire.port}/orders")
    assert [(result.step, result.ok) for result in found] == [
        ("DNS", True), ("TCP", True), ("protocol", False)
    ]  # fmt: skip
    assert "does not answer as a Kafka broker" in str(await refusal(f"kafka://127.0.0.1:{wire.port}/orders"))


async def test_brokers_that_send_us_to_where_they_are_not(broker: KafkaBroker) -> None:
    error = await refusal(f"kafka://127.0.0.1:{broker.inner}/orders")
    assert str(error).startswith(f"127.0.0.1:{broker.inner} sends us on to 127.0.0.1:{broker.wire}, out of reach")


async def test_the_second_broker_is_tried_when_the_first_is_closed(cluster: Cluster, name: str, closed: int) -> None:
    await cluster.create(name)
    async with tailing(f"kafka://127.0.0.1:{closed},{cluster.broker.address}/{name}") as sink:
        await cluster.send(name, [b"x"])
        await eventually(lambda: sink.rows == 1)


async def test_a_missing_topic_is_named_with_the_closest_one(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    *_, last = await results(cluster.url(f"{name}x"))
    assert not last.ok
    assert last.detail.endswith(f"did you mean {name}?")


async def test_a_pattern_that_nothing_matches(cluster: Cluster) -> None:
    *_, last = await results(cluster.url("", "pattern=no-such-.*"))
    assert (last.step, last.ok) == ("topics", False)


async def test_plain_text_to_a_tls_port(broker: KafkaBroker) -> None:
    assert "want TLS" in str(await refusal(f"kafka://127.0.0.1:{broker.tls}/orders"))


async def test_tls_to_a_plain_text_port(broker: KafkaBroker) -> None:
    error = await refusal(f"kafka://127.0.0.1:{broker.port}/orders?security_protocol=SSL")
    assert "hung up when TLS was begun; check the port" in str(error)


async def test_a_certificate_that_nobody_vouches_for(broker: KafkaBroker) -> None:
    error = await refusal(f"kafka://127.0.0.1:{broker.tls}/orders?security_protocol=SSL")
    assert "is not accepted: " in str(error)
    assert "name the authority that signed it by ssl_cafile=FILE" in str(error)


async def test_certificates_that_are_no_files(broker: KafkaBroker, tmp_path: Path) -> None:
    url = f"kafka://127.0.0.1:{broker.tls}/orders?security_protocol=SSL&ssl_cafile={tmp_path}/none.pem"
    assert isinstance(await refusal(url), Refused)


@pytest.mark.parametrize("trust", ["ssl_cafile={}", "ssl_verify=0"])
async def test_tls_with_trust(cluster: Cluster, name: str, trust: str) -> None:
    await cluster.create(name)
    query = "security_protocol=SSL&" + trust.format(cluster.broker.authority.file)
    made = connector(cluster.url(name, query, port=cluster.broker.tls))
    assert made.warnings == (("certificate not verified",) if trust == "ssl_verify=0" else ())
    assert all([result.ok async for result in made.check()])
    async with tailing(made) as sink:
        await cluster.send(name, numbered(0, 100))
        await eventually(lambda: sink.rows == 100)


def login(broker: KafkaBroker, topic: str, password: str = PASSWORD, mechanism: str = "PLAIN") -> str:
    secure = f"security_protocol=SASL_PLAINTEXT&sasl_mechanism={mechanism}"
    return f"kafka://{USER}:{password}@127.0.0.1:{broker.login}/{topic}?{secure}"


async def test_a_wrong_password_is_refused_at_once_and_is_written_nowhere(
    broker: KafkaBroker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = await refusal(login(broker, "orders", WRONG))
    assert isinstance(error, Refused)
    assert str(error) == f"127.0.0.1:{broker.login} does not accept this user and password; check both"
    found = await results(login(broker, "orders", WRONG))
    made = connector(login(broker, "orders", WRONG))
    told = f"{found}{made.label}{made.safety}{made.options!r}{caplog.text}{caplog.records!r}"
    assert WRONG not in told


async def test_a_login_without_a_password_is_asked_for(broker: KafkaBroker) -> None:
    url = f"kafka://{USER}@127.0.0.1:{broker.login}/orders?security_protocol=SASL_PLAINTEXT"
    error = await refusal(url)
    assert isinstance(error, Refused)
    assert "PLAIN needs a user and a password" in str(error)
    assert (await results(url))[-1] == CheckResult("login", False, str(error))


async def test_no_login_where_one_is_wanted(broker: KafkaBroker) -> None:
    assert "it may want a login" in str(await refusal(f"kafka://127.0.0.1:{broker.login}/orders"))


async def test_a_login_where_none_is_wanted(broker: KafkaBroker) -> None:
    url = f"kafka://{USER}:{WRONG}@{broker.address}/orders?security_protocol=SASL_PLAINTEXT"
    assert str(await refusal(url)).endswith("wants no login; leave out the user, or check the port")


async def test_a_mechanism_that_is_not_offered(broker: KafkaBroker) -> None:
    error = await refusal(login(broker, "orders", mechanism="SCRAM-SHA-512"))
    assert "does not offer SCRAM-SHA-512" in str(error)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
async def test_the_right_to_read_and_describe_is_enough(
    cluster: Cluster, name: str, mechanism: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await cluster.create(name)
    await asyncio.to_thread(cluster.broker.allow_reading, name)
    made = connector(login(cluster.broker, name, mechanism=mechanism))
    assert all([result.ok async for result in made.check()])
    async with tailing(made) as sink:
        await cluster.send(name, numbered(0, 100))
        await eventually(lambda: sink.rows == 100)
    assert values(sink) == numbered(0, 100)
    assert PASSWORD not in caplog.text
    assert made.warnings == ()


async def test_a_topic_that_may_not_be_read_is_said_to_be_missing_or_hidden(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    async with tailing(login(cluster.broker, name)) as sink:
        assert f"waiting for topic {name}, which does not exist or may not be seen" in sink.detail

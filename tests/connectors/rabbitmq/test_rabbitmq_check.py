"""What does not work is said in one sentence, with what to do, and a refused login is not repeated."""

from __future__ import annotations

import asyncio
import logging
import socket
from pathlib import Path

import pytest
from rabbitmq_broker import RabbitNode
from rabbitmq_world import connector, tailing

from connectors.options import read_options
from connectors.rabbitmq.connector import RabbitConnector, RabbitTlsConnector
from connectors.source_url import SourceUrlError
from eventscope.connector import Connector, ConnectorError, Refused
from tests.connectors.conformance import Collected, eventually

CANARY = "hunter2canary"


def opened(url: str, kind: type[RabbitConnector] = RabbitConnector) -> RabbitConnector:
    return kind(read_options(url, kind.Options))


async def failure(source: Connector) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await source.run(Collected())
    assert "\n" not in str(caught.value)
    return caught.value


async def test_a_wrong_password_is_refused_once_and_never_shown(
    node: RabbitNode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = await failure(connector(node, "exchange=amq.topic", login=f"guest:{CANARY}"))
    assert isinstance(error, Refused)
    assert "check user and password" in str(error)
    assert CANARY not in caplog.text + str(error) + repr(error.__cause__)


async def test_a_right_password_is_in_no_log_label_or_repr(
    node: RabbitNode, fanout: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    node.user("canary", CANARY, configure=".*", write=".*", read=".*")
    source = connector(node, f"exchange={fanout}&bind=a", login=f"canary:{CANARY}")
    async with tailing(source) as sink:
        pass
    assert CANARY not in caplog.text + source.label + source.safety + repr(source.options) + sink.detail


async def test_a_wrong_virtual_host_is_refused(node: RabbitNode) -> None:
    error = await failure(opened(f"amqp://guest:guest@127.0.0.1:{node.port}/nowhere?exchange=a"))
    assert isinstance(error, Refused)
    assert "vhost nowhere not found; check the virtual host after the / of the URL" in str(error)


async def test_a_closed_port_says_so() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    error = await failure(opened(f"amqp://127.0.0.1:{port}/?exchange=a"))
    assert str(error) == f"nothing listens on 127.0.0.1:{port}; check the port and that the broker runs"


async def test_an_unknown_host_says_so() -> None:
    error = await failure(opened("amqp://no.such.host.invalid/?exchange=a"))
    assert "the host name no.such.host.invalid is not known" in str(error)


async def test_the_port_of_the_management_says_that_it_is_a_web_server(node: RabbitNode) -> None:
    error = await failure(opened(f"amqp://127.0.0.1:{node.management}/?exchange=a"))
    assert "AMQP" in str(error)
    assert isinstance(error, Refused) or "greeting" in str(error)


async def test_tls_to_a_port_without_it_says_so(node: RabbitNode) -> None:
    error = await failure(opened(f"amqps://127.0.0.1:{node.port}/?exchange=a", RabbitTlsConnector))
    assert "does not speak TLS" in str(error) or "greeting" in str(error)


async def test_a_silent_port_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.rabbitmq.link.CONNECT_S", 0.3)
    over = asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    error = await failure(opened(f"amqp://127.0.0.1:{server.sockets[0].getsockname()[1]}/?exchange=a"))
    assert "does not answer" in str(error)
    over.set()
    server.close()


async def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = await failure(opened(f"amqps://h/?exchange=a&cafile={tmp_path / 'none.pem'}", RabbitTlsConnector))
    assert str(error) == f"cafile {tmp_path / 'none.pem'} cannot be used: No such file or directory; PEM is wanted"


async def test_an_exchange_that_is_not_there_is_named(node: RabbitNode) -> None:
    for query in ("exchange=nowhere", "exchange=nowhere&bind=a&management=0"):
        error = await failure(connector(node, query))
        assert "there is no exchange nowhere in the virtual host /" in str(error)


async def test_a_check_names_each_step(node: RabbitNode, fanout: str) -> None:
    results = [result async for result in connector(node, f"exchange={fanout},nowhere").check()]
    steps = [(result.step, result.ok) for result in results]
    assert steps == [
        *(("DNS", True), ("TCP", True), ("login", True), ("management API", True)),
        *(("queue", True), ("exchange", True), ("exchange", False)),
    ]
    assert fanout in next(result.detail for result in results if result.step == "management API")
    await eventually(lambda: not node.tap_queues())


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "write one of exchange=NAME, firehose=1 and stream=QUEUE"),
        ("exchange=a&firehose=1", "not several"),
        ("stream=a&bind=b", "bind=KEY goes with exchange=NAME"),
        ("stream=a&from=yesterday", "from takes first, last, next or an offset"),
        ("exchange=", "write one of exchange=NAME"),
    ],
)
def test_options_that_do_not_fit_are_refused(query: str, says: str) -> None:
    with pytest.raises(SourceUrlError, match=says):
        opened(f"amqp://host/?{query}")


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("amqp://ann@mq.example:5672/shop?exchange=events", "events on ann@mq.example/shop"),
        ("amqp://mq?firehose=1", "firehose on guest@mq"),
        ("amqp://mq/%2F?stream=log", "log on guest@mq"),
    ],
)
def test_the_label_says_what_and_where(url: str, label: str) -> None:
    assert opened(url).label == label

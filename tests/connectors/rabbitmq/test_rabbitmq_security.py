"""Encryption and logins with a real node: each way in, and each way to be kept out."""

from __future__ import annotations

from pathlib import Path

import pytest
from certificates import Authority
from rabbitmq_broker import RabbitNode
from rabbitmq_world import Application, numbered, tailing, values
from tls_server import tls_server

from connectors.login import LoginRefused
from connectors.rabbitmq.connector import RabbitConnector
from connectors.registry import open_source
from eventscope.connector import Refused
from tests.connectors.conformance import Collected, eventually

CANARY = "hunter2canary"


def opened(source: str) -> RabbitConnector:
    made = open_source(source)
    assert isinstance(made, RabbitConnector)
    return made


def url(node: RabbitNode, exchange: str, *options: str, user: str = "guest:guest@", host: str = "127.0.0.1") -> str:
    query = "&".join((f"exchange={exchange}", f"cafile={node.authority.file}", *options))
    return f"amqps://{user}{host}:{node.tls}/?{query}"


async def refusal(source: str, step: str) -> Refused:
    with pytest.raises(Refused) as refused:
        await opened(source).run(Collected())
    assert "\n" not in str(refused.value)
    last = [result async for result in opened(source).check()][-1]
    assert (last.step, last.ok, last.detail) == (step, False, str(refused.value))
    return refused.value


async def reads(application: Application, exchange: str, made: RabbitConnector) -> None:
    results = [result async for result in made.check()]
    assert all(result.ok for result in results), results
    async with tailing(made) as sink:
        await application.send(exchange, numbered(50))
        await eventually(lambda: sink.rows == 50)
    assert values(sink) == numbered(50)


async def test_an_encrypted_login_and_the_management_api_beside_it(
    node: RabbitNode, application: Application, fanout: str
) -> None:
    made = opened(url(node, fanout))  # without bind= the bindings are read from the API, also by TLS
    await reads(application, fanout, made)
    assert made.warnings == ()
    steps = [result.step async for result in made.check()]
    assert steps[:4] == ["DNS", "TCP", "TLS", "login"]


async def test_a_wrong_password(node: RabbitNode) -> None:
    assert isinstance(await refusal(url(node, "orders", user=f"guest:{CANARY}@"), "login"), LoginRefused)


async def test_no_password(node: RabbitNode) -> None:
    error = await refusal(url(node, "orders", user="ann@"), "login")
    assert str(error) == f"there is no password for ann@127.0.0.1:{node.tls}"


@pytest.mark.parametrize("password", ["", CANARY])
async def test_a_client_certificate_logs_in(
    node: RabbitNode, application: Application, fanout: str, password: str
) -> None:
    node.user("watcher", "unused", configure=".*", write=".*", read=".*")
    ours = node.authority.certificate("watcher", password=password)
    options = "auth=external", f"certfile={ours}", f"keyfile_password={password}", "bind=x"
    made = opened(url(node, fanout, *options, user=""))
    assert made.label == f"{fanout} on 127.0.0.1"
    await reads(application, fanout, made)


async def test_a_client_certificate_of_nobody(node: RabbitNode) -> None:
    ours = node.authority.certificate("nobody")
    error = await refusal(url(node, "orders", "auth=external", f"certfile={ours}"), "login")
    assert not isinstance(error, LoginRefused)
    assert "the broker knows no user of the name in our certificate" in str(error)


async def test_a_client_certificate_of_a_stranger(node: RabbitNode, tmp_path: Path) -> None:
    ours = Authority(tmp_path).certificate("watcher")
    error = await refusal(url(node, "orders", "auth=external", f"certfile={ours}"), "TLS")
    assert "does not accept that certificate" in str(error)


async def test_a_login_by_certificate_without_one(node: RabbitNode) -> None:
    assert "no user of the name in our certificate" in str(await refusal(url(node, "orders", "auth=external"), "login"))


async def test_a_wrong_authority(node: RabbitNode, tmp_path: Path) -> None:
    other = Authority(tmp_path)
    source = f"amqps://127.0.0.1:{node.tls}/?exchange=a&cafile={other.file}"
    assert "name the authority that signed it by cafile=FILE" in str(await refusal(source, "TLS"))


async def test_another_name_in_the_certificate(node: RabbitNode, application: Application, fanout: str) -> None:
    error = await refusal(url(node, fanout, host="localhost"), "TLS")
    assert "write the right one as server_name=NAME" in str(error)
    await reads(application, fanout, opened(url(node, fanout, "server_name=127.0.0.1", host="localhost")))


async def test_an_expired_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with tls_server(authority.certificate("broker", expired=True)) as port:
        error = await refusal(f"amqps://127.0.0.1:{port}/?exchange=a&cafile={authority.file}", "TLS")
    assert "it has expired" in str(error)


async def test_a_broker_that_wants_a_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with tls_server(authority.certificate("broker"), clients=authority.file) as port:
        error = await refusal(f"amqps://127.0.0.1:{port}/?exchange=a&cafile={authority.file}", "TLS")
    assert "wants a certificate of ours; give certfile=FILE" in str(error)


async def test_without_verification_anything_is_accepted_and_that_is_a_warning(
    node: RabbitNode, application: Application, fanout: str
) -> None:
    made = opened(f"amqps://localhost:{node.tls}/?exchange={fanout}&no_verify_ssl=1")
    await reads(application, fanout, made)
    assert made.warnings == ("certificate not verified",)


@pytest.mark.parametrize(
    ("source", "warnings"),
    [
        ("amqp://localhost/?exchange=a", ()),
        ("amqp://127.0.0.2/?exchange=a", ()),
        ("amqp://mq.example/?exchange=a", ("the password travels in the clear",)),
        ("amqps://mq.example/?exchange=a", ()),
        ("amqp://mq.example/?exchange=a&auth=external", ()),
        ("amqps://mq.example/?exchange=a&no_verify_ssl=1", ("certificate not verified",)),
    ],
)
def test_what_is_unsafe_is_a_warning(source: str, warnings: tuple[str, ...]) -> None:
    assert opened(source).warnings == warnings

"""Redis over TLS on a real server: what is read, who logs in as whom, and each way to be kept out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import Authority
from redis.asyncio import Redis
from redis_server import RedisServer, running_redis
from tls_server import tls_server

from app.credentials.environment import from_environment, variable
from connectors import reach
from connectors.login import Login, LoginRefused, login_of
from connectors.redis import link
from connectors.redis.connector import RedisTlsConnector
from connectors.registry import open_source
from connectors.source_url import SourceUrlError
from eventscope.connector import Connector, ConnectorError, Refused
from tests.connectors.conformance import Collected, eventually, run, stopped

CANARY = "hunter2canary"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[RedisServer]:
    """A server with a user `ann`, who may read streams and channels of orders only."""
    with running_redis(tmp_path_factory.mktemp("redis"), authority=authority) as server:
        yield server


@pytest.fixture
async def program(secure: RedisServer):
    client = Redis(port=secure.port, protocol=2)
    await client.acl_setuser(
        "ann", enabled=True, reset=True, passwords=[f"+{CANARY}"], keys=["orders*"], channels=["orders*"],
        commands=["+xread", "+xinfo", "+xlen", "+xrange", "+subscribe", "+psubscribe", "+ping", "+info", "+client"],
    )  # fmt: skip
    yield client
    await client.aclose()


def opened(server: RedisServer, authority: Authority, *options: str, login: str = "", host: str = "127.0.0.1"):
    query = "&".join((f"cafile={authority.file}", *options))
    return open_source(f"rediss://{login}{host}:{server.tls}?{query}")


async def read(connector: Connector, rows: int) -> Collected:
    sink = Collected()
    task = run(connector, sink)
    await eventually(lambda: sink.rows >= rows or task.done())
    await stopped(task)
    if not task.cancelled():
        task.result()
    return sink


async def refusal(connector: Connector, step: str) -> ConnectorError:
    """What a run says, which is also the last line of the check, at `step`."""
    with pytest.raises(ConnectorError) as refused:
        await connector.run(Collected())
    last = [result async for result in connector.check()][-1]
    assert (last.step, last.ok, last.detail) == (step, False, str(refused.value))
    assert "canary" not in str(refused.value)
    return refused.value


async def test_a_stream_and_a_channel_are_read_over_tls(secure, authority, program):
    for n in range(3):
        await program.xadd("orders", {"type": "order.created", "payload": json.dumps({"n": n})})
    connector = opened(secure, authority, "stream=orders", "from=first")
    sink = await read(connector, 3)
    assert [json.loads(record.payload)["n"] for record in sink.records] == [0, 1, 2]
    assert connector.warnings == ()
    results = [result async for result in connector.check()]
    assert [result.step for result in results] == ["DNS", "TCP", "TLS", "login", "stream"]
    assert all(result.ok for result in results)
    assert "not encrypted" not in results[3].detail

    hearing, sink = opened(secure, authority, "channel=orders.*"), Collected()
    task = run(hearing, sink)
    await eventually(lambda: bool(sink.states))
    await program.publish("orders.new", '{"event_type": "order.created"}')
    await eventually(lambda: sink.rows == 1)
    await stopped(task)
    assert sink.records[0].type == "order.created"


async def test_a_user_reads_what_the_list_of_rights_allows_and_nothing_else(secure, authority, program):
    await program.xadd("orders-acl", {"payload": "{}"})
    await program.xadd("salaries", {"payload": "{}"})
    login = f"ann:{CANARY}@"
    allowed = opened(secure, authority, "stream=orders-acl", "from=first", login=login)
    assert (await read(allowed, 1)).rows == 1
    for options in (("stream=salaries", "from=first"), ("channel=salaries",)):
        with pytest.raises(Refused, match=r"does not let ann read that; ask for the right \(ACL\)"):
            await opened(secure, authority, *options, login=login).run(Collected())


async def test_a_wrong_password_is_a_login_that_was_refused(secure, authority, program):
    error = await refusal(opened(secure, authority, "stream=orders", login="ann:wrongcanary@"), "login")
    assert isinstance(error, LoginRefused)
    assert str(error) == f"ann@127.0.0.1:{secure.tls} may not log in with this password; check both"


async def test_the_password_of_a_user_comes_from_the_environment(secure, authority, program):
    await program.xadd("orders-environment", {"payload": "{}"})
    asked = opened(secure, authority, "stream=orders-environment", "from=first", login="ann@")
    assert login_of(asked) == Login("ann", f"127.0.0.1:{secure.tls}", None)
    name = variable("rediss", "password")
    assert name == variable("redis", "password") == "EVENTSCOPE_REDIS_PASSWORD"
    given = from_environment(asked, {name: CANARY})
    assert isinstance(given, RedisTlsConnector)
    assert (await read(given, 1)).rows == 1


async def test_a_wrong_authority(secure, tmp_path):
    other = Authority(tmp_path)
    error = await refusal(opened(secure, other, "stream=orders"), "TLS")
    assert isinstance(error, Refused)
    assert "name the authority that signed it by cafile=FILE" in str(error)


async def test_another_name_in_the_certificate(secure, authority, program):
    error = await refusal(opened(secure, authority, "stream=orders", host="localhost"), "TLS")
    assert "write the right one as server_name=NAME" in str(error)
    await program.xadd("orders-name", {"payload": "{}"})
    options = "stream=orders-name", "from=first", "server_name=127.0.0.1"
    assert (await read(opened(secure, authority, *options, host="localhost"), 1)).rows == 1


async def test_what_is_not_verified_is_said_for_as_long_as_it_is_so(secure, tmp_path, program):
    await program.xadd("orders-unverified", {"payload": "{}"})
    options = "stream=orders-unverified", "from=first", "no_verify_ssl=1"
    careless = opened(secure, Authority(tmp_path), *options)
    assert careless.warnings == ("certificate not verified",)
    assert (await read(careless, 1)).rows == 1


async def test_a_server_that_wants_a_certificate_of_ours(tmp_path, authority):
    with running_redis(tmp_path, authority=authority, clients="yes") as server:
        error = await refusal(opened(server, authority, "stream=orders"), "TLS")
        assert "certfile" in str(error)
        ours = authority.certificate("watcher", password=CANARY)
        wrong = opened(server, authority, "stream=orders", f"certfile={ours}", "keyfile_password=wrongcanary")
        assert "has a wrong password; give keyfile_password" in str(await refusal(wrong, "TLS"))
        async with Redis(port=server.port, protocol=2) as program:
            await program.xadd("orders", {"payload": "{}"})
        options = "stream=orders", "from=first", f"certfile={ours}", f"keyfile_password={CANARY}"
        assert (await read(opened(server, authority, *options), 1)).rows == 1


async def test_an_expired_certificate(tmp_path: Path):
    authority = Authority(tmp_path)
    with tls_server(authority.certificate("redis", expired=True)) as port:
        connector = open_source(f"rediss://127.0.0.1:{port}?stream=a&cafile={authority.file}")
        assert "it has expired" in str(await refusal(connector, "TLS"))


async def test_a_port_that_does_not_speak_tls(secure, authority, monkeypatch):
    monkeypatch.setattr(link, "CONNECT_S", 0.5)  # it waits for the rest of what it takes for a command
    monkeypatch.setattr(reach, "STEP_S", 0.5)
    connector = open_source(f"rediss://127.0.0.1:{secure.port}?stream=a&cafile={authority.file}")
    assert "does not answer in TLS; check the port" in str(await refusal(connector, "TLS"))


async def test_a_port_that_speaks_tls_only(secure):
    connector = open_source(f"redis://127.0.0.1:{secure.tls}?stream=a")
    with pytest.raises(ConnectorError, match="check that it is Redis and still runs"):
        await connector.run(Collected())


def test_options_of_tls_are_none_without_it():
    with pytest.raises(SourceUrlError, match="cafile"):
        open_source("redis://127.0.0.1?stream=a&cafile=x.pem")


def test_a_password_is_sent_to_another_machine_without_a_warning_only_over_tls():
    plain, secure = (open_source(f"{scheme}://ann:x@redis.example?stream=a") for scheme in ("redis", "rediss"))
    assert plain.warnings == ("the password travels in the clear",)
    assert secure.warnings == ()

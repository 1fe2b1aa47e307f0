"""Redis: what is read from where, what is missed and said so, and what the words are when it does not work."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis_server import RedisServer, running_redis, source

from connectors.gap import GAP_TYPE
from connectors.login import LoginRefused
from connectors.options import read_options
from connectors.redis.connector import RedisConnector
from connectors.redis.reading import before
from connectors.source_url import SourceUrlError
from eventscope.connector import ConnectorError, Refused
from tests.connectors.conformance import Collected, eventually, run, stopped


def numbers(sink):
    return [json.loads(record.payload)["n"] for record in sink.records if record.type != GAP_TYPE]


def gaps(sink):
    return [record.error for record in sink.records if record.type == GAP_TYPE]


async def add(program, name, *values):
    for n in values:
        await program.xadd(name, {"type": "tick", "payload": json.dumps({"n": n})})


@contextlib.asynccontextmanager
async def tailing(connector, sink=None):
    sink = sink or Collected()
    before = len(sink.states)
    task = run(connector, sink)
    try:
        await eventually(lambda: len(sink.states) > before or task.done())
        if task.done():
            task.result()
        yield sink
    finally:
        await stopped(task)


async def killed_under(task, server):
    """Kill the server, and raise what a run makes of it."""
    server.kill()
    async with asyncio.timeout(20):
        await task


# Channels


async def test_patterns_and_names_are_heard_side_by_side(server, program, name):
    async with tailing(source(server, f"channel={name}.*,other-{name}")) as sink:
        for channel in (f"{name}.a", f"{name}.b", f"other-{name}", "elsewhere"):
            await program.publish(channel, '{"n": 1}')
        await eventually(lambda: sink.rows == 3)
        assert [record.channel for record in sink.records] == [f"{name}.a", f"{name}.b", f"other-{name}"]
        assert [record.type for record in sink.records] == [record.channel for record in sink.records]


async def test_the_envelope_of_the_document_fills_the_columns(server, program, name):
    data = {"defect_id": 42, "old_status": "В работе", "new_status": "Решена", "changed_by": 7}
    envelope = {
        **{"event_id": "a1b2", "event_type": "defect.status_changed", "data": data, "user_id": 7},
        "timestamp": "2025-12-01T14:30:00.000000",
    }
    async with tailing(source(server, f"channel={name}")) as sink:
        await program.publish(name, json.dumps(envelope, ensure_ascii=False))
        await eventually(lambda: sink.rows == 1)
    (record,) = sink.records
    assert (record.id, record.type) == ("a1b2", "defect.status_changed")
    assert record.occurred_at == 1_764_599_400 * 10**9
    assert "Решена".encode() in record.payload


async def test_after_a_lost_connection_it_says_that_it_was_deaf(tmp_path: Path):
    with running_redis(tmp_path) as server:
        connector, sink = source(server, "channel=events"), Collected()
        task = run(connector, sink)
        await eventually(lambda: bool(sink.states))
        with pytest.raises(ConnectorError, match=r"the connection to 127.0.0.1:\d+ was lost"):
            await killed_under(task, server)
        with pytest.raises(ConnectorError, match=r"nothing listens on 127\.0\.0\.1"):
            await connector.run(sink)
        server.start()
        async with tailing(connector, sink):
            assert len(gaps(sink)) == 1
            assert gaps(sink)[0].startswith("missed an unknown number of events: the connection was lost, deaf for")


async def test_a_stop_that_was_asked_for_is_no_gap(server, program, name):
    connector, sink = source(server, f"channel={name}"), Collected()
    for _ in range(2):
        async with tailing(connector, sink):
            pass
    assert gaps(sink) == []


# Streams


@pytest.mark.parametrize(("start", "expected"), [("first", [1, 2, 3]), ("next", [3]), ("5-2", [2, 3]), ("6", [3])])
async def test_a_stream_is_read_from_where_the_url_says(server, program, name, start, expected):
    for n, id_ in ((1, "5-1"), (2, "5-2")):
        await program.xadd(name, {"payload": json.dumps({"n": n})}, id_)
    async with tailing(source(server, f"stream={name}&from={start}")) as sink:
        await asyncio.sleep(0)
        await program.xadd(name, {"payload": json.dumps({"n": 3})}, "7-1")
        await eventually(lambda: len(numbers(sink)) == len(expected))
        assert numbers(sink) == expected
        assert sink.records[-1].channel == f"{name}@7-1"
        assert sink.records[-1].occurred_at == 7_000_000


async def test_another_connector_goes_on_exactly_where_one_has_stopped(server, program, name):
    await add(program, name, *range(5))
    first, second, sink = source(server, f"stream={name}&from=first"), source(server, f"stream={name}"), Collected()
    async with tailing(first, sink):
        await eventually(lambda: sink.rows == 5)
    await add(program, name, 5, 6)
    second.resume(json.loads(json.dumps(first.position())))
    async with tailing(second, sink):
        await eventually(lambda: sink.rows == 7)
    assert numbers(sink) == list(range(7))
    assert gaps(sink) == []


async def test_nothing_is_missed_when_the_server_was_killed(tmp_path: Path):
    with running_redis(tmp_path) as server:
        connector, sink = source(server, "stream=orders&from=first"), Collected()
        async with contextlib.aclosing(Redis(port=server.port, protocol=2)) as program:
            await add(program, "orders", 0, 1)
            task = run(connector, sink)
            await eventually(lambda: sink.rows == 2)
            with pytest.raises(ConnectorError, match="was lost"):
                await killed_under(task, server)
        server.start()
        async with contextlib.aclosing(Redis(port=server.port, protocol=2)) as program:
            await add(program, "orders", 2)
            async with tailing(connector, sink):
                await eventually(lambda: sink.rows == 3)
    assert numbers(sink) == [0, 1, 2]
    assert gaps(sink) == []


@pytest.mark.parametrize(
    ("trim", "expected", "gap"),
    [
        (lambda program, name: program.xtrim(name, maxlen=1, approximate=False), [0, 1, 4], "trimmed"),
        (lambda program, name: program.xtrim(name, maxlen=4, approximate=False), [0, 1, 2, 3, 4], None),
    ],
)
async def test_what_was_trimmed_before_it_was_read_is_a_gap(server, program, name, trim, expected, gap):
    await add(program, name, 0, 1)
    connector, sink = source(server, f"stream={name}&from=first"), Collected()
    async with tailing(connector, sink):
        await eventually(lambda: sink.rows == 2)
    await add(program, name, 2, 3, 4)
    await trim(program, name)
    async with tailing(connector, sink):
        await eventually(lambda: len(numbers(sink)) == len(expected))
    assert numbers(sink) == expected
    assert [gap in error for error in gaps(sink)] == ([True] if gap else [])


async def test_a_stream_that_was_deleted_and_begun_anew_is_read_from_its_beginning(server, program, name):
    await program.xadd(name, {"payload": '{"n": 0}'}, "99999999999999-0")
    connector, sink = source(server, f"stream={name}&from=first"), Collected()
    async with tailing(connector, sink):
        await eventually(lambda: sink.rows == 1)
    await program.delete(name)
    await add(program, name, 1)
    async with tailing(connector, sink):
        await eventually(lambda: numbers(sink) == [0, 1])
    assert ["deleted" in error for error in gaps(sink)] == [True]


async def test_a_stream_without_a_payload_field_shows_all_its_fields(server, program, name):
    async with tailing(source(server, f"stream={name}")) as sink:
        await program.xadd(name, {"order": "7", "город": "Москва", "raw": b"\xff"})
        await eventually(lambda: sink.rows == 1)
    (record,) = sink.records
    assert json.loads(record.payload) == {"order": "7", "город": "Москва", "raw": "\\xff"}


async def test_reading_changes_nothing_at_the_server(server, program, name):
    await add(program, name, 1, 2)
    before = await program.xinfo_stream(name, full=True), await program.dbsize()
    async with tailing(source(server, f"stream={name}&from=first")) as sink:
        await eventually(lambda: sink.rows == 2)
    assert (await program.xinfo_stream(name, full=True), await program.dbsize()) == before


@pytest.mark.parametrize(
    ("id_", "expected"), [("5-2", "5-1"), ("5", f"4-{2**64 - 1}"), ("5-0", f"4-{2**64 - 1}"), ("0-0", "0-0")]
)
def test_the_id_before_another(id_, expected):
    assert before(id_) == expected


# Words


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "write one of channel=NAME and stream=NAME"),
        ("channel=a&stream=b", "not both"),
        ("stream=a&from=yesterday", "from takes first, next or the id of an entry"),
    ],
)
def test_wrong_options_are_refused_in_one_sentence(query, says):
    with pytest.raises(SourceUrlError, match=says):
        read_options(f"redis://127.0.0.1?{query}", RedisConnector.Options)


@pytest.mark.parametrize(("place", "says"), [("localhost:99999", "the port is"), ("localhost/shop", "is a number")])
def test_a_wrong_place_is_refused_in_one_sentence(place, says):
    with pytest.raises(SourceUrlError, match=says):
        read_options(f"redis://{place}?channel=a", RedisConnector.Options)


async def test_a_key_of_another_type_is_refused(server, program, name):
    await program.set(name, "a text")
    with pytest.raises(Refused, match="refused: WRONGTYPE"):
        await source(server, f"stream={name}").run(Collected())


async def test_logins(tmp_path: Path):
    with running_redis(tmp_path, "hunter2canary") as server:
        with pytest.raises(LoginRefused, match="wants a password; write redis://USER:PASSWORD@HOST:PORT"):
            await source(server, "channel=a").run(Collected())
        wrong = source(server, "channel=a", login=":wrongcanary@")
        with pytest.raises(LoginRefused, match="may not log in with this password") as refusal:
            await wrong.run(Collected())
        assert "canary" not in str(refusal.value)
        right = source(server, "channel=a", login=":hunter2canary@")
        async with tailing(right) as sink:
            assert sink.detail == "hears 1 channel"
        assert [result.ok async for result in right.check()] == [True] * 4


async def test_it_offers_what_is_there(server: RedisServer, program: Redis, name: str):
    await add(program, name, 1, 2)
    options = "&".join(f"{key}={text}" for key, text in RedisConnector.unpicked.items() if text)
    async with (
        tailing(source(server, f"channel=heard-{name}")),
        contextlib.aclosing(source(server, options).browse()) as looks,
    ):
        offers = {offer.name: offer for offer in await anext(looks)}
    assert (offers[name].option, offers[name].count) == ("stream", 2)
    assert offers[f"heard-{name}"].option == "channel"

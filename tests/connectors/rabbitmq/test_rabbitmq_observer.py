"""A tap changes nothing: not for publishers, not for consumers, and not in what is declared."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rabbitmq_broker import RabbitNode
from rabbitmq_world import Application, connector, numbered, tailing, values
from taps import end, start_python
from wire_proxy import WireProxy

from connectors.source_url import SourceUrlError
from eventscope.connector import ConnectorError, Refused
from tests.connectors.conformance import Collected, eventually, run, stopped

WATCHER = """
import asyncio, sys
from connectors.options import read_options
from connectors.rabbitmq.connector import RabbitConnector
from tests.connectors.conformance import Collected
class Told(Collected):
    def push(self, batch): pass
    def state(self, state, detail=""): print(state, detail, flush=True)
asyncio.run(RabbitConnector(read_options(sys.argv[1], RabbitConnector.Options)).run(Told()))
"""

FOREIGN_METHODS = {"exchange.declare": (40, 10), "queue.declare": (50, 10)}

ALLOWED = {
    *((10, number) for number in (11, 31, 40, 50, 51)),  # connection: start-ok, tune-ok, open, close, close-ok
    *((20, number) for number in (10, 40, 41)),  # channel: open, close, close-ok
    *((50, number) for number in (10, 20, 50)),  # queue: declare, bind, unbind
    *((60, number) for number in (10, 20, 80)),  # basic: qos, consume, ack
}


@pytest.mark.parametrize(
    ("kind", "key", "arguments"),
    [
        ("fanout", "", {}),
        ("topic", "order.#", {}),
        ("direct", "order.created", {}),
        ("headers", "", {"x-match": "any", "shop": "north"}),
    ],
)
async def test_consumers_get_every_message_as_without_us(
    node: RabbitNode, application: Application, name: str, kind: str, key: str, arguments: dict[str, Any]
) -> None:
    node.exchange(name, kind)
    node.queue(name)
    node.bind(name, name, key, **arguments)
    before = node.definitions()
    await application.consume(name)
    async with tailing(connector(node, f"exchange={name}")) as sink:
        during = node.definitions()
        await application.send(name, numbered(500), "order.created", headers={"shop": "north"})
        await eventually(lambda: sink.rows >= 500 and len(application.received) >= 500)
        assert sink.detail == "1 binding on 1 exchange"
    assert sorted(application.bodies) == sorted(numbered(500))
    assert not any(redelivered for _, redelivered in application.received)
    assert sorted(body for body in values(sink) if body) == sorted(numbered(500))
    assert before == during == node.definitions()
    await eventually(lambda: not node.tap_queues())


async def test_the_queue_of_the_tap_is_bounded_and_belongs_to_us_alone(node: RabbitNode, fanout: str) -> None:
    async with tailing(connector(node, f"exchange={fanout}")):
        (queue,) = node.tap_queues()
        await eventually(lambda: any(name.startswith("eventscope ") and "@" in name for name in node.connections()))
    assert (queue["durable"], queue["auto_delete"], queue["exclusive"]) == (False, True, True)
    assert queue["arguments"] == {
        "x-dead-letter-exchange": "evscope.none",
        "x-max-length": 2_000,
        "x-max-length-bytes": 16 * 2**20,
        "x-overflow": "drop-head",
    }


async def test_a_type_that_deals_messages_out_is_refused(node: RabbitNode, name: str) -> None:
    node.exchange(name, "x-consistent-hash")
    node.queue(name)
    node.bind(name, name, "1")
    for query in (f"exchange={name}", f"exchange={name}&bind=1"):
        with pytest.raises(Refused, match="of type x-consistent-hash and deals its messages out"):
            await connector(node, query).run(Collected())
    assert len(node.api("GET", f"/api/exchanges/%2F/{name}/bindings/source")) == 1


@pytest.mark.parametrize("given", ["amq.default", "events,amq.default"])
def test_the_default_exchange_is_refused_with_advice(node: RabbitNode, given: str) -> None:
    with pytest.raises(SourceUrlError, match="firehose=1"):
        connector(node, f"exchange={given}")


async def test_an_exchange_that_would_die_with_our_binding_is_left_alone(node: RabbitNode, name: str) -> None:
    node.exchange(name, "topic", auto_delete=True)
    with pytest.raises(ConnectorError, match="is deleted when its last binding goes"):
        await connector(node, f"exchange={name}&bind=%23").run(Collected())
    async with tailing(connector(node, f"exchange={name}")) as sink:
        assert "nothing to copy yet" in sink.detail
    assert node.try_get(f"/api/exchanges/%2F/{name}")


async def test_mirrored_bindings_keep_returns_and_the_alternate_exchange(
    node: RabbitNode, application: Application, name: str
) -> None:
    node.exchange(f"{name}.unrouted", "fanout")
    node.queue(f"{name}.unrouted")
    node.bind(f"{name}.unrouted", f"{name}.unrouted")
    node.exchange(name, "topic", arguments={"alternate-exchange": f"{name}.unrouted"})
    node.exchange(f"{name}.plain", "topic")
    node.queue(name)
    for exchange in (name, f"{name}.plain"):
        node.bind(exchange, name, "order.*")
    await application.consume(f"{name}.unrouted")
    async with tailing(connector(node, f"exchange={name},{name}.plain")) as sink:
        await application.send(name, numbered(20), "nobody.wants")
        await application.send(f"{name}.plain", numbered(20), "nobody.wants", mandatory=True)
        await application.send(name, [b"last"], "order.new")
        await eventually(lambda: sink.rows >= 1 and len(application.received) >= 20)
    assert sorted(application.bodies) == sorted(numbered(20))
    assert sorted(body for body in application.returned if body) == sorted(numbered(20))
    assert values(sink) == [b"last"]


async def test_keys_that_nobody_else_has_say_what_they_change(
    node: RabbitNode, application: Application, name: str
) -> None:
    node.exchange(name, "topic")
    source = connector(node, f"exchange={name}&bind=%23")
    assert "not returned to publishers" in source.safety
    async with tailing(source) as sink:
        assert "bound by #, what only this key matches is no longer returned" in sink.detail
        await application.send(name, numbered(20), "nobody.wants", mandatory=True)
        await eventually(lambda: sink.rows >= 20)
    assert application.returned == []


async def test_a_policy_that_dead_letters_everything_gets_none_of_our_copies(
    node: RabbitNode, application: Application, fanout: str
) -> None:
    node.exchange(f"{fanout}.dead", "fanout")
    node.queue(f"{fanout}.dead")
    node.bind(f"{fanout}.dead", f"{fanout}.dead")
    node.api(
        "PUT", "/api/policies/%2F/all", {"pattern": ".*", "definition": {"dead-letter-exchange": f"{fanout}.dead"}}
    )
    try:
        with stopped_watcher(node, f"exchange={fanout}"):
            await application.send(fanout, numbered(3_000))
            await eventually(lambda: node.api("GET", f"/api/queues/%2F/{fanout}").get("messages") == 3_000)
        assert node.api("GET", f"/api/queues/%2F/{fanout}.dead").get("messages", 0) == 0
    finally:
        node.api("DELETE", "/api/policies/%2F/all")


async def test_a_stopped_monitor_costs_a_bounded_backlog_and_no_confirm(
    node: RabbitNode, application: Application, fanout: str
) -> None:
    with stopped_watcher(node, f"exchange={fanout}"):
        # A refused confirm would raise here.
        await application.send(fanout, [bytes(10_000)] * 4_000)
        seen: list[tuple[int, int]] = []  # the broker gives its figures now and then

        def counted() -> bool:
            (queue,) = node.tap_queues()
            seen.append((queue.get("messages_ready", 0), queue.get("message_bytes_ready", 0)))
            return all(seen[-1])

        await eventually(counted)
        assert seen[-1][0] <= 2_000
        assert seen[-1][1] <= 16 * 2**20
    await eventually(lambda: not node.tap_queues())


def declared(sent: Mapping[int, bytes | bytearray]) -> list[bytes]:
    """What was said in the methods that name something which may be another's."""
    asked = [method for stream in sent.values() for method in methods(bytes(stream))]
    return [body for *method, body in asked if tuple(method) in FOREIGN_METHODS.values()]


async def test_only_what_an_observer_needs_is_ever_asked_on_the_wire(
    node: RabbitNode, application: Application, fanout: str, wire: WireProxy
) -> None:
    sent: dict[int, bytearray] = {}
    wire.heard = lambda number, data: sent.setdefault(number, bytearray()).extend(data)
    async with tailing(connector(node, f"exchange={fanout}", port=wire.port)) as sink:
        await application.send(fanout, numbered(300))
        await eventually(lambda: sink.rows >= 300)
        await eventually(lambda: len(declared(sent)) >= 3)  # two probes
    asked = [method for stream in sent.values() for method in methods(bytes(stream))]
    assert {method[:2] for method in asked} <= ALLOWED
    assert all(body[3:].startswith(b"evscope.") for body in declared(sent))


async def test_a_user_who_may_only_read_the_exchange_suffices(
    node: RabbitNode, application: Application, name: str
) -> None:
    node.exchange(name, "topic")
    ours = "^evscope\\..*"
    node.user("watcher", "only-looks", configure=ours, write=ours, read=f"^({name}|evscope\\..*)$")
    login = "watcher:only-looks"
    async with tailing(connector(node, f"exchange={name}&bind=order.*", login=login)) as sink:
        assert "unchecked" in sink.detail
        await application.send(name, numbered(10), "order.new")
        await eventually(lambda: sink.rows >= 10)
    with pytest.raises(ConnectorError, match="or the keys to bind as bind=KEY"):
        await connector(node, f"exchange={name}", login=login).run(Collected())
    with pytest.raises(Refused, match="may not read the exchange amq"):
        await connector(node, "exchange=amq.topic&bind=a", login=login).run(Collected())


async def test_bindings_that_come_and_go_are_followed(node: RabbitNode, application: Application, name: str) -> None:
    node.exchange(name, "topic")
    node.queue(name)
    async with tailing(connector(node, f"exchange={name}")) as sink:
        assert sink.detail.startswith("0 bindings")
        node.bind(name, name, "order.*")
        await eventually(lambda: sink.detail.startswith("1 binding"))
        await application.send(name, [b"seen"], "order.new")
        await eventually(lambda: sink.rows == 1)
        node.api("DELETE", f"/api/queues/%2F/{name}")
        await eventually(lambda: sink.detail.startswith("0 bindings"))
        await application.send(name, [b"returned"], "order.new", mandatory=True)
        assert application.returned == [b"returned"]


async def test_quitting_in_each_state_leaves_nothing(node: RabbitNode, fanout: str, wire: WireProxy) -> None:
    tasks = asyncio.all_tasks()
    for prepare in (lambda: None, wire.stall):
        sink = Collected()
        task = run(connector(node, f"exchange={fanout}", port=wire.port), sink)
        await eventually(lambda: bool(sink.states))  # noqa: B023
        prepare()
        await asyncio.wait_for(stopped(task), 5)
    wire.flow()
    await eventually(lambda: not node.tap_queues())
    await wire.stop()
    await eventually(lambda: asyncio.all_tasks() <= tasks)


def methods(stream: bytes) -> list[tuple[int, int, bytes]]:
    """Class, method and arguments of all method frames that a client has sent, after the protocol header."""
    found, at = [], 8
    while at + 7 < len(stream):
        size = int.from_bytes(stream[at + 3 : at + 7])
        payload = stream[at + 7 : at + 7 + size]
        if stream[at] == 1:
            found.append((int.from_bytes(payload[:2]), int.from_bytes(payload[2:4]), payload[4:]))
        at += size + 8
    return found


class stopped_watcher:  # noqa: N801  used as a function
    """A monitor in another process that is attached, and then stands still."""

    def __init__(self, node: RabbitNode, query: str) -> None:
        url = f"{node.url}/?{query}&management=127.0.0.1:{node.management}"
        self._process = start_python("-c", WATCHER, url, cwd=Path(__file__).resolve().parents[3])

    def __enter__(self) -> None:
        assert self._process.stdout is not None
        assert "live" in self._process.stdout.readline()
        os.kill(self._process.pid, signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        end(self._process)

"""Brokers that die, wires that break, exchanges that vanish: what is missed is said, and it goes on."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from urllib.parse import quote

import aio_pika
from rabbitmq_broker import RabbitNode
from rabbitmq_world import Application, connector, gaps, numbered, supervised, tailing, values
from runners import both_runners
from stopwatch import Stopwatch
from wire_proxy import WireProxy

from eventscope.connector import Block, Record, SourceState
from tests.connectors.conformance import Collected, eventually, run, stopped


@both_runners
async def test_a_cut_wire_is_a_gap_of_unknown_size_and_then_it_goes_on(
    node: RabbitNode, application: Application, fanout: str, wire: WireProxy, back: Stopwatch
) -> None:
    await application.consume(fanout)
    async with supervised(connector(node, f"exchange={fanout}", port=wire.port)) as sink:
        await application.send(fanout, [b"before"])
        await eventually(lambda: sink.rows == 1)
        for cut in range(1, 4):
            await wire.cut()
            back.start()
            await eventually(lambda: len(gaps(sink)) == cut)  # noqa: B023
            assert back.stop() < 10
        await application.send(fanout, [b"after"])
        await eventually(lambda: b"after" in values(sink))
    assert values(sink) == application.bodies == [b"before", b"after"]
    assert all(
        "missed an unknown number of events: the connection was lost, blind for" in str(g.error) for g in gaps(sink)
    )
    assert all("was lost; check the network" in failure for failure in sink.failures)


async def test_a_half_open_wire_is_stalled_then_lost_then_back(
    node: RabbitNode, application: Application, fanout: str, wire: WireProxy, back: Stopwatch
) -> None:
    async with supervised(connector(node, f"exchange={fanout}", port=wire.port)) as sink:
        wire.stall()
        await eventually(lambda: "stalled" in sink.detail)
        assert sink.states[-1][0] is SourceState.RETRYING
        await eventually(lambda: bool(sink.failures))
        await wire.cut()
        wire.flow()
        back.start()
        await eventually(lambda: bool(gaps(sink)))
        assert back.stop() < 10
        await application.send(fanout, [b"back"])
        await eventually(lambda: b"back" in values(sink))


async def test_a_wire_that_only_hangs_is_live_again(node: RabbitNode, fanout: str, wire: WireProxy) -> None:
    async with tailing(connector(node, f"exchange={fanout}", port=wire.port)) as sink:
        wire.stall()
        await eventually(lambda: "stalled" in sink.detail)
        wire.flow()
        await eventually(lambda: sink.states[-1] == (SourceState.LIVE, "1 binding on 1 exchange"))


@both_runners
async def test_a_broker_that_is_killed_and_comes_back(node: RabbitNode, fanout: str, back: Stopwatch) -> None:
    async with supervised(connector(node, f"exchange={fanout}")) as sink:
        await asyncio.to_thread(node.settle)
        await asyncio.to_thread(node.kill)
        await eventually(lambda: any("nothing listens" in failure for failure in sink.failures))
        await asyncio.to_thread(node.start)
        back.start()
        await eventually(lambda: bool(gaps(sink)))
        assert back.stop() < 10
        application = Application(node)
        await application.start()
        await application.send(fanout, numbered(100))
        await eventually(lambda: len(values(sink)) == 100)
        await application.aclose()
    assert len(gaps(sink)) == 1


async def test_an_exchange_that_is_deleted_and_made_again_is_tapped_again(
    node: RabbitNode, application: Application, fanout: str, back: Stopwatch
) -> None:
    async with tailing(connector(node, f"exchange={fanout}")) as sink:
        node.drop_exchange(fanout)
        await eventually(lambda: "there is no exchange" in sink.detail)
        assert sink.states[-1][0] is SourceState.RETRYING
        assert node.try_get(f"/api/exchanges/%2F/{fanout}") is None
        node.exchange(fanout, "fanout")
        node.bind(fanout, fanout)
        back.start()
        await eventually(lambda: sink.states[-1] == (SourceState.LIVE, "1 binding on 1 exchange"))
        assert back.stop() < 10
        await application.send(fanout, [b"again"])
        await eventually(lambda: b"again" in values(sink))
    assert ["the exchange was gone" in str(gap.error) for gap in gaps(sink)] == [True]


async def test_a_connection_closed_by_an_operator_is_said_and_opened_again(
    node: RabbitNode, application: Application, fanout: str, back: Stopwatch
) -> None:
    def ours() -> list[str]:
        return [name for shown, name in node.connections().items() if shown.startswith("eventscope ")]

    async with supervised(connector(node, f"exchange={fanout}")) as sink:
        await eventually(lambda: bool(ours()))
        node.api("DELETE", f"/api/connections/{quote(ours()[0])}")
        back.start()
        await eventually(lambda: bool(gaps(sink)))
        assert back.stop() < 10
        await application.send(fanout, [b"again"])
        await eventually(lambda: b"again" in values(sink))
    assert "the broker closed the connection: CONNECTION_FORCED" in sink.failures[0]


async def test_an_overflow_at_the_broker_is_said_while_it_lasts(node: RabbitNode, fanout: str) -> None:
    enough = threading.Event()

    class Slow(Collected):
        def push(self, batch: Block | Sequence[Record]) -> None:
            super().push(batch)
            time.sleep(0 if enough.is_set() else 0.4)

    sink = Slow()
    task = run(connector(node, f"exchange={fanout}"), sink)
    await eventually(lambda: bool(sink.states))
    flood = threading.Thread(target=lambda: asyncio.run(_flood(node, fanout, enough)))
    flood.start()
    try:
        await eventually(lambda: "losing at the broker, uncounted" in sink.detail)
    finally:
        enough.set()
        flood.join()
    await eventually(lambda: sink.states[-1] == (SourceState.LIVE, "1 binding on 1 exchange"))
    await stopped(task)
    assert ["queue of the tap at the broker was full" in str(gap.error) for gap in gaps(sink)] == [True]


async def _flood(node: RabbitNode, exchange: str, enough: threading.Event) -> None:
    """Publish as fast as can be, without confirms."""
    async with await aio_pika.connect(node.url) as connection:
        channel = await connection.channel(publisher_confirms=False)
        target = await channel.get_exchange(exchange, ensure=False)
        while not enough.is_set():
            await target.publish(aio_pika.Message(bytes(100)), "")

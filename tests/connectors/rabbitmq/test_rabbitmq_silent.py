"""A silent source: each of the usual causes is answered by a broker that has it."""

from __future__ import annotations

from rabbitmq_broker import RabbitNode
from rabbitmq_world import connector

from connectors.registry import open_source
from eventscope.connector import Connector
from widgets.table.causes import answered, causes_of


async def answer(source: Connector, question: str) -> str:
    """What a check tells of one of the usual causes."""
    (cause,) = (cause for cause in causes_of(source).questions if cause.question == question)
    return answered(cause, [result async for result in source.check()])


async def test_tracing_that_is_off_is_told(node: RabbitNode) -> None:
    told = await answer(connector(node, "firehose=1"), "Is tracing on?")
    assert "→ exchange: amq.rabbitmq.trace: 1 binding · tracing is off: an operator switches it on" in told


async def test_another_virtual_host_is_told(node: RabbitNode) -> None:
    source = open_source(f"amqp://guest:guest@127.0.0.1:{node.port}/nowhere?exchange=amq.topic")
    told = await answer(source, "Is it the right virtual host?")
    assert "✖ login: " in told
    assert "vhost nowhere not found" in told


async def test_an_exchange_that_is_not_there_is_told(node: RabbitNode) -> None:
    told = await answer(connector(node, "exchange=not-there"), "Is the exchange there?")
    assert "✖ exchange: there is no exchange not-there in the virtual host" in told


async def test_a_permission_that_is_missing_is_told(node: RabbitNode, fanout: str) -> None:
    node.user("blind", "blind", configure="", write="", read="")
    source = connector(node, f"exchange={fanout}&bind=a", login="blind:blind")
    told = await answer(source, "May I read there?")
    assert "✖ queue: " in told

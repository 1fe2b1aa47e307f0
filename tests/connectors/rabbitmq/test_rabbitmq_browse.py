"""Browsing RabbitMQ: exchanges and streams are listed by the management API, or a sentence says why not."""

from __future__ import annotations

import pytest
from rabbitmq_broker import RabbitNode

from connectors.registry import open_source
from eventscope.connector import ConnectorError, Offer


async def offered(url: str) -> dict[str, Offer]:
    browsing = open_source(url).browse()
    try:
        return {offer.name: offer for offer in await anext(browsing)}
    finally:
        await browsing.aclose()


async def test_exchanges_and_streams_are_listed(node: RabbitNode, name: str) -> None:
    node.exchange(name, "topic")
    node.queue(f"{name}-log", **{"x-queue-type": "stream"})
    node.queue(f"{name}-work")
    offers = await offered(f"{node.url}/?firehose=1")
    assert offers[name] == Offer(name, "exchange", "exchange", "topic")
    assert (offers[f"{name}-log"].option, offers[f"{name}-log"].many) == ("stream", False)
    assert f"{name}-work" not in offers
    assert offers["amq.topic"].internal
    assert "" not in offers


async def test_without_the_management_api_a_sentence_says_what_to_do(node: RabbitNode) -> None:
    with pytest.raises(ConnectorError, match="management=0"):
        await offered(f"{node.url}/?firehose=1&management=0")
    with pytest.raises(ConnectorError, match=r"does not answer.*type their names"):
        await offered(f"{node.url}/?firehose=1&management=127.0.0.1:{node.port}")

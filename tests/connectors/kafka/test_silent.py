"""A silent source: each of the usual causes is answered by a broker that has it."""

from __future__ import annotations

import socket

import pytest
from kafka_world import Cluster

from connectors.registry import open_source
from widgets.table.causes import answered, causes_of


async def answer(url: str, question: str) -> str:
    """What a check tells of one of the usual causes."""
    source = open_source(url)
    (cause,) = (cause for cause in causes_of(source).questions if cause.question == question)
    return answered(cause, [result async for result in source.check()])


async def test_another_topic_is_told(cluster: Cluster) -> None:
    told = await answer(cluster.url("not-there"), "Is it the right topic?")
    assert "✖ topics: " in told
    assert "not-there" in told


@pytest.mark.parametrize("question", ["Can the brokers be reached?", "Am I let in?", "Is it the right topic?"])
async def test_a_broker_that_is_away_is_told_whatever_is_asked(question: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = await answer(f"kafka://127.0.0.1:{port}/orders", question)
    assert f"✖ TCP: nothing listens on 127.0.0.1:{port}" in told


async def test_a_login_that_is_not_asked_for_is_told_by_the_protocol(cluster: Cluster) -> None:
    assert "→ protocol: " in await answer(cluster.url("not-there"), "Am I let in?")

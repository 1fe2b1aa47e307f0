"""The Redis connector, put through the conformance suite on a real server: on a channel and on a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from redis.asyncio import Redis
from redis_server import RedisServer, source

from eventscope.connector import Connector
from eventscope.event import Event
from eventscope.payload import payload_bytes
from tests.connectors.conformance import DeliveryConformance, World


class RedisWorld(World):
    """A place on a server that events are written to."""

    scheme = "redis"
    option: str

    def __init__(self, server: RedisServer, program: Redis, name: str) -> None:
        self.server, self.program, self.name = server, program, name

    def connector(self) -> Connector:
        return source(self.server, f"{self.option}={self.name}")

    async def publish(self, events: Sequence[Event]) -> None:
        async with self.program.pipeline(transaction=False) as pipeline:
            for event in events:
                self.write(pipeline, event)
            await pipeline.execute()

    def write(self, pipeline: Any, event: Event) -> None:
        raise NotImplementedError

    def expected(self, event: Event) -> Mapping[str, Any]:
        facts = {name: getattr(event, name) for name in ("type", "id", "correlation_id", "causation_id")}
        return {**facts, "payload": self.body(event)}

    def body(self, event: Event) -> bytes:
        return payload_bytes(event.payload) or b""


class ChannelWorld(RedisWorld):
    """A channel: all that belongs to an event is in the message."""

    option = "channel"

    def write(self, pipeline: Any, event: Event) -> None:
        pipeline.publish(self.name, self.body(event))

    def body(self, event: Event) -> bytes:
        members = {"event_id": event.id, "event_type": event.type, "correlation_id": event.correlation_id}
        caused = {"causation_id": event.causation_id} if event.causation_id else {}
        data = (payload_bytes(event.payload) or b"").decode("utf-8", "backslashreplace")
        return json.dumps({**members, **caused, "data": {"text": data}}).encode()


class StreamWorld(RedisWorld):
    """A stream: what belongs to an event stands beside its payload."""

    option = "stream"

    def write(self, pipeline: Any, event: Event) -> None:
        caused = {"causation_id": event.causation_id} if event.causation_id else {}
        facts = {"type": event.type, "id": event.id, "correlation_id": event.correlation_id, **caused}
        pipeline.xadd(self.name, {**facts, "payload": self.body(event)})


class TestChannel(DeliveryConformance):
    @pytest.fixture
    def world(self, server: RedisServer, program: Redis, name: str) -> World:
        return ChannelWorld(server, program, name)


class TestStream(DeliveryConformance):
    @pytest.fixture
    def world(self, server: RedisServer, program: Redis, name: str) -> World:
        return StreamWorld(server, program, name)


class TestStreamInAProcess(TestStream):
    in_a_process = True

"""The site on a real Redis: what a monitor hears on the channel, and what waits while nobody answers."""

from __future__ import annotations

import asyncio
import json

from played import running
from redis_server import RedisServer, source

from eventscope import EventBus
from examples.defects.surroundings import example_in
from tests.connectors.conformance import Collected, eventually, run, stopped


async def test_events_wait_for_the_server_and_are_heard_with_their_columns(tmp_path):
    server = RedisServer(tmp_path)
    bus = EventBus(name="defects")
    example = example_in({"DEFECTS_REDIS": f"redis://127.0.0.1:{server.port}/0", "DEFECTS_DATABASE": tmp_path / "db"})
    site = example.build(bus)
    sink = Collected()
    try:
        async with running(site, bus):
            await site.projects.create(5, "Тестовый проект")
            assert await site.outbox.waiting("redis") == 1, "the server has not been started"
            await asyncio.to_thread(server.start)
            await taken(site)
            hearing = run(source(server, "channel=events"), sink)
            await eventually(lambda: bool(sink.states))
            await site.projects.update(5, 1, "Строительство моста")
            await site.projects.delete(5, 1)
            await eventually(lambda: sink.rows == 2)
            await stopped(hearing)
            await taken(site)
    finally:
        server.kill()
    assert [record.type for record in sink.records] == ["project.updated", "project.deleted"]
    envelope = json.loads(sink.records[0].payload)
    assert (sink.records[0].id, envelope["data"]["name"]) == (envelope["event_id"], "Строительство моста")


async def taken(site):
    async with asyncio.timeout(20):
        while await site.outbox.waiting("redis"):
            await asyncio.sleep(0.01)

"""All five systems at once: embedded by a URL, over a tap by `python main.py demo all`; the same seed, the same events.

Into a Kafka topic and a RabbitMQ exchange: tests/connectors/kafka/test_kafka_demo.py and
tests/connectors/rabbitmq/test_rabbitmq_demo.py.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import pytest
from played import ALL, EACH, EXAMPLES, by_scenario, demo_published, embedded, events_of, phases_of, rows_of

from app.session import Session
from connectors.demo.connector import PROGRAMS
from connectors.registry import open_source
from eventscope import EventPriority
from eventscope.step import Phase


@pytest.fixture(scope="module")
def reference():
    """What the embedded demo shows of the run."""
    return asyncio.run(embedded("all", **ALL))


async def test_a_demo_in_the_url_of_a_source_shows_the_same_each_time(reference):
    session = Session()
    query = "&".join(f"{name}={value:g}" for name, value in ALL.items())
    source = session.attach(open_source(f"demo:all?{query}"))
    while not source.over:
        session.drain()
        await asyncio.sleep(0.01)
    await session.close()
    assert events_of(session) == events_of(reference)
    assert phases_of(session) == phases_of(reference)
    assert by_scenario(events_of(session)) == EACH


async def test_over_a_tap_a_monitor_sees_every_step(tmp_path, reference):
    session, address = Session(), tmp_path / "tap.sock"
    session.attach(open_source(f"tap:{address}"))
    while not address.exists():
        await asyncio.sleep(0.01)
    publishing = asyncio.get_running_loop().create_task(demo_published(f"tap:{address}"))
    while not publishing.done():
        session.drain()
        await asyncio.sleep(0.02)
    await publishing
    await session.close()
    assert events_of(session) == events_of(reference)
    assert phases_of(session) == phases_of(reference)
    assert session.counters().lost == session.counters().dropped == 0


def test_each_of_the_five_has_its_share_and_every_event_is_somebodys(reference):
    assert set(PROGRAMS) == set(EXAMPLES) == set(EACH)
    assert by_scenario(events_of(reference)) == EACH
    assert sum(EACH.values()) == len(events_of(reference)) == phases_of(reference)[Phase.PUBLISHED]


def test_what_the_monitor_must_have_seen_of_all_five(reference):
    """A saga that is undone, a violation, a stage that fails, a mail that is given up, gauges; no trace is mixed."""
    rows, phases = rows_of(reference), phases_of(reference)
    published = [row for row in rows if row.phase == Phase.PUBLISHED]
    assert phases[Phase.FAILED] == phases[Phase.RETRIED] + phases[Phase.DEAD_LETTERED] > 0
    assert phases[Phase.DELIVERED] == phases[Phase.HANDLED] + phases[Phase.FAILED]
    types = {row.type for row in published}
    assert {"order.cancelled", "dna.constraint_violated", "error.stage_failed"} <= types
    gauges = [json.loads(row.payload or b"{}")["gauges"] for row in published if row.category == "metrics"]
    assert gauges
    assert {row.priority for row in rows} == set(EventPriority)
    by_id = {row.id: row for row in published}
    assert len(by_id) == len(published)
    for row in published:
        cause = by_id[row.causation_id] if row.causation_id else row
        assert row.correlation_id == cause.correlation_id
    assert Counter(row.correlation_id == row.id for row in published)[True] > 100

"""A demo published to a topic: what comes back through the connector is what happened on its bus."""

from __future__ import annotations

import pytest
from kafka_broker import KafkaBroker
from kafka_world import Cluster, tailing
from played import ALL, EACH, by_scenario, demo_published, embedded, events_of

from connectors.demo.connector import demo_bus, run_scenario
from connectors.demo.outlets import outlet
from connectors.registry import open_source
from eventscope import EventBus
from eventscope.connector import ConnectorError, Refused
from eventscope.step import Phase, Step
from tests.connectors.conformance import eventually


async def test_a_demo_in_a_topic_is_the_demo_on_its_bus(broker: KafkaBroker, cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    seen: list[tuple[str, str, str]] = []

    def note(step: Step) -> None:
        if step.phase == Phase.PUBLISHED:
            seen.append((step.event.id, step.event.type, step.event.correlation_id))

    async with EventBus(name="demo") as bus, outlet(open_source(f"kafka://{broker.address}/{name}"), bus):
        bus.observe(note)
        await run_scenario(bus, "orders", rate=400, seed=3, seconds=0.5)
    assert seen
    async with tailing(f"kafka://{broker.address}/{name}?from=earliest") as sink:
        await eventually(lambda: sink.rows >= len(seen))
    assert [(row.id, row.type, row.correlation_id) for row in sink.records] == seen
    created = next(row for row in sink.records if row.type == "order.created")
    assert (created.category, created.phase) == ("order", Phase.PUBLISHED)
    assert created.producer
    assert created.occurred_at > 0


async def test_all_five_systems_in_a_topic_are_those_of_the_embedded_demo(
    broker: KafkaBroker, cluster: Cluster, name: str
) -> None:
    await cluster.create(name)
    await demo_published(f"kafka://{broker.address}/{name}")
    expected = events_of(await embedded("all", **ALL))
    async with tailing(f"kafka://{broker.address}/{name}?from=earliest") as sink:
        await eventually(lambda: sink.rows >= len(expected))
    shown = [(r.id, r.type, r.producer, r.correlation_id, r.causation_id, r.priority) for r in sink.records]
    assert shown == expected
    assert by_scenario(shown) == EACH


async def test_an_event_that_the_broker_does_not_take_is_said(broker: KafkaBroker, cluster: Cluster, name: str) -> None:
    await cluster.create(name, **{"max.message.bytes": "100"})

    async def publish() -> None:
        async with demo_bus("demo") as bus, outlet(open_source(f"kafka://{broker.address}/{name}"), bus):
            await run_scenario(bus, "roles", rate=300, seed=3, seconds=0.2)

    with pytest.raises(ConnectorError, match="Kafka does not take the events"):
        await publish()


@pytest.mark.parametrize("rest", ["a,b", "?pattern=x.*"])
async def test_a_demo_goes_to_one_topic(broker: KafkaBroker, rest: str) -> None:
    with pytest.raises(Refused, match="one topic"):
        async with EventBus() as bus, outlet(open_source(f"kafka://{broker.address}/{rest}"), bus):
            pass

"""A demo published to a topic: what comes back through the connector is what happened on its bus."""

from __future__ import annotations

import pytest
from kafka_broker import KafkaBroker
from kafka_world import Cluster, tailing

from connectors.demo.connector import run_scenario
from connectors.demo.outlets import outlet
from connectors.registry import open_source
from eventscope import EventBus
from eventscope.connector import Refused
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


@pytest.mark.parametrize("rest", ["a,b", "?pattern=x.*"])
async def test_a_demo_goes_to_one_topic(broker: KafkaBroker, rest: str) -> None:
    with pytest.raises(Refused, match="one topic"):
        async with EventBus() as bus, outlet(open_source(f"kafka://{broker.address}/{rest}"), bus):
            pass

"""A demo published to an exchange: what comes back through the connector is what happened on its bus."""

from __future__ import annotations

from played import ALL, EACH, by_scenario, demo_published, embedded, events_of
from rabbitmq_broker import RabbitNode
from rabbitmq_world import connector, tailing

from connectors.demo.connector import run_scenario
from connectors.demo.outlets import outlet
from eventscope import EventBus
from eventscope.step import Phase, Step
from tests.connectors.conformance import eventually


async def test_a_demo_in_an_exchange_is_the_demo_on_its_bus(node: RabbitNode, name: str) -> None:
    node.exchange(name, "topic")
    seen: list[tuple[str, str, str]] = []

    def note(step: Step) -> None:
        if step.phase == Phase.PUBLISHED:
            seen.append((step.event.id, step.event.type, step.event.correlation_id))

    source = f"exchange={name}&bind=%23"
    async with tailing(connector(node, source)) as sink:
        async with EventBus(name="demo") as bus, outlet(connector(node, source), bus):
            bus.observe(note)
            await run_scenario(bus, "roles", rate=200, seed=3, seconds=0.5)
        await eventually(lambda: sink.rows >= len(seen) > 0)
    assert [(row.id, row.type, row.correlation_id) for row in sink.records] == seen
    assert all(row.channel == f"{name} → {row.type}" for row in sink.records)


async def test_all_five_systems_in_an_exchange_are_those_of_the_embedded_demo(node: RabbitNode, name: str) -> None:
    node.exchange(name, "topic")
    async with tailing(connector(node, f"exchange={name}&bind=%23")) as sink:
        await demo_published(f"{node.url}/?exchange={name}")
        expected = events_of(await embedded("all", **ALL))
        await eventually(lambda: sink.rows >= len(expected))
    shown = [(r.id, r.type, r.producer, r.correlation_id, r.causation_id, r.priority) for r in sink.records]
    assert shown == expected
    assert by_scenario(shown) == EACH

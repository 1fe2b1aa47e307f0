"""Charts of a virtual host: what the management API tells, what is known without it, and that nothing is changed."""

from __future__ import annotations

import asyncio

import aio_pika
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rabbitmq_broker import RabbitNode
from rabbitmq_world import Application, connector, numbered, tailing

from connectors.rabbitmq import charting
from connectors.rabbitmq.chart import Told, chart_parts
from connectors.rabbitmq.charting import THIS_MONITOR
from eventscope.connector import Chart, Link, LinkKind, Place, PlaceKind, Spot
from tests.connectors.conformance import Collected, eventually

EXCHANGE, QUEUE, CONSUMER = PlaceKind.EXCHANGE, PlaceKind.QUEUE, PlaceKind.CONSUMER


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts come more often than anybody would want them."""
    monkeypatch.setattr(charting, "EVERY_S", 0.3)
    monkeypatch.setattr(charting, "LEISURE", 1)


@pytest.fixture
def shop(node: RabbitNode, name: str) -> str:
    """An exchange of orders with two queues; what one of them refuses goes to a third one."""
    node.exchange(name, "topic")
    node.exchange(f"{name}.dlx", "fanout")
    node.queue(f"{name}.pay", **{"x-dead-letter-exchange": f"{name}.dlx"})
    node.queue(f"{name}.mail")
    node.queue(f"{name}.dead")
    node.bind(name, f"{name}.pay", "order.paid")
    node.bind(name, f"{name}.pay", "order.refunded")
    node.bind(name, f"{name}.mail", "order.#")
    node.bind(f"{name}.dlx", f"{name}.dead")
    return name


def last(sink: Collected, name: str) -> dict[str, Place]:
    """The places of a test in its latest chart, by name without the test's prefix."""
    places = sink.charts[-1].places if sink.charts else ()
    return {place.name.removeprefix(name): place for place in places if place.name.startswith(name)}


def queue_of(sink: Collected, name: str, at: str) -> Place:
    """A queue as it was charted last, or one of which nothing is known."""
    return last(sink, name).get(at, Place(QUEUE, at))


def links(sink: Collected, name: str) -> set[tuple[str, str, str, LinkKind]]:
    return {
        (link.origin.name.removeprefix(name), link.target.name.removeprefix(name), link.text, link.kind)
        for link in sink.charts[-1].links
        if link.origin.name.startswith(name)
    }


async def test_exchanges_queues_bindings_and_dead_letter_routes_are_charted(node: RabbitNode, shop: str) -> None:
    async with tailing(connector(node, f"exchange={shop}")) as sink:
        await eventually(lambda: bool(sink.charts))
        assert sink.charts[-1].broker == f"RabbitMQ 127.0.0.1:{node.port}/"
        assert {(at, place.kind) for at, place in last(sink, shop).items()} == {
            ("", EXCHANGE),
            (".dlx", EXCHANGE),
            (".pay", QUEUE),
            (".mail", QUEUE),
            (".dead", QUEUE),
        }
        assert links(sink, shop) == {
            ("", ".pay", "order.paid", LinkKind.FLOW),
            ("", ".pay", "order.refunded", LinkKind.FLOW),
            ("", ".mail", "order.#", LinkKind.FLOW),
            (".dlx", ".dead", "", LinkKind.FLOW),
            (".pay", ".dlx", "", LinkKind.DEAD_LETTER),
        }
        assert not [place for place in sink.charts[-1].places if "evscope" in place.name]
        assert sink.charts[-1].note == ""


async def test_figures_follow_what_waits_what_is_held_back_and_what_dies(
    node: RabbitNode, application: Application, shop: str
) -> None:
    async def first_is_kept(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        if message.body != b"0":
            await message.reject(requeue=False)

    async with tailing(connector(node, f"exchange={shop}")) as sink:
        await application.send(shop, numbered(10), "order.paid")
        await eventually(lambda: queue_of(sink, shop, ".mail").figures.depth == 10)
        assert last(sink, shop)[".pay"].figures.consumers == 0
        pay = await application.channel.get_queue(f"{shop}.pay", ensure=False)
        await pay.consume(first_is_kept)
        await eventually(lambda: last(sink, shop)[".dead"].figures.dead_letters == 9)
        figures = last(sink, shop)[".pay"].figures
        await eventually(lambda: last(sink, shop)[".pay"].figures.unacked == 1)
        figures = last(sink, shop)[".pay"].figures
        assert (figures.depth, figures.consumers, figures.dead_letters) == (0, 1, -1)
        assert last(sink, shop)[".dead"].idle
        assert last(sink, shop)[""].figures.done == 10


async def test_consumers_come_and_go_under_the_names_of_their_programs(node: RabbitNode, shop: str) -> None:
    def billing(sink: Collected) -> list[Link]:
        drawn = sink.charts[-1].links if sink.charts else ()
        return [link for link in drawn if link.target == Spot(CONSUMER, f"{shop}-billing")]

    async def read(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        await message.ack()

    async with tailing(connector(node, f"exchange={shop}")) as sink:
        named = {"connection_name": f"{shop}-billing"}
        program = await aio_pika.connect(node.url, client_properties=named)
        channel = await program.channel()
        queue = await channel.get_queue(f"{shop}.mail", ensure=False)
        for _ in range(3):
            await queue.consume(read)
        await eventually(lambda: [link.text for link in billing(sink)] == ["3 consumers"])
        await program.close()
        await eventually(lambda: not billing(sink))
        await eventually(lambda: queue_of(sink, shop, ".mail").figures.consumers == 0)


async def test_queues_come_and_go(node: RabbitNode, shop: str) -> None:
    async with tailing(connector(node, f"exchange={shop}")) as sink:
        node.queue(f"{shop}.late")
        await eventually(lambda: ".late" in last(sink, shop))
        node.api("DELETE", f"/api/queues/%2F/{shop}.late")
        await eventually(lambda: ".late" not in last(sink, shop))


async def test_a_policy_gives_dead_letters_as_an_argument_does(node: RabbitNode, shop: str) -> None:
    definition = {"dead-letter-exchange": f"{shop}.dlx"}
    policy = {"pattern": f"^{shop}.mail$", "definition": definition, "apply-to": "queues"}
    node.api("PUT", f"/api/policies/%2F/{shop}", policy)
    try:
        async with tailing(connector(node, f"exchange={shop}")) as sink:
            await eventually(lambda: f"policy {shop}" in queue_of(sink, shop, ".mail").text)
            assert (".mail", ".dlx", "", LinkKind.DEAD_LETTER) in links(sink, shop)
    finally:
        node.api("DELETE", f"/api/policies/%2F/{shop}")


async def test_charting_changes_nothing(node: RabbitNode, application: Application, shop: str) -> None:
    await application.send(shop, numbered(5), "order.paid")
    before = node.definitions()
    async with tailing(connector(node, f"exchange={shop}")) as sink:
        await eventually(lambda: len(sink.charts) >= 4)
        assert node.definitions() == before
    assert node.definitions() == before
    await eventually(lambda: node.api("GET", f"/api/queues/%2F/{shop}.pay").get("messages") == 5)


async def test_an_account_that_may_not_ask_is_told_so_once_and_the_api_is_left_alone(
    node: RabbitNode, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.user(f"{shop}-plain", "secret", configure="^evscope\\..*", write="^evscope\\..*", read=".*")
    asked: list[str] = []
    real = charting.Management.queues

    async def counted(management: charting.Management) -> object:
        asked.append("queues")
        return await real(management)

    monkeypatch.setattr(charting.Management, "queues", counted)
    async with tailing(connector(node, f"exchange={shop}&bind=order.%23", login=f"{shop}-plain:secret")) as sink:
        await eventually(lambda: len(sink.charts) >= 3)
    assert len(asked) == 1
    chart = sink.charts[-1]
    assert "the user lacks the tag monitoring or management" in chart.note
    assert {(place.kind, place.name, place.ours) for place in chart.places} == {
        (EXCHANGE, shop, False),
        (QUEUE, THIS_MONITOR, True),
    }
    assert chart.links == (Link(Spot(EXCHANGE, shop), Spot(QUEUE, THIS_MONITOR), "order.#"),)


@pytest.mark.parametrize("query", ["management=0&bind=order.%23", "map=0"])
async def test_who_does_not_want_it_asked_gets_what_is_known_anyway(node: RabbitNode, shop: str, query: str) -> None:
    source = connector(node, f"exchange={shop}&{query}")
    async with tailing(source) as sink:
        await eventually(lambda: bool(sink.charts))
    assert "it is not to be asked" in sink.charts[0].note
    assert "management API" not in source.safety


async def test_an_api_that_goes_away_leaves_an_old_chart_and_comes_back(
    node: RabbitNode, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charting, "PATIENT_S", 0.1)
    async with tailing(connector(node, f"exchange={shop}")) as sink:
        await eventually(lambda: bool(sink.charts))
        with monkeypatch.context() as away:

            async def none(_: charting.Management) -> object:
                raise charting.Unavailable("it does not answer")

            away.setattr(charting.Management, "queues", none)
            await asyncio.sleep(0.5)
            charts = len(sink.charts)
            await asyncio.sleep(0.5)
            assert len(sink.charts) == charts
            assert ".pay" in last(sink, shop)
        await eventually(lambda: len(sink.charts) > charts)


async def test_of_thousands_of_queues_the_first_are_shown_and_the_chart_says_so(
    node: RabbitNode, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.rabbitmq.management.MOST_QUEUES", 2)
    async with tailing(connector(node, f"exchange={shop}")) as sink:
        await eventually(lambda: bool(sink.charts))
    assert sink.charts[-1].note.startswith("the first 2 of ")
    assert sum(place.kind is QUEUE for place in sink.charts[-1].places) <= 2


def told(*queues: dict[str, object], bound: tuple[tuple[str, str], ...] = ()) -> dict[str, Place]:
    bindings = [{"source": s, "destination": d, "destination_type": "queue", "routing_key": ""} for s, d in bound]
    exchanges = [{"name": s, "type": "topic"} for s in {s for s, _ in bound}]
    places, _ = chart_parts(Told(exchanges, queues, bindings))
    return {place.name: place for place in places}


def queue(name: str, **arguments: object) -> dict[str, object]:
    named = {f"x-{key.replace('_', '-')}": value for key, value in arguments.items()}
    return {"name": name, "arguments": named, "messages": 3, "messages_ready": 3, "consumers": 0}


def test_a_waiting_room_sends_no_dead_letters() -> None:
    rooms = told(
        queue("work"),
        queue("wait", dead_letter_exchange="main", message_ttl=5_000),
        bound=(("main", "work"), ("retry", "wait")),
    )
    assert rooms["work"].figures.dead_letters == -1
    assert not rooms["work"].idle


def test_dead_letters_that_go_back_to_their_own_exchange_are_tried_again() -> None:
    assert not told(queue("work", dead_letter_exchange="main"), bound=(("main", "work"),))["work"].idle


def test_dead_letters_may_go_straight_to_a_queue() -> None:
    places = told(queue("work", dead_letter_exchange="", dead_letter_routing_key="work.dead"), queue("work.dead"))
    assert places["work.dead"].figures.dead_letters == 3


names = st.sampled_from(
    [
        *("name", "source", "destination", "destination_type", "routing_key", "arguments", "message_stats"),
        *("queue", "channel_details", "effective_policy_definition", "dead-letter-exchange", "x-message-ttl"),
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)
rows = st.lists(st.dictionaries(names, values, max_size=6), max_size=4)


@given(st.tuples(rows, rows, rows, rows, rows))
def test_whatever_the_api_answers_makes_a_chart(answers: tuple[list[dict[str, object]], ...]) -> None:
    places, found = chart_parts(Told(*answers))
    known = {place.spot for place in places}
    assert all(link.origin in known and link.target in known for link in found)
    assert Chart("b", places, found)

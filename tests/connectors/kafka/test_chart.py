"""Charts of a cluster: topics always, groups only when asked for, and nothing of it changes anything."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer
from hypothesis import given
from hypothesis import strategies as st
from kafka_broker import PASSWORD, USER, KafkaBroker
from kafka_world import Cluster, connector, numbered, tailing
from wire_proxy import WireProxy

from connectors.kafka import charting, groups
from connectors.kafka.chart import for_the_dead, group_parts, topic_places
from connectors.kafka.groups import Group, Member
from connectors.kafka.metadata import ClusterView, Partition, Topic
from eventscope.connector import Figures, Place, PlaceKind, Spot
from tests.connectors.conformance import Collected, eventually
from tests.connectors.kafka.test_observer import ALLOWED, Wire, may_create

OFFSET_FETCH, DESCRIBE_GROUPS, LIST_GROUPS = 9, 15, 16
CONSUMER_GROUP_DESCRIBE = 69


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts come more often than anybody would want them."""
    monkeypatch.setattr(charting, "EVERY_S", 0.3)
    monkeypatch.setattr(charting, "LEISURE", 1)


def place(sink: Collected, kind: PlaceKind, name: str) -> Place:
    """A place as it was charted last, or one of which nothing is known."""
    places = sink.charts[-1].places if sink.charts else ()
    return next((place for place in places if place.spot == (kind, name)), Place(kind, "nowhere"))


def shares(sink: Collected, group: str) -> dict[str, str]:
    return {link.target.name: link.text for link in sink.charts[-1].links if link.origin == (PlaceKind.GROUP, group)}


@contextlib.asynccontextmanager
async def consuming(cluster: Cluster, topic: str, group: str, client: str = "app") -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=cluster.broker.address,
        group_id=group,
        client_id=client,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def test_topics_are_charted_from_the_metadata_alone(cluster: Cluster, name: str, wire: WireProxy) -> None:
    await cluster.create(name, partitions=3)
    seen = Wire(wire)
    async with tailing(cluster.url(name, port=wire.port)) as sink:
        await eventually(lambda: len(sink.charts) >= 3)
        assert place(sink, PlaceKind.TOPIC, name) == Place(
            PlaceKind.TOPIC, name, Figures(partitions=3), "read by this monitor"
        )
        await cluster.create(f"{name}-late")
        await eventually(lambda: place(sink, PlaceKind.TOPIC, f"{name}-late").figures.partitions == 1)
    assert sink.charts[-1].note == ""
    assert not [p for chart in sink.charts for p in chart.places if p.kind is not PlaceKind.TOPIC]
    assert not [p for chart in sink.charts for p in chart.places if p.name.startswith("__")]
    assert seen.keys <= ALLOWED


async def test_groups_cost_three_more_questions_and_never_that_for_a_coordinator(
    cluster: Cluster, name: str, wire: WireProxy
) -> None:
    await cluster.create(name)
    async with consuming(cluster, name, f"{name}-app") as consumer:
        await consumer.getmany(timeout_ms=200)
        await consumer.commit()
        seen = Wire(wire)
        async with tailing(cluster.url(name, "groups=1", port=wire.port)) as sink:
            await eventually(lambda: place(sink, PlaceKind.GROUP, f"{name}-app").figures.consumers == 1)
    assert seen.keys - ALLOWED == {OFFSET_FETCH, DESCRIBE_GROUPS, LIST_GROUPS}
    assert not any(may_create(frame) for frame in seen.metadata)


async def test_a_group_comes_lags_catches_up_and_goes(cluster: Cluster, name: str) -> None:
    group = f"{name}-billing"

    def told(sink: Collected) -> Figures:
        return place(sink, PlaceKind.GROUP, group).figures

    await cluster.create(name, partitions=2)
    async with tailing(cluster.url(name, "groups=1")) as sink:
        await eventually(lambda: bool(sink.charts))
        assert place(sink, PlaceKind.GROUP, group).name == "nowhere"
        async with consuming(cluster, name, group, "billing") as consumer:
            await eventually(lambda: told(sink).consumers == 1)
            assert shares(sink, group) == {"billing@127.0.0.1": f"{name} 0, 1"}
            await cluster.send(name, numbered(0, 20), partition=0)
            async with asyncio.timeout(10):
                got = 0
                while got < 20:
                    got += sum(map(len, (await consumer.getmany(timeout_ms=200)).values()))
            await consumer.commit()
            await eventually(lambda: (told(sink).lag, told(sink).done) == (0, 20))
            await cluster.send(name, numbered(20, 35), partition=0)
            await eventually(lambda: (told(sink).lag, told(sink).done) == (15, 20))
            assert f"{name} 15 behind" in place(sink, PlaceKind.GROUP, group).text
        await eventually(lambda: told(sink).consumers == 0)
        assert told(sink).lag == 15
        assert (Spot(PlaceKind.TOPIC, name), Spot(PlaceKind.GROUP, group), "nobody reads it now") in {
            (link.origin, link.target, link.text) for link in sink.charts[-1].links
        }


async def test_members_share_the_partitions(cluster: Cluster, name: str) -> None:
    await cluster.create(name, partitions=4)
    group = f"{name}-share"
    async with (
        consuming(cluster, name, group, "one"),
        consuming(cluster, name, group, "two"),
        tailing(cluster.url(name, "groups=1")) as sink,
    ):
        await eventually(lambda: bool(sink.charts) and set(shares(sink, group)) == {"one@127.0.0.1", "two@127.0.0.1"})
        await eventually(lambda: sorted(shares(sink, group).values()) == [f"{name} 0, 2", f"{name} 1, 3"])


async def test_groups_of_the_newer_protocol_tell_their_members_too(
    broker: KafkaBroker, cluster: Cluster, name: str, wire: WireProxy
) -> None:
    await cluster.create(name, partitions=2)
    group = f"{name}-new"
    which = ["--bootstrap-server", broker.address, "--topic", name, "--group", group]
    newer = ["--consumer-property", "group.protocol=consumer"]
    command = broker._java("org.apache.kafka.tools.consumer.ConsoleConsumer", *which, *newer)
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen = Wire(wire)
    try:
        async with tailing(cluster.url(name, "groups=1", port=wire.port)) as sink:
            shared = {"console-consumer@127.0.0.1": f"{name} 0, 1"}
            await eventually(lambda: bool(sink.charts) and shares(sink, group) == shared, 40)
            await cluster.send(name, numbered(0, 8))
            await eventually(lambda: place(sink, PlaceKind.GROUP, group).figures.done == 8, 40)
    finally:
        program.kill()
        program.wait(timeout=10)
    assert seen.keys - ALLOWED == {OFFSET_FETCH, DESCRIBE_GROUPS, LIST_GROUPS, CONSUMER_GROUP_DESCRIBE}


async def test_the_cluster_is_the_same_before_during_and_after(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    await cluster.send(name, numbered(0, 10))
    async with consuming(cluster, name, f"{name}-app") as consumer:
        await consumer.getmany(timeout_ms=500)
        await consumer.commit()
        before = await cluster.snapshot()
        async with tailing(cluster.url(name, "groups=1")) as sink:
            await eventually(lambda: len(sink.charts) >= 5)
            assert await cluster.snapshot() == before
            assert len(consumer.assignment()) == 1
        assert await cluster.snapshot() == before


async def test_on_a_fresh_cluster_no_topic_of_offsets_is_made(own_cluster: Cluster, name: str) -> None:
    await own_cluster.create(name)
    async with tailing(own_cluster.url(name, "groups=1")) as sink:
        await eventually(lambda: len(sink.charts) >= 5)
        assert "no group is seen" in sink.charts[-1].note
    assert await own_cluster.admin.list_topics() == [name]


async def test_groups_that_we_may_not_know_of_are_a_sentence(broker: KafkaBroker, cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    broker.allow_reading(name)
    async with consuming(cluster, name, f"{name}-app") as consumer:
        await consumer.getmany(timeout_ms=200)
        url = f"kafka://{USER}:{PASSWORD}@127.0.0.1:{broker.login}/{name}?security_protocol=SASL_PLAINTEXT&groups=1"
        async with tailing(url) as sink:
            await eventually(lambda: len(sink.charts) >= 2)
    assert sink.charts[-1].note == "no group is seen: there is none, or the user lacks Describe on it"
    assert place(sink, PlaceKind.TOPIC, name).figures.partitions == 1


async def test_records_in_a_topic_for_the_dead_are_counted(cluster: Cluster, name: str) -> None:
    await cluster.create(name, f"{name}.DLT")
    async with tailing(cluster.url(name, "groups=1")) as sink:
        await eventually(lambda: place(sink, PlaceKind.TOPIC, f"{name}.DLT").figures.dead_letters == 0)
        await cluster.send(f"{name}.DLT", numbered(0, 7))
        await eventually(lambda: place(sink, PlaceKind.TOPIC, f"{name}.DLT").figures.dead_letters == 7)


async def test_what_cannot_be_understood_ends_the_groups_and_nothing_else(
    cluster: Cluster, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cluster.create(name)

    def broken(_: object) -> object:
        raise RuntimeError("nonsense")

    async with consuming(cluster, name, f"{name}-app"):
        monkeypatch.setattr(groups, "_members", broken)
        async with tailing(cluster.url(name, "groups=1")) as sink:
            await eventually(lambda: bool(sink.charts))
            await cluster.send(name, [b"x"])
            await eventually(lambda: sink.rows == 1)
    assert "cannot be understood" in sink.charts[-1].note
    assert place(sink, PlaceKind.TOPIC, name).figures.partitions == 1


def test_the_promise_says_that_groups_are_asked_for() -> None:
    assert "asks brokers for groups" in connector("kafka://h:1/a?groups=1").safety
    assert "asks" not in connector("kafka://h:1/a").safety


@pytest.mark.parametrize(
    ("topic", "dead"),
    [
        ("orders.DLT", True),
        ("orders-dlt", True),
        ("orders.dlq", True),
        ("dead-letters", True),
        ("orders_dead_letter_queue", True),
        ("orders", False),
        ("adlt", False),
        ("dlt-config", False),
    ],
)
def test_topics_for_the_dead_are_known_by_their_names(topic: str, dead: bool) -> None:
    assert for_the_dead(topic) == dead


def test_of_many_topics_those_that_are_read_come_first() -> None:
    known = {f"t{n:04}": Topic(f"t{n:04}", b"", internal=False, leaders={0: 1}) for n in range(700)}
    places, note = topic_places(ClusterView(known=known), {"t0699"}, {}, {})
    assert places[0].name == "t0699"
    assert len(places) == 500
    assert note == "500 of 700 topics are shown"


partitions = st.builds(Partition, st.sampled_from(["a", "b"]), st.integers(0, 3))
made = st.builds(
    Group,
    st.sampled_from(["g", "h"]),
    st.sampled_from(["Stable", "Empty"]),
    st.none()
    | st.lists(st.builds(Member, st.sampled_from(["m", "n"]), st.lists(partitions).map(tuple)), max_size=3).map(tuple),
    st.dictionaries(partitions, st.integers(0, 100)),
)


@given(st.lists(made, max_size=3, unique_by=lambda group: group.name), st.dictionaries(partitions, st.integers(0, 100)))
def test_lag_is_what_is_missing_to_the_ends_that_are_known(found: list[Group], ends: dict[Partition, int]) -> None:
    places, _ = group_parts(found, ends)
    lags = {place.name: place.figures.lag for place in places if place.kind is PlaceKind.GROUP}
    for group in found:
        behind = [max(ends[p] - at, 0) for p, at in group.offsets.items() if p in ends]
        assert lags[group.name] == (sum(behind) if behind else -1)

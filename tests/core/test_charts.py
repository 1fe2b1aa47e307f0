"""Charts of brokers on the map: merged with what was seen, the same in any order, with findings and a log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.store import Store
from app.topology.charts import MOST_PLACES
from app.topology.findings import FindingKind
from app.topology.map import MapEdge, MapNode, NodeKind
from app.topology.topology import Topology
from eventscope.connector import Block, Chart, Figures, Link, LinkKind, Place, PlaceKind, Record, Spot
from eventscope.step import Phase

NOW = 1_800_000_000_000_000_000
SECOND = 1_000_000_000

EXCHANGE, TOPIC, QUEUE = PlaceKind.EXCHANGE, PlaceKind.TOPIC, PlaceKind.QUEUE
GROUP, CONSUMER = PlaceKind.GROUP, PlaceKind.CONSUMER

ORDERS = Place(EXCHANGE, "orders", Figures(done=4), "topic")
PAY = Place(QUEUE, "pay", Figures(depth=0, consumers=1, unacked=0, done=4))
BOUND = Link(ORDERS.spot, PAY.spot, "order.paid")


class Watched:
    """A map that is fed with rows and charts."""

    def __init__(self) -> None:
        self.store = Store(2**24)
        self.topology = Topology(most_nodes=100, most_edges=100)

    def feed(self, *rows: Record, source: str = "rabbit") -> None:
        first = self.store.append(source, Block.of(rows), NOW)
        chunk = self.store.chunks[-1]
        self.topology.add(chunk, first - chunk.first_seq, chunk.rows)

    def chart(
        self, *parts: Place | Link, at: int = 0, source: str = "rabbit", broker: str = "b", note: str = ""
    ) -> None:
        places = tuple(part for part in parts if isinstance(part, Place))
        links = tuple(part for part in parts if isinstance(part, Link))
        self.topology.chart(source, Chart(broker, places, links, NOW + at * SECOND, note))

    def node(self, kind: NodeKind, name: str) -> MapNode:
        return next(node for node in self.topology.map(NOW).nodes if (node.kind, node.name) == (kind, name))

    def edges(self) -> dict[tuple[str, str], MapEdge]:
        drawn = self.topology.map(NOW)
        names = {node.id: node.name for node in drawn.nodes}
        return {(names[edge.source], names[edge.target]): edge for edge in drawn.edges}

    def findings(self, at: int) -> dict[FindingKind, str]:
        return {finding.kind: finding.text for finding in self.topology.findings(NOW + at * SECOND)}

    @property
    def log(self) -> list[str]:
        return [change.text for change in self.topology.changes]


def seen(channel: str, type_: str = "order.paid", by: str | None = "web", **more: object) -> Record:
    return Record(type=type_, producer=by, channel=channel, **more)  # type: ignore[arg-type]


def test_what_is_charted_and_what_is_seen_become_one_map() -> None:
    watched = Watched()
    watched.feed(seen("orders → order.paid"), seen("orders → order.created", "order.created"))
    watched.chart(
        ORDERS, PAY, BOUND, Place(CONSUMER, "billing", Figures(consumers=1)), Link(PAY.spot, Spot(CONSUMER, "billing"))
    )
    exchange = watched.node(NodeKind.EXCHANGE, "orders")
    assert (exchange.count, exchange.types) == (2, ("order.paid", "order.created"))
    assert (exchange.declared, exchange.observed, exchange.stray) == (True, True, False)
    edges = watched.edges()
    assert set(edges) == {("web", "orders"), ("orders", "pay"), ("pay", "billing")}
    assert edges["web", "orders"].count == 2
    assert edges["orders", "pay"].text == "order.paid"
    assert not [node for node in watched.topology.map(NOW).nodes if node.kind is NodeKind.TYPE]


def test_a_chart_that_comes_after_the_rows_takes_them_in() -> None:
    early, late = Watched(), Watched()
    early.chart(ORDERS)
    for watched in (early, late):
        watched.feed(seen("orders → order.paid"))
    late.chart(ORDERS)
    assert late.topology.map(NOW).nodes == early.topology.map(NOW).nodes


def test_partitions_of_a_topic_are_one_place() -> None:
    watched = Watched()
    watched.chart(Place(TOPIC, "orders", Figures(partitions=3)))
    watched.feed(seen("orders[0]@1"), seen("orders[2]@9"), seen("orders[2]@10"))
    assert watched.node(NodeKind.TOPIC, "orders").count == 3


def test_a_bus_of_the_same_name_in_another_source_stays_a_bus() -> None:
    watched = Watched()
    watched.chart(ORDERS)
    watched.feed(seen("orders → order.paid"))
    watched.feed(seen("orders"), source="bus")
    assert watched.node(NodeKind.EXCHANGE, "orders").count == 1
    assert watched.node(NodeKind.TYPE, "order.paid").count == 1
    assert sum(talker.count for talker in watched.topology.talkers(NOW)) == 2


def test_declared_and_never_seen_is_told_from_seen_and_not_declared() -> None:
    watched = Watched()
    watched.chart(Place(EXCHANGE, "idle"), ORDERS)
    watched.feed(seen("ghost → x"))
    assert not watched.node(NodeKind.EXCHANGE, "idle").observed
    assert not watched.node(NodeKind.EXCHANGE, "idle").stray
    assert watched.node(NodeKind.EXCHANGE, "ghost").stray
    assert not watched.node(NodeKind.PRODUCER, "web").stray


def test_where_only_our_own_queue_is_known_nothing_else_is_a_stranger() -> None:
    watched = Watched()
    watched.chart(Place(QUEUE, "(this monitor)", ours=True))
    watched.feed(seen("dlx → x", phase=Phase.DEAD_LETTERED, subscription="pay"))
    assert not watched.node(NodeKind.QUEUE, "pay").stray


def test_what_died_in_a_queue_goes_from_it_to_where_it_was_seen() -> None:
    watched = Watched()
    dlx = Place(EXCHANGE, "dlx")
    watched.chart(PAY, dlx, Link(PAY.spot, dlx.spot, kind=LinkKind.DEAD_LETTER))
    watched.feed(seen("dlx → x", phase=Phase.DEAD_LETTERED, subscription="pay"))
    edge = watched.edges()["pay", "dlx"]
    assert (edge.dead_lettered, edge.kind, edge.declared) == (1, LinkKind.DEAD_LETTER, True)
    assert set(watched.edges()) == {("pay", "dlx")}
    assert watched.node(NodeKind.EXCHANGE, "dlx").observed


def test_a_delivery_that_the_firehose_shows_goes_from_exchange_to_queue() -> None:
    watched = Watched()
    watched.chart(ORDERS, PAY, BOUND)
    watched.feed(seen("orders → order.paid", phase=Phase.DELIVERED, subscription="pay"))
    assert watched.edges()["orders", "pay"].count == 1


def test_a_chart_replaces_what_its_source_charted_before() -> None:
    watched = Watched()
    watched.chart(ORDERS, PAY, BOUND)
    watched.chart(ORDERS, at=5)
    assert [node.name for node in watched.topology.map(NOW).nodes] == ["orders"]
    assert watched.edges() == {}


def test_two_sources_of_one_broker_make_one_place_and_each_tells_what_it_knows() -> None:
    watched = Watched()
    watched.chart(Place(TOPIC, "orders", Figures(partitions=3)), source="a", at=9)
    watched.chart(Place(TOPIC, "orders", Figures(partitions=2, dead_letters=5), "read"), source="b")
    place = watched.node(NodeKind.TOPIC, "orders")
    assert (place.figures.partitions, place.figures.dead_letters, place.text) == (3, 5, "read")
    assert place.charted_at == NOW + 9 * SECOND
    assert place.declared_at == NOW


def test_the_age_and_the_gaps_of_a_chart_are_told() -> None:
    watched = Watched()
    watched.chart(ORDERS, source="a", note="the first 2 of 9 queues are shown")
    watched.chart(ORDERS, source="b", at=3)
    (snapshot,) = watched.topology.map(NOW).snapshots
    assert (snapshot.broker, snapshot.taken_at) == ("b", NOW + 3 * SECOND)
    assert snapshot.note == "the first 2 of 9 queues are shown"


def test_a_chart_that_is_too_large_is_cut_and_the_map_says_so() -> None:
    watched = Watched()
    watched.chart(*(Place(QUEUE, f"q{n}") for n in range(MOST_PLACES + 5)))
    drawn = watched.topology.map(NOW)
    assert len(drawn.nodes) == MOST_PLACES
    assert drawn.full


names = st.sampled_from(["a", "b", "c"])
numbers = st.integers(-1, 3)
figures = st.builds(Figures, *[numbers] * 5)
places = st.builds(
    Place, st.sampled_from(list(PlaceKind)), names, figures, st.sampled_from(["", "x"]), ours=st.booleans()
)
spots = st.builds(Spot, st.sampled_from(list(PlaceKind)), names)
links = st.builds(Link, spots, spots, st.sampled_from(["", "k", "l"]), st.sampled_from(list(LinkKind)))
charts = st.builds(
    Chart,
    st.sampled_from(["one", "two"]),
    st.lists(places, max_size=5, unique_by=lambda place: place.spot).map(tuple),
    st.lists(links, max_size=5).map(tuple),
    st.integers(1, 3).map(lambda n: NOW + n),
)


def drawn_from(order: Sequence[tuple[str, Chart]]) -> object:
    watched = Watched()
    watched.feed(seen("a → k"), seen("b[1]@2", by=None), source="0")
    for source, chart in order:
        watched.topology.chart(source, chart)
    drawn = watched.topology.map(NOW)
    return sorted(map(repr, drawn.nodes)), sorted(map(repr, drawn.edges)), drawn.snapshots


@given(st.lists(charts, max_size=3))
def test_the_same_charts_in_any_order_make_the_same_map(told: list[Chart]) -> None:
    from_sources = [(str(n), chart) for n, chart in enumerate(told)]
    first = drawn_from(from_sources)
    assert all(drawn_from(order) == first for order in permutations(from_sources))
    assert drawn_from([pair for pair in from_sources for _ in range(2)]) == first


@given(st.lists(charts, max_size=3))
def test_every_edge_ends_at_nodes_and_no_two_nodes_share_an_id(told: list[Chart]) -> None:
    watched = Watched()
    for n, chart in enumerate(told):
        watched.topology.chart(str(n), chart)
    drawn = watched.topology.map(NOW)
    ids = [node.id for node in drawn.nodes]
    assert len(set(ids)) == len(ids)
    assert all({edge.source, edge.target} <= set(ids) for edge in drawn.edges)
    watched.topology.findings(NOW)


def at_queue(depth: int, consumers: int, **more: int) -> Place:
    return Place(QUEUE, "pay", Figures(depth=depth, consumers=consumers, **more))


def test_a_queue_without_a_consumer_is_found_when_messages_wait_in_it() -> None:
    watched = Watched()
    watched.chart(at_queue(0, 0))
    watched.chart(at_queue(7, 0), at=5)
    assert watched.findings(5) == {}
    watched.chart(at_queue(9, 0), at=12)
    assert watched.findings(12) == {
        FindingKind.NO_CONSUMER: "Queue pay has no consumer: 9 messages wait in it, and they become more."
    }
    assert watched.topology.findings(NOW + 12 * SECOND)[0].since == NOW
    watched.chart(at_queue(9, 1), at=14)
    assert watched.findings(14) == {}


@pytest.mark.parametrize("more", [{"idle": True}, {"ours": True}])
def test_a_queue_that_may_stand_alone_is_no_finding(more: dict[str, bool]) -> None:
    watched = Watched()
    for at in (0, 20):
        watched.chart(replace(at_queue(5, 0), **more), at=at)  # type: ignore[arg-type]
    assert watched.findings(20) == {}


def test_a_queue_that_lost_its_last_consumer_is_found_at_once() -> None:
    watched = Watched()
    watched.chart(at_queue(0, 2))
    watched.chart(at_queue(0, 0), at=5)
    assert watched.findings(5) == {FindingKind.CONSUMER_GONE: "Queue pay lost its last consumer."}


def test_an_exchange_that_routes_nowhere_is_found_and_our_own_queue_is_no_way_out() -> None:
    watched = Watched()
    ours = Place(QUEUE, "(this monitor)", ours=True)
    watched.chart(ORDERS, ours, Link(ORDERS.spot, ours.spot))
    assert watched.findings(5) == {}
    assert FindingKind.NOWHERE in watched.findings(15)
    watched.chart(ORDERS, PAY, BOUND, at=20)
    assert watched.findings(30) == {}


def test_of_an_exchange_whose_bindings_nobody_tells_nothing_is_claimed() -> None:
    watched = Watched()
    watched.chart(replace(ORDERS, idle=True))
    assert watched.findings(60) == {}


def group(lag: int, done: int, members: int = 1) -> Place:
    return Place(GROUP, "g", Figures(lag=lag, done=done, consumers=members))


def test_a_group_that_stands_still_is_found_and_forgiven_when_it_moves() -> None:
    watched = Watched()
    for at in range(0, 20, 5):
        watched.chart(group(lag=at, done=100), at=at)
    assert watched.findings(15) == {
        FindingKind.STANDSTILL: "Group g stands still: it is 15 behind and falls further behind."
    }
    watched.chart(group(lag=20, done=101), at=20)
    assert watched.findings(20) == {}


def test_a_group_that_is_behind_but_moves_is_no_finding() -> None:
    watched = Watched()
    for at in range(0, 60, 5):
        watched.chart(group(lag=at, done=at), at=at)
    assert watched.findings(60) == {}


def test_a_group_whose_members_are_gone_is_found() -> None:
    watched = Watched()
    watched.chart(group(0, 5))
    watched.chart(group(0, 5, members=0), at=5)
    assert watched.findings(5) == {FindingKind.CONSUMER_GONE: "Group g lost its last member."}


def test_dead_letters_are_found_while_they_come_in() -> None:
    watched = Watched()
    for at, dead in ((0, 4), (5, 6), (10, 6)):
        watched.chart(Place(QUEUE, "dead", Figures(depth=dead, dead_letters=dead, consumers=0), idle=True), at=at)
    assert watched.findings(10) == {FindingKind.DEAD_LETTERS: "Dead letters come in: 2 more in queue dead, 6 in all."}
    watched.chart(Place(QUEUE, "dead", Figures(depth=6, dead_letters=6, consumers=0), idle=True), at=90)
    assert watched.findings(90) == {}


def test_messages_that_are_never_acknowledged_are_found() -> None:
    watched = Watched()
    for at in range(0, 40, 5):
        watched.chart(at_queue(2, 1, unacked=3, done=10), at=at)
    assert watched.findings(35) == {
        FindingKind.UNACKED: "Queue pay: 3 messages delivered and never acknowledged, and 2 messages behind them."
    }
    watched.chart(at_queue(2, 1, unacked=3, done=11), at=40)
    assert watched.findings(40) == {}


def test_the_log_tells_what_came_went_and_changed_its_readers() -> None:
    watched = Watched()
    watched.chart(ORDERS, at_queue(0, 2), Place(TOPIC, "t", Figures(partitions=1)))
    assert watched.log == []
    watched.chart(ORDERS, at_queue(0, 0), Place(QUEUE, "new"), Place(TOPIC, "t", Figures(partitions=3)), BOUND, at=5)
    assert sorted(watched.log) == [
        "queue new is new",
        "queue pay is bound to exchange orders by order.paid",
        "queue pay lost its last consumer",
        "topic t has 3 partitions, 1 before",
    ]
    watched.chart(ORDERS, at_queue(0, 1), at=30)
    assert set(watched.log[:4]) == {
        "queue new is gone",
        "topic t is gone",
        "queue pay has 1 consumer, 0 before",
        "queue pay is not bound any more to exchange orders by order.paid",
    }
    assert watched.topology.changes[0].at == NOW + 30 * SECOND


def test_what_two_sources_notice_is_logged_once() -> None:
    watched = Watched()
    for at, parts in ((0, [ORDERS]), (5, [ORDERS, PAY])):
        for source in ("a", "b"):
            watched.chart(*parts, source=source, at=at)
    assert watched.log == ["queue pay is new"]


def test_many_changes_of_one_sort_are_one_line() -> None:
    watched = Watched()
    watched.chart(ORDERS)
    watched.chart(ORDERS, *(Place(QUEUE, f"q{n}") for n in range(40)), at=5)
    assert watched.log == ["40 queues are new"]

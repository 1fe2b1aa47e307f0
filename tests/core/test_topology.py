"""The map: counts equal to naive counting, declared and observed side by side, bounded, and its findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.store import Store
from app.topology.findings import FindingKind
from app.topology.map import MapEdge, MapNode, NodeKind
from app.topology.topology import NO_PRODUCER, NO_TYPE, Topology, channel_name
from eventscope.connector import Block, Declaration, DeclaredSubscription, Record
from eventscope.step import UNKNOWN, Phase

NOW = 1_800_000_000_000_000_000
SECOND = 1_000_000_000
MS = 1_000_000

ONE_CHUNK, MANY_CHUNKS = 2**29, 4_000
"""Budgets of a store in which all rows share a chunk, and of one in which only a few do."""

Ends = tuple[str, str, str]


class Watched:
    """A store with its map."""

    def __init__(self, budget: int = ONE_CHUNK, **limits: int) -> None:
        self.store = Store(budget)
        self.topology = Topology(**limits)

    def feed(self, *rows: Record, at: int = NOW) -> None:
        first = self.store.append("bus", Block.of(rows), at)
        for chunk in self.store.chunks:
            start = max(first - chunk.first_seq, 0)
            if start < chunk.rows:
                self.topology.add(chunk, start, chunk.rows)

    def declare(self, *subscriptions: DeclaredSubscription, at: int = NOW, channel: str = "shop") -> None:
        self.topology.declare("bus", Declaration(channel, subscriptions), at)

    def nodes(self, kind: NodeKind, at: int = NOW) -> dict[str, MapNode]:
        return {node.name: node for node in self.topology.map(at).nodes if node.kind is kind}

    def edges(self, at: int = NOW) -> dict[tuple[str, str], MapEdge]:
        drawn = self.topology.map(at)
        names = {node.id: node.name for node in drawn.nodes}
        return {(names[edge.source], names[edge.target]): edge for edge in drawn.edges}

    def findings(self, at: int = NOW) -> list[tuple[FindingKind, str]]:
        names = {node.id: node.name for node in self.topology.map(at).nodes}
        return [(finding.kind, names[finding.node]) for finding in self.topology.findings(at)]


def published(
    type_: str | None = "order.created", by: str | None = "web", fanout: int = -1, **fields: object
) -> Record:
    return Record(type=type_, producer=by, channel="shop", fanout=fanout, category="order", **fields)  # type: ignore[arg-type]


def step(phase: Phase, to: str | None = "stock", type_: str = "order.created", total: int = UNKNOWN) -> Record:
    return Record(
        type=type_, producer="web", channel="shop", category="order", phase=phase, subscription=to, total_ns=total
    )


PRODUCERS = ("p", "q", NO_PRODUCER)

rows = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["a", "b", None]),
        "producer": st.sampled_from(["p", "q", None]),
        "channel": st.sampled_from(["x", "y[3]@17", "y[4]@18", None]),
        "phase": st.sampled_from(list(Phase)),
        "subscription": st.sampled_from(["s", "t", None]),
        "fanout": st.integers(-1, 2),
        "payload": st.sampled_from([None, b"", b"1234"]),
    }
).map(lambda fields: Record(**fields))


def count_by_hand(all_rows: Sequence[Record]) -> dict[tuple[str, str, str], Counter[str]]:
    """Steps by channel, source and target, told row by row."""
    counts: dict[tuple[str, str, str], Counter[str]] = {}
    for row in all_rows:
        channel = (row.channel or "").partition("[")[0]
        type_, producer = row.type or NO_TYPE, row.producer or NO_PRODUCER
        name = Phase(row.phase).label
        if row.phase == Phase.PUBLISHED or row.subscription is None:
            counts.setdefault((channel, producer, type_), Counter())[name] += 1
            continue
        counts.setdefault((channel, type_, row.subscription), Counter())[name] += 1
        if row.phase in (Phase.FAILED, Phase.DEAD_LETTERED, Phase.DROPPED):
            counts.setdefault((channel, producer, type_), Counter())[name] += 1
    return counts


@given(st.lists(st.lists(rows, min_size=1, max_size=9), max_size=9), st.sampled_from([ONE_CHUNK, MANY_CHUNKS]))
def test_counts_are_those_of_counting_by_hand(batches: list[list[Record]], budget: int) -> None:
    watched = Watched(budget)
    if budget == MANY_CHUNKS:
        batches = [[row] for batch in batches for row in batch]
    for batch in batches:
        watched.feed(*batch)
    drawn = watched.topology.map(NOW)
    names = {node.id: node.name for node in drawn.nodes}
    found = {(edge.channel, names[edge.source], names[edge.target]): edge for edge in drawn.edges}
    expected = count_by_hand([row for batch in batches for row in batch])
    assert set(found) == {key for key, counts in expected.items() if counts.total()}
    for key, counts in expected.items():
        edge = found[key]
        attempts = max(counts["delivered"], counts["handled"] + counts["failed"])
        assert edge.count == (counts["published"] if key[1] in PRODUCERS else attempts)
        assert edge.errors == max(counts["failed"], counts["dead-lettered"]) + counts["dropped"]
        assert (edge.retried, edge.dead_lettered, edge.dropped) == (
            counts["retried"],
            counts["dead-lettered"],
            counts["dropped"],
        )
    talkers = {(talker.channel, talker.producer, talker.type): talker.count for talker in watched.topology.talkers(NOW)}
    assert talkers == {key: found[key].count for key in found if key[1] in PRODUCERS}


pairs = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=60)


@given(pairs, st.integers(6, 12), st.integers(2, 8), st.booleans())
def test_a_map_that_is_full_says_so_and_still_counts_everything(
    traffic: list[tuple[int, int]], most_nodes: int, most_edges: int, at_once: bool
) -> None:
    watched = Watched(most_nodes=most_nodes, most_edges=most_edges)
    events = [published(f"type {type_}", f"producer {producer}") for type_, producer in traffic]
    for batch in [events] if at_once else [[event] for event in events]:
        watched.feed(*batch)
    drawn = watched.topology.map(NOW)
    assert len(drawn.nodes) <= most_nodes
    assert len(drawn.edges) <= most_edges
    assert sum(edge.count for edge in drawn.edges) == len(traffic)
    fits = (
        len(set(traffic)) < most_edges and len({a for a, _ in traffic}) + len({b for _, b in traffic}) + 4 <= most_nodes
    )
    assert drawn.full == (not fits)


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("orders[3]@1042", "orders"),
        ("orders[3]", "orders"),
        ("events → order.created", "events"),
        ("shop", "shop"),
        ("a[b]@c", "a[b]@c"),
        ("", ""),
    ],
)
def test_a_channel_is_named_without_the_place_of_one_message(channel: str, name: str) -> None:
    assert channel_name(channel) == name


def test_nodes_keep_their_order_and_their_ids() -> None:
    watched = Watched()
    watched.feed(published("b"), published("a"))
    before = [node.id for node in watched.topology.map(NOW).nodes]
    watched.feed(published("a"), published("c"), step(Phase.DELIVERED))
    assert [node.id for node in watched.topology.map(NOW).nodes][: len(before)] == before


def test_rates_follow_the_traffic_and_fade_in_silence() -> None:
    watched = Watched()
    for tick in range(40):
        watched.feed(*[published(payload=b"x" * 50)] * 25, at=NOW + tick * SECOND // 4)
    end = NOW + 10 * SECOND
    edge = watched.edges(end)["web", "order.created"]
    assert edge.rate == pytest.approx(100, rel=0.1)
    assert edge.bytes_per_s == pytest.approx(5_000, rel=0.1)
    assert watched.nodes(NodeKind.PRODUCER, end)["web"].rate == pytest.approx(edge.rate)
    assert watched.edges(end + 60 * SECOND)["web", "order.created"].rate == 0.0


def test_events_without_a_payload_carry_no_bytes() -> None:
    watched = Watched()
    for tick in range(8):
        watched.feed(published(payload=None), at=NOW + tick * SECOND)
    assert watched.edges(NOW + 8 * SECOND)["web", "order.created"].bytes_per_s == 0


def test_talkers_share_the_whole_rate() -> None:
    watched = Watched()
    for tick in range(20):
        watched.feed(*[published()] * 3, published("tick", "clock"), at=NOW + tick * SECOND)
    talkers = {talker.producer: talker for talker in watched.topology.talkers(NOW + 20 * SECOND)}
    assert talkers["web"].share == pytest.approx(0.75)
    assert talkers["clock"].share == pytest.approx(0.25)


def test_an_edge_tells_how_long_handling_takes_lately() -> None:
    watched = Watched()
    watched.feed(published(), step(Phase.DELIVERED), step(Phase.HANDLED, total=4 * MS))
    watched.feed(step(Phase.HANDLED, total=6 * MS), at=NOW + SECOND)
    edges = watched.edges(NOW + 2 * SECOND)
    assert edges["order.created", "stock"].mean_ms == pytest.approx(5, abs=1)
    assert edges["web", "order.created"].mean_ms is None


def test_a_declared_subscription_is_connected_to_the_types_it_waits_for() -> None:
    watched = Watched()
    watched.feed(published("order.created"), published("order.paid"), published("tick"))
    watched.declare(DeclaredSubscription("audit", types=("order.*",), handler="shop.audit"))
    watched.feed(published("order.shipped"))
    edges = {ends: edge for ends, edge in watched.edges().items() if ends[1] == "audit"}
    assert set(edges) == {("order.created", "audit"), ("order.paid", "audit"), ("order.shipped", "audit")}
    assert all(edge.declared and not edge.observed for edge in edges.values())
    node = watched.nodes(NodeKind.SUBSCRIPTION)["audit"]
    assert (node.declared, node.observed, node.handler) == (True, False, "shop.audit")


@pytest.mark.parametrize(
    ("subscription", "waits_for"),
    [
        (DeclaredSubscription("s"), {"order.created", "tick"}),
        (DeclaredSubscription("s", types=("tick",)), {"tick"}),
        (DeclaredSubscription("s", categories=("order",)), {"order.created", "tick"}),
        (DeclaredSubscription("s", types=("tick",), categories=("payment",)), {"tick · category payment"}),
        (DeclaredSubscription("s", types=("pay.*", "bill"), priority="HIGH"), {"pay.*, bill · HIGH or higher"}),
    ],
)
def test_types_and_categories_must_both_match(subscription: DeclaredSubscription, waits_for: set[str]) -> None:
    watched = Watched()
    watched.feed(published("order.created"), published("tick"))
    watched.declare(subscription)
    assert {source for source, target in watched.edges() if target == "s"} == waits_for


def test_a_subscription_waits_for_its_pattern_until_a_type_matches() -> None:
    watched = Watched()
    watched.declare(DeclaredSubscription("audit", types=("order.*",)))
    assert set(watched.nodes(NodeKind.PATTERN)) == {"order.*"}
    watched.feed(published())
    assert watched.nodes(NodeKind.PATTERN) == {}
    assert ("order.created", "audit") in watched.edges()


def test_a_type_on_another_channel_is_not_what_a_subscription_waits_for() -> None:
    watched = Watched()
    watched.feed(published())
    watched.declare(DeclaredSubscription("audit"), channel="other")
    assert set(watched.nodes(NodeKind.PATTERN)) == {"*"}


def test_a_new_declaration_replaces_the_old_one() -> None:
    watched = Watched()
    watched.declare(DeclaredSubscription("audit"), DeclaredSubscription("mail"))
    watched.declare(DeclaredSubscription("mail"), at=NOW + SECOND)
    nodes = watched.nodes(NodeKind.SUBSCRIPTION)
    assert set(nodes) == {"mail"}
    assert nodes["mail"].declared_at == NOW


def test_a_subscription_that_never_fires_is_found() -> None:
    watched = Watched()
    watched.declare(DeclaredSubscription("dead", types=("never",)), DeclaredSubscription("alive"))
    watched.feed(published(fanout=1), step(Phase.DELIVERED, "alive"))
    assert watched.findings(NOW + 5 * SECOND) == []
    assert watched.findings(NOW + 40 * SECOND) == [(FindingKind.DEAD_SUBSCRIPTION, "dead")]
    (finding,) = watched.topology.findings(NOW + 40 * SECOND)
    assert finding.text == "dead was declared 40 s ago and never fired."


def test_an_event_that_nobody_handles_is_found() -> None:
    watched = Watched()
    watched.feed(published("lonely", fanout=0), published("lonely", fanout=0), published("unknown", fanout=-1))
    assert watched.findings() == [(FindingKind.NOBODY_HANDLES, "lonely")]
    assert watched.nodes(NodeKind.TYPE)["lonely"].unhandled == 2
    watched.declare(DeclaredSubscription("late"))
    assert (FindingKind.NOBODY_HANDLES, "lonely") not in watched.findings()


def test_a_subscription_that_keeps_failing_is_found_and_forgiven_but_not_what_it_gave_up() -> None:
    watched = Watched()
    watched.feed(published(fanout=1))
    for tick in range(4):
        watched.feed(step(Phase.DELIVERED), step(Phase.FAILED), step(Phase.DEAD_LETTERED), at=NOW + tick * SECOND)
    (finding,) = watched.topology.findings(NOW + 4 * SECOND)
    assert finding.text == "stock failed 4 of 4 times, 4 went to dead letters."
    for tick in range(30):
        watched.feed(step(Phase.DELIVERED), step(Phase.HANDLED), at=NOW + (5 + tick) * SECOND)
    (finding,) = watched.topology.findings(NOW + 40 * SECOND)
    assert (finding.kind, finding.text) == (FindingKind.GIVEN_UP, "stock gave up 4 events for good (dead letters).")
    assert finding.phase is Phase.DEAD_LETTERED


def test_a_subscription_that_nobody_declared_is_found_where_others_are_declared() -> None:
    watched = Watched()
    watched.feed(published(), step(Phase.DELIVERED, "ghost"))
    assert watched.findings() == []
    watched.declare(DeclaredSubscription("known", types=("order.*",)))
    assert watched.findings() == [(FindingKind.UNDECLARED, "ghost")]

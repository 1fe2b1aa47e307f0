"""Building a trace: the same tree as an oracle, for any order, duplicates, cycles and gaps."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.store import Store
from app.traces.delivery import DeliveryState
from app.traces.trace import NodeKind, Trace, TraceNode, build_trace
from eventscope.connector import Block, Record
from eventscope.step import UNKNOWN, Phase

START = 1_800_000_000_000_000_000
MS = 1_000_000
EVENTS = (NodeKind.EVENT, NodeKind.HOP)
Row = tuple[str, Record]


def store_of(rows: Sequence[Row]) -> Store:
    store = Store()
    for source, record in rows:
        store.append(source, Block.of([record._replace(correlation_id="c")]), START)
    return store


def trace_of(*records: Record) -> Trace:
    return build_trace(store_of([("bus", record) for record in records]), "c")


def event(id_: str | None, cause: str | None = None, at_ms: int = 0, **fields: object) -> Record:
    return Record(type=id_, id=id_, causation_id=cause, occurred_at=START + at_ms * MS, **fields)  # type: ignore[arg-type]


def step(phase: Phase, id_: str | None, to: str = "stock", at_ms: int = 0, **fields: object) -> Record:
    fields = {"phase": phase, "subscription": to, "attempt": 1, **fields}
    return event(id_, None, at_ms, **fields)


def titles(nodes: Sequence[TraceNode]) -> list[str]:
    return [node.title for node in nodes]


def event_above(trace: Trace, node: TraceNode) -> int | None:
    return next((above.seq for above in trace.ancestors(node.index) if above.kind in EVENTS), None)


def parents_by_hand(rows: Sequence[Row]) -> dict[int, int | None]:
    """What each published row hangs under, found by looking at all rows again and again."""
    numbered = list(enumerate(rows, start=1))

    def cause_of(seq: int, source: str, record: Record) -> int | None:
        place = (source, record.channel)
        twins = [(n, (s, r.channel)) for n, (s, r) in numbered if n < seq and r.id == record.id is not None]
        if hops := [n for n, where in twins if where != place]:
            return max(hops)
        if record.causation_id is None or record.causation_id == record.id:
            return None
        named = [(n, (s, r.channel)) for n, (s, r) in numbered if r.id == record.causation_id]
        near = [n for n, where in named if where == place] or [n for n, (s, _) in named if s == source]
        same = near or [n for n, _ in named]
        return max((n for n in same if n <= seq), default=min(same, default=None))

    causes = {seq: cause_of(seq, source, record) for seq, (source, record) in numbered}
    cut = set()
    for seq in causes:
        way, at = [seq], causes[seq]
        while at is not None and at not in way:
            way.append(at)
            at = causes[at]
        if at == seq:
            cut.add(min(way))
    return {seq: None if seq in cut else cause for seq, cause in causes.items()}


ids = st.sampled_from([None, "1", "2", "3", "4", "5"])
published = st.fixed_dictionaries(
    {
        "type": st.just("t"),
        "id": ids,
        "causation_id": ids,
        "payload": st.sampled_from([b"x", b"y", b"yy"]),
        "channel": st.sampled_from([None, "orders"]),
        "occurred_at": st.one_of(st.just(UNKNOWN), st.integers(START, START + 9)),
        "producer": st.just("p"),
    }
).map(lambda fields: Record(**fields))
any_step = st.fixed_dictionaries(
    {
        "type": st.just("t"),
        "id": ids,
        "causation_id": ids,
        "phase": st.sampled_from(list(Phase)),
        "subscription": st.sampled_from([None, "s", "t"]),
        "channel": st.sampled_from([None, "orders[0]@1", "orders[1]@2", "events → k"]),
        "attempt": st.integers(0, 2),
        "occurred_at": st.one_of(st.just(UNKNOWN), st.integers(START, START + 9)),
        "queue_ns": st.one_of(st.just(UNKNOWN), st.integers(-3, 5)),
        "handle_ns": st.one_of(st.just(UNKNOWN), st.integers(-3, 5)),
        "fanout": st.integers(-1, 3),
    }
).map(lambda fields: Record(**fields))
sources = st.sampled_from(["a", "b"])


@given(st.lists(st.tuples(sources, published), max_size=14))
def test_events_hang_where_the_oracle_hangs_them(rows: list[Row]) -> None:
    trace = build_trace(store_of(rows), "c")
    events = [node for node in trace.nodes if node.kind in EVENTS]
    assert {node.seq: event_above(trace, node) for node in events} == parents_by_hand(rows)


@given(st.lists(st.tuples(sources, any_step), max_size=25))
def test_any_rows_make_a_tree_that_has_each_row_once(rows: list[Row]) -> None:
    trace = build_trace(store_of(rows), "c")
    told = trace.rows()
    assert sorted(seq for seq, _, _ in told) == list(range(1, len(rows) + 1))
    assert sorted(seq for node in trace.nodes for seq in node.seqs) == list(range(1, len(rows) + 1))
    depths: dict[int | None, int] = {None: -1}
    for seq, parent, depth in told:
        assert depth == depths[parent] + 1  # a cause stands before its effects
        depths[seq] = depth
    for i, node in enumerate(trace.nodes):
        assert node.index == i
        assert node.depth == (0 if node.parent is None else trace.nodes[node.parent].depth + 1)
        assert node.parent is None or node.parent < i
        assert node.children == sum(other.parent == i for other in trace.nodes)
        assert 0 <= node.start_ns <= node.end_ns or node.kind is NodeKind.GHOST
    for node in trace.nodes:
        below = [other for other in trace.nodes if node in trace.ancestors(other.index)]
        assert list(trace.descendants(node.index)) == below


@given(st.permutations(range(7)))
def test_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    records = [event(str(n), str(n // 2) if n else None, at_ms=n) for n in range(1, 8)]
    trace = trace_of(*[records[i] for i in order])
    assert [(node.title, node.depth) for node in trace.nodes] == [
        (str(n), depth) for n, depth in [(0, 0), (1, 1), (2, 2), (4, 3), (5, 3), (3, 2), (6, 3), (7, 3)]
    ]
    assert trace.nodes[0].kind is NodeKind.GHOST


def test_a_trace_as_deep_as_it_is_long_is_built() -> None:
    store = Store()
    deep = [event(str(n), str(n - 1), n)._replace(correlation_id="c") for n in range(1, 20_001)]
    store.append("bus", Block.of(deep), START)
    trace = build_trace(store, "c")
    assert trace.nodes[-1].depth == 20_000
    assert len(list(trace.ancestors(20_000))) == 20_000


def test_a_cause_that_was_not_captured_is_a_ghost_shared_by_its_effects() -> None:
    trace = trace_of(event("b", "a", 1), event("c", "a", 2), event("d", "z", 3))
    assert titles(trace.nodes) == ["a", "b", "c", "z", "d"]
    ghost = trace.nodes[0]
    assert (ghost.kind, ghost.seq, ghost.badges) == (NodeKind.GHOST, None, ("before this capture began",))
    assert not trace.complete
    assert any("Causes not captured: 2" in warning for warning in trace.warnings)


def test_an_event_that_names_itself_as_its_cause_is_a_root() -> None:
    trace = trace_of(event("a", "a"))
    assert (trace.nodes[0].parent, trace.nodes[0].badges) == (None, ("self-parent",))
    assert any("Links cut: 1" in warning for warning in trace.warnings)


def test_a_cycle_is_cut_at_its_first_event() -> None:
    trace = trace_of(event("a", "c", 1), event("b", "a", 2), event("c", "b", 3), event("d", "b", 4))
    assert [(node.title, node.depth, node.badges) for node in trace.nodes] == [
        ("a", 0, ("cycle",)),
        ("b", 1, ()),
        ("c", 2, ()),
        ("d", 2, ()),
    ]


def test_the_same_id_with_another_payload_is_another_event() -> None:
    trace = trace_of(event("a", payload=b"1"), event("a", payload=b"2"))
    assert [(node.seq, node.badges) for node in trace.nodes] == [(1, ("duplicate id",)), (2, ("duplicate id",))]


def test_the_same_id_with_the_same_payload_is_a_redelivery() -> None:
    trace = trace_of(event("a", payload=b"1"), event("a", payload=b"1"))
    assert [node.badges for node in trace.nodes] == [(), ("redelivered",)]


def test_a_cause_is_looked_for_in_the_own_source_first() -> None:
    rows = [
        ("a", event("1", at_ms=1)),
        ("b", event("1", at_ms=2)._replace(type="another")),
        ("b", event("2", "1", 3)),
        ("c", event("3", "2", 4)),
    ]
    trace = build_trace(store_of(rows), "c")
    assert [(node.seq, node.depth) for node in trace.nodes] == [(1, 0), (2, 0), (3, 1), (4, 2)]
    assert trace.parents_by_seq == {1: None, 2: None, 3: 2, 4: 3}


def told(trace: Trace) -> list[tuple[str, NodeKind, str | None, int, tuple[str, ...]]]:
    return [(node.title, node.kind, node.hop, node.depth, node.badges) for node in trace.nodes]


SHOP, KAFKA, RABBIT = "shop/shop", "orders[0]@7", "events → paid"


def test_one_event_on_three_systems_is_one_event_and_its_hops() -> None:
    rows = [
        ("rabbit", event("b", "a", 9, channel=RABBIT)),
        ("kafka", event("a", at_ms=4, channel=KAFKA)),
        ("rabbit", event("a", at_ms=6, channel="events → a")),
        ("tap", event("a", at_ms=1, channel=SHOP, fanout=1)),
        ("tap", step(Phase.HANDLED, "a", "stock", 3, channel=SHOP)),
        ("tap", event("c", "b", 12, channel=SHOP, fanout=0)),
    ]
    trace = build_trace(store_of(rows), "c")
    assert told(trace) == [
        ("a", NodeKind.EVENT, SHOP, 0, ()),
        ("stock", NodeKind.DELIVERY, SHOP, 1, ()),
        ("a", NodeKind.HOP, KAFKA, 1, ()),
        ("a", NodeKind.HOP, "events → a", 2, ()),
        ("b", NodeKind.EVENT, RABBIT, 3, ()),
        ("c", NodeKind.EVENT, SHOP, 4, ()),
    ]
    assert (trace.complete, trace.warnings) == (True, [])


def test_hops_are_told_apart_in_a_recording_where_all_rows_have_one_source() -> None:
    trace = trace_of(
        event("a", at_ms=1, channel=SHOP, fanout=1),
        event("a", at_ms=2, channel=KAFKA),
        step(Phase.HANDLED, "a", "stock", 3, channel=SHOP),
    )
    assert [(node.kind, node.depth) for node in trace.nodes] == [
        (NodeKind.EVENT, 0),
        (NodeKind.HOP, 1),
        (NodeKind.DELIVERY, 1),
    ]


def test_a_broker_whose_clock_has_whole_milliseconds_is_not_before_the_program_that_sent() -> None:
    published = Record(type="a", id="a", occurred_at=START + 7 * MS + 900_000, channel=SHOP, fanout=0)
    trace = build_trace(store_of([("kafka", event("a", at_ms=7, channel=KAFKA)), ("tap", published)]), "c")
    assert told(trace) == [("a", NodeKind.EVENT, SHOP, 0, ()), ("a", NodeKind.HOP, KAFKA, 1, ())]


def test_an_event_that_a_producer_sent_twice_is_one_hop_and_a_redelivery() -> None:
    rows = [("tap", event("a", at_ms=1, channel=SHOP, fanout=0))]
    rows += [("kafka", event("a", at_ms=2 + n, channel=f"orders[0]@{n}")) for n in range(2)]
    assert told(build_trace(store_of(rows), "c")) == [
        ("a", NodeKind.EVENT, SHOP, 0, ()),
        ("a", NodeKind.HOP, "orders[0]@0", 1, ()),
        ("a", NodeKind.HOP, "orders[0]@1", 1, ("redelivered",)),
    ]


def test_the_same_id_and_another_type_elsewhere_is_another_event() -> None:
    rows = [("tap", event("1", channel=SHOP)), ("kafka", event("1", channel=KAFKA)._replace(type="other"))]
    assert [node.kind for node in build_trace(store_of(rows), "c").nodes] == [NodeKind.EVENT, NodeKind.EVENT]


def test_the_steps_of_a_delivery_are_one_node() -> None:
    trace = trace_of(
        event("a", fanout=1),
        step(Phase.DELIVERED, "a", at_ms=2, queue_ns=2 * MS),
        step(Phase.FAILED, "a", at_ms=5, queue_ns=2 * MS, handle_ns=3 * MS, error="no stock"),
        step(Phase.RETRIED, "a", at_ms=5, error="no stock"),
        step(Phase.DELIVERED, "a", at_ms=9, attempt=2, queue_ns=1 * MS),
        step(Phase.HANDLED, "a", at_ms=11, attempt=2, queue_ns=1 * MS, handle_ns=2 * MS),
    )
    node = trace.nodes[1]
    assert titles(trace.nodes) == ["a", "stock"]
    assert (node.kind, node.state, node.attempts, node.error) == (
        NodeKind.DELIVERY,
        DeliveryState.HANDLED,
        2,
        "no stock",
    )
    assert (node.start_ns, node.wait_ns, node.handle_ns, node.end_ns) == (0, 2 * MS, 5 * MS, 11 * MS)
    assert (node.seq, node.seqs) == (6, (2, 3, 4, 5, 6))
    assert trace.complete
    assert trace.duration_ns == 11 * MS
    assert trace.node_of(4) is node


@pytest.mark.parametrize(
    ("phases", "state"),
    [
        ([Phase.DELIVERED], DeliveryState.RUNNING),
        ([Phase.DELIVERED, Phase.HANDLED], DeliveryState.HANDLED),
        ([Phase.DELIVERED, Phase.FAILED], DeliveryState.FAILED),
        ([Phase.DELIVERED, Phase.FAILED, Phase.RETRIED], DeliveryState.RETRYING),
        ([Phase.DELIVERED, Phase.FAILED, Phase.DEAD_LETTERED], DeliveryState.DEAD_LETTERED),
        ([Phase.DROPPED], DeliveryState.DROPPED),
    ],
)
def test_a_delivery_stands_as_its_last_step_says(phases: list[Phase], state: DeliveryState) -> None:
    steps = [step(phase, "a", at_ms=1 + i) for i, phase in enumerate(phases)]
    for order in (steps, list(reversed(steps))):
        trace = trace_of(event("a", fanout=1), *order)
        assert trace.nodes[1].state is state
        assert trace.complete == (state in (DeliveryState.HANDLED, DeliveryState.DEAD_LETTERED, DeliveryState.DROPPED))


def test_a_trace_with_a_delivery_that_nobody_saw_is_not_complete() -> None:
    assert not trace_of(event("a", fanout=2), step(Phase.HANDLED, "a", at_ms=1)).complete


def test_steps_of_an_event_whose_publishing_was_not_captured_make_an_event() -> None:
    trace = trace_of(step(Phase.HANDLED, "a", at_ms=1), event("b", "a", 2))
    assert [(node.title, node.kind, node.badges) for node in trace.nodes] == [
        ("a", NodeKind.EVENT, ("publish not captured",)),
        ("stock", NodeKind.DELIVERY, ()),
        ("b", NodeKind.EVENT, ()),
    ]
    assert trace.rows() == [(1, None, 0), (2, None, 0)]
    assert not trace.complete


def two_handlers(*, overlap: bool) -> Trace:
    second = 2 if overlap else 4
    return trace_of(
        event("a", fanout=2),
        step(Phase.DELIVERED, "a", "stock", at_ms=1),
        event("b", "a", 2),
        step(Phase.HANDLED, "a", "stock", at_ms=3),
        step(Phase.DELIVERED, "a", "mail", at_ms=second),
        step(Phase.HANDLED, "a", "mail", at_ms=5),
    )


def test_an_effect_hangs_under_the_handler_that_alone_was_running() -> None:
    trace = two_handlers(overlap=False)
    assert [(node.title, node.depth) for node in trace.nodes] == [("a", 0), ("stock", 1), ("b", 2), ("mail", 1)]
    assert trace.parents_by_seq[3] == 1


def test_an_effect_hangs_under_the_event_when_two_handlers_were_running() -> None:
    trace = two_handlers(overlap=True)
    assert [(node.title, node.depth) for node in trace.nodes] == [("a", 0), ("stock", 1), ("b", 1), ("mail", 1)]


def test_an_effect_hangs_under_the_event_when_not_all_handlers_were_seen() -> None:
    trace = trace_of(
        event("a", fanout=2),
        step(Phase.DELIVERED, "a", "stock", at_ms=1),
        event("b", "a", 2),
        step(Phase.HANDLED, "a", "stock", at_ms=3),
    )
    assert [(node.title, node.depth) for node in trace.nodes] == [("a", 0), ("stock", 1), ("b", 1)]


def test_times_that_run_backwards_are_marked_and_placed_by_cause() -> None:
    trace = trace_of(
        event("a", at_ms=5, fanout=1), step(Phase.HANDLED, "a", at_ms=6, queue_ns=-7), event("b", "a", at_ms=1)
    )
    assert [(node.title, node.depth, node.badges) for node in trace.nodes] == [
        ("a", 0, ()),
        ("b", 1, ("clock",)),
        ("stock", 1, ("clock",)),
    ]
    assert trace.nodes[2].wait_ns == -7
    assert trace.started_at == START + 1 * MS


def test_rows_from_the_horizon_on_are_left_out() -> None:
    store = store_of([("bus", event("a")), ("bus", event("b", "a", 1))])
    assert titles(build_trace(store, "c", horizon=2).nodes) == ["a"]


def test_a_trace_that_is_too_long_is_cut_and_says_so() -> None:
    store = store_of([("bus", event(str(n), at_ms=n)) for n in range(5)])
    trace = build_trace(store, "c", limit=3)
    assert len(trace.rows()) == 3
    assert trace.warnings == ["Only the first 3 of 5 rows are shown."]
    assert not trace.complete


def test_a_trace_of_which_nothing_is_kept_is_empty_and_says_so() -> None:
    trace = build_trace(Store(), "c")
    assert (trace.nodes, trace.rows(), trace.complete) == ([], [], False)
    assert trace.warnings == ["No row of this trace is kept."]


def test_a_little_difference_between_two_channels_is_no_clock_that_is_wrong() -> None:
    rows = [
        ("rabbit", event("a", at_ms=30, channel=RABBIT)),
        ("tap", event("b", "a", 10, channel=SHOP)),
        ("tap", event("c", "b", 5, channel=SHOP)),
        ("other", event("d", "a", -30, channel="far")),
    ]
    trace = build_trace(store_of(rows), "c")
    assert {node.title: node.badges for node in trace.nodes} == {"a": (), "b": (), "c": ("clock",), "d": ("clock",)}

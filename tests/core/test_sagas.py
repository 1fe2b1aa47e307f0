"""Sagas: steps, what takes them back, what failed and what was left behind, told from the events alone."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spilling import Spilling

from app.store.store import MIB, Store
from app.traces.hops import DEAD_LETTER, RETRY
from app.traces.lanes import LaneKind, lanes_of
from app.traces.late import mark_budgets
from app.traces.nodes import NodeKind, Trace
from app.traces.saga import SagaState, Style
from app.traces.sagas import Sagas
from app.traces.summary import TraceState
from app.traces.trace import build_trace
from app.traces.traces import Traces
from eventscope.connector import Block, Record
from eventscope.step import UNKNOWN, Phase

START = 1_800_000_000_000_000_000
MS = 1_000_000


def said(type_: str, by: str, cause: str | None = None, **more: Any) -> Record:
    """An event whose id is its type, published by a service. `payload` and `headers` are given as plain data."""
    payload, headers = more.pop("payload", {"order_id": "o-17"}), more.pop("headers", None)
    known = {"id": type_, "correlation_id": "c", "channel": "bus", "fanout": 1, "priority": 1} | more
    if headers is not None:
        known["headers"] = json.dumps([[name, value] for name, value in headers.items()])
    return Record(type_, json.dumps(payload).encode(), producer=by, causation_id=cause, **known)


def heard(event: Record, by: str, phase: Phase = Phase.HANDLED, **more: Any) -> Record:
    """A step of the event's delivery to a subscription."""
    more = {"phase": phase, "subscription": by, "attempt": 1, "payload": None, "headers": None, "fanout": -1} | more
    return event._replace(**more)


def timed(records: Sequence[Record]) -> list[Record]:
    """The same, ten milliseconds after each other, unless they say when."""
    return [
        record._replace(occurred_at=START + 10 * MS * n) if record.occurred_at == UNKNOWN else record
        for n, record in enumerate(records)
    ]


def store_of(*records: Record) -> Store:
    store = Store()
    store.append("bus", Block.of(timed(records)), START)
    return store


def trace_of(*records: Record) -> Trace:
    return build_trace(store_of(*records), "c")


def undone(trace: Trace) -> dict[str, str]:
    """What takes back what, by titles."""
    nodes = trace.nodes
    return {node.title: nodes[node.undoes].title for node in nodes if node.undoes is not None}


def left(trace: Trace) -> list[str | None]:
    return [event.row.type for event in trace.saga.left] if trace.saga else []


CREATED = said("order.created", "orders")
RESERVED = said("inventory.reserved", "inventory", "order.created")
PAID = said("payment.processed", "payment", "inventory.reserved")
REFUSED = said("payment.failed", "payment", "inventory.reserved", payload={"order_id": "o-17", "reason": "declined"})
LABELLED = said("shipping.failed", "shipping", "payment.processed")
REFUNDED = said("payment.refunded", "payment", "shipping.failed")
RELEASED = said("inventory.reservation.cancelled", "inventory", "payment.failed")
CANCELLED = said("order.cancelled", "orders", "inventory.reservation.cancelled")


def test_a_saga_that_goes_well_is_completed() -> None:
    saga = trace_of(CREATED, RESERVED, PAID).saga
    assert saga is not None
    assert (saga.state(TraceState.COMPLETE), saga.style) == (SagaState.COMPLETED, Style.CHOREOGRAPHY)
    assert saga.state(TraceState.OPEN) is SagaState.RUNNING
    assert saga.state(TraceState.STUCK) is SagaState.STUCK


def test_a_saga_whose_steps_are_all_taken_back_is_compensated() -> None:
    trace = trace_of(CREATED, RESERVED, PAID, LABELLED, REFUNDED, RELEASED, CANCELLED)
    assert undone(trace) == {
        "payment.refunded": "payment.processed",
        "inventory.reservation.cancelled": "inventory.reserved",
        "order.cancelled": "order.created",
    }
    assert trace.saga is not None
    assert trace.saga.state(TraceState.COMPLETE) is SagaState.COMPENSATED
    assert left(trace) == []


def test_a_step_that_was_not_taken_back_is_left_behind() -> None:
    trace = trace_of(CREATED, RESERVED, REFUSED)
    assert left(trace) == ["inventory.reserved"]
    assert [node.title for node in trace.nodes if node.left] == ["inventory.reserved"]
    assert trace.saga is not None
    assert (trace.saga.state(TraceState.QUIET), trace.saga.reason) == (SagaState.FAILED, "declined")


def test_a_failure_that_is_made_good_is_none() -> None:
    again = said("payment.processed", "payment", "inventory.reserved", id="second")
    saga = trace_of(CREATED, RESERVED, REFUSED, again).saga
    assert saga is not None
    assert saga.failures == []
    assert saga.state(TraceState.COMPLETE) is SagaState.COMPLETED


def test_a_service_that_handles_the_cancellation_may_undo_in_silence() -> None:
    off = said("order.cancelled", "orders", "payment.failed")
    trace = trace_of(CREATED, RESERVED, REFUSED, off, heard(off, "inventory_release"))
    assert left(trace) == []


def test_a_chain_that_breaks_off_at_a_dead_letter_has_failed() -> None:
    trace = trace_of(CREATED, RESERVED, PAID, heard(PAID, "shipping_label", Phase.DEAD_LETTERED, error="no carrier"))
    assert left(trace) == ["inventory.reserved", "payment.processed"]
    assert trace.saga is not None
    assert trace.saga.reason == "no carrier"


def test_ordinary_traces_are_no_sagas() -> None:
    created = said("defect.created", "defects")
    changed = said("defect.status_changed", "engineer", "defect.created")
    gone = said("defect.deleted", "defects", "defect.status_changed")
    trace = trace_of(created, changed, gone)
    assert trace.saga is None
    assert undone(trace) == {}


def test_what_one_service_takes_back_by_itself_is_marked_but_no_saga() -> None:
    trace = trace_of(said("booking.created", "web"), said("booking.cancelled", "web", "booking.created"))
    assert undone(trace) == {"booking.cancelled": "booking.created"}
    assert trace.saga is None


def test_a_deletion_that_answers_a_violation_takes_back() -> None:
    trace = trace_of(
        said("token.created", "tokens"),
        said("dna.constraint_violated", "guardian", "token.created"),
        said("token.deleted", "tokens", "dna.constraint_violated"),
    )
    assert undone(trace) == {"token.deleted": "token.created"}


def test_identities_that_differ_keep_two_of_a_kind_apart() -> None:
    one = said("stock.reserved", "stock", "order.created", id="1", payload={"reservation_id": "r1"})
    two = said("stock.reserved", "stock", "order.created", id="2", payload={"reservation_id": "r2"})
    free = said("stock.released", "stock", "order.created", payload={"reservation_id": "r1"})
    trace = trace_of(CREATED, one, two, said("payment.failed", "payment"), free)
    by = {node.seq: node for node in trace.nodes}
    assert by[5].undoes == by[2].index
    assert [event.row.id for event in trace.saga.left] == ["2"] if trace.saga else False


def test_an_event_that_names_what_it_compensates_needs_no_telling_name() -> None:
    step = said("seat.taken", "seats", id="e-1")
    by_id = said("seat.freed", "seats", "seat.taken", payload={"compensates": "e-1"})
    assert undone(trace_of(step, by_id)) == {"seat.freed": "seat.taken"}
    by_type = said("seat.freed", "seats", "seat.taken", headers={"saga-compensates": "seat.taken"})
    assert undone(trace_of(step, by_type)) == {"seat.freed": "seat.taken"}


def test_numbered_steps_are_taken_back_by_negative_ones() -> None:
    led = {"saga": "orchestration", "step": 1}
    step = said("stock.moved", "stock", "order.created", headers=led)
    back = said("stock.moved_again", "stock", "order.created", headers=led | {"step": -1})
    trace = trace_of(CREATED, step, back)
    assert undone(trace) == {"stock.moved_again": "stock.moved"}
    assert trace.saga is not None
    assert trace.saga.style is Style.ORCHESTRATION


def test_activities_of_a_routing_slip_are_taken_back_by_their_execution() -> None:
    done = "urn:message:MassTransit.Courier.Contracts:RoutingSlipActivityCompleted"
    back = "urn:message:MassTransit.Courier.Contracts:RoutingSlipActivityCompensated"
    rows = [
        said(done, "slip", id=name, payload={"message": {"activityName": name, "executionId": number}})
        for name, number in (("Reserve", "x1"), ("Charge", "x2"))
    ]
    undo = said(back, "slip", payload={"message": {"activityName": "Reserve", "executionId": "x1"}})
    trace = trace_of(*rows, said("RoutingSlipActivityFaulted", "slip"), undo)
    nodes = {node.seq: node for node in trace.nodes}
    assert nodes[4].undoes == nodes[1].index
    assert trace.saga is not None
    assert trace.saga.state(TraceState.COMPLETE) is SagaState.COMPENSATED


def test_who_causes_the_steps_of_others_while_it_handles_one_event_leads() -> None:
    begin = heard(CREATED, "order_saga", Phase.DELIVERED, occurred_at=START + 1 * MS)
    end = heard(CREATED, "order_saga", occurred_at=START + 90 * MS, handle_ns=89 * MS)
    charged = said("payment.processed", "payment", "order.created", occurred_at=START + 40 * MS)
    reserved = RESERVED._replace(occurred_at=START + 20 * MS)
    trace = trace_of(CREATED._replace(occurred_at=START), begin, reserved, charged, end)
    assert trace.saga is not None
    assert (trace.saga.style, trace.saga.leader) == (Style.ORCHESTRATION, "order_saga")
    lanes = lanes_of(trace)
    asked = {trace.nodes[m.node].title: m.asked_by for m in lanes.messages}
    leader = next(n for n, lane in enumerate(lanes.lanes) if lane.name == "order_saga")
    assert asked == {"order.created": None, "inventory.reserved": leader, "payment.processed": leader}


def test_who_sends_commands_leads() -> None:
    trace = trace_of(
        said("OrderSubmitted", "web"),
        said("ReserveStock", "manager", "OrderSubmitted"),
        said("StockReserved", "stock", "ReserveStock"),
        said("ChargeCard", "manager", "StockReserved"),
        said("CardCharged", "bank", "ChargeCard"),
    )
    assert trace.saga is not None
    assert (trace.saga.style, trace.saga.leader) == (Style.ORCHESTRATION, "manager")
    assert [event.row.type for event in trace.saga.steps] == ["StockReserved", "CardCharged"]


def test_a_saga_of_nservicebus_says_who_leads() -> None:
    headers = {"NServiceBus.OriginatingSagaType": "Shop.Sales.OrderPolicy, Shop", "NServiceBus.SagaId": "7"}
    trace = trace_of(CREATED, said("StockReserved", "stock", "order.created", headers=headers))
    assert trace.saga is not None
    assert trace.saga.leader == "OrderPolicy"


def test_subscriptions_stand_in_the_lane_of_their_service() -> None:
    trace = trace_of(CREATED, heard(CREATED, "inventory_reservation"), heard(CREATED, "audit"), RESERVED)
    lanes = lanes_of(trace)
    assert [(lane.name, lane.kind) for lane in lanes.lanes] == [
        ("orders", LaneKind.SERVICE),
        ("inventory", LaneKind.SERVICE),
        ("audit", LaneKind.LISTENER),
    ]
    assert [head.lane for head in lanes.messages[0].heads] == [1, 2]


def test_a_message_that_was_passed_on_goes_to_the_lane_of_its_channel() -> None:
    mail = said("mail.due", "shop", channel="mails[0]@1")
    dead = mail._replace(
        channel="mails.dead-letter[0]@1", headers=json.dumps([["attempts", "3"]]), occurred_at=START + 50 * MS
    )
    again = mail._replace(channel="mails.retry[0]@1", occurred_at=START + 20 * MS)
    trace = trace_of(mail, again, dead)
    hops = [node for node in trace.nodes if node.kind is NodeKind.HOP]
    assert [(node.way, node.attempts) for node in hops] == [(RETRY, 0), (DEAD_LETTER, 3)]
    lanes = lanes_of(trace)
    assert [lanes.lanes[m.origin].name for m in lanes.messages] == [
        "shop",
        "mails.retry",
        "mails.dead-letter",
    ]
    assert [m.passed_from for m in lanes.messages] == [None, 0, 1]


def test_a_message_that_rabbitmq_saw_die_is_a_dead_letter_with_its_deaths() -> None:
    deaths = json.dumps([["x-death", [{"count": 2, "queue": "mails"}, {"count": 1, "queue": "later"}]]])
    mail = said("mail.due", "shop", channel="events → mail.due")
    dead = mail._replace(channel="parked → mail.due", headers=deaths, occurred_at=START + 50 * MS)
    (hop,) = [node for node in trace_of(mail, dead).nodes if node.kind is NodeKind.HOP]
    assert (hop.way, hop.attempts) == (DEAD_LETTER, 3)


def test_a_message_that_died_and_came_back_is_tried_again() -> None:
    mail = said("mail.due", "shop", channel="events → mail.due")
    waits = mail._replace(channel="later → mail.due", occurred_at=START + 20 * MS)
    died = json.dumps([["x-death", [{"count": 2}]]])
    again = mail._replace(headers=died, occurred_at=START + 50 * MS)
    hops = [node for node in trace_of(mail, waits, again).nodes if node.kind is NodeKind.HOP]
    assert [(node.way, node.attempts) for node in hops] == [(None, 0), (RETRY, 2)]


def test_an_ordinary_hop_is_neither_retry_nor_dead_letter() -> None:
    mail = said("mail.due", "shop", channel="events → mail.due")
    (hop,) = [n for n in trace_of(mail, mail._replace(channel="orders[0]@7")).nodes if n.kind is NodeKind.HOP]
    assert hop.way is None


def test_deliveries_over_their_budget_are_marked() -> None:
    late, soon = (heard(CREATED, who, total_ns=ns, priority=3) for who, ns in (("late", 11 * MS), ("soon", 9 * MS)))
    trace = trace_of(CREATED, late, soon)
    mark_budgets(trace.nodes, {})
    assert [node.title for node in trace.nodes if node.over] == ["late"]


def capture(*records: Record) -> tuple[Sagas, Traces, Store]:
    store, traces = store_of(*records), Traces()
    for chunk in store.chunks:
        traces.add(chunk, 0, chunk.rows)
    return Sagas(store, traces), traces, store


def test_what_was_left_behind_is_found_once_its_trace_is_quiet() -> None:
    sagas, _, _ = capture(CREATED, RESERVED, REFUSED)
    assert sagas.broken(START + 1 * MS, 100) == []
    ((trace, verdict),) = sagas.broken(START + 60_000 * MS, 100)
    assert (trace.correlation_id, verdict.name) == ("c", "o-17")
    assert sagas.state(trace) is SagaState.FAILED


def test_a_saga_in_a_file_is_judged_by_a_thread(tmp_path: Path) -> None:
    spilling, traces = Spilling(Store(2 * MIB), tmp_path / "a.eventscope"), Traces()
    store, filling = spilling.store, Block.of([Record("filling", b"x" * 1_000)] * 300)
    store.append("bus", Block.of(timed([CREATED, RESERVED, REFUSED])), START)
    traces.add(store.chunks[0], 0, store.chunks[0].rows)
    assert traces.recent()
    for _ in range(30):
        store.append("bus", filling, START)
        spilling.write()
    chunk = store.chunk_of(1)
    assert not chunk.at_hand
    chunk.cache.clear()
    readers: set[str] = set()
    read = spilling.reader.piece

    def piece(*what: Any) -> bytes:
        readers.add(threading.current_thread().name)
        return read(*what)

    spilling.reader.piece = piece  # type: ignore[method-assign]
    sagas, later = Sagas(store, traces), START + 60_000 * MS
    assert sagas.broken(later, 100) == []
    deadline = time.monotonic() + 20
    while not (found := sagas.broken(later, 100)):
        assert time.monotonic() < deadline
    assert [verdict.name for _, verdict in found] == ["o-17"]
    assert readers == {"eventscope-fetch"}
    spilling.close()
    store.close()


def test_a_saga_whose_beginning_was_not_captured_is_not_blamed() -> None:
    sagas, _, _ = capture(RESERVED, REFUSED)
    assert sagas.broken(START + 60_000 * MS, 100) == []


def test_the_list_knows_sagas_that_go_well_without_building_them() -> None:
    sagas, traces, _ = capture(CREATED, RESERVED, PAID, *(heard(e, "x") for e in (CREATED, RESERVED, PAID)))
    (trace,) = traces.recent(now=START + 60_000 * MS)
    assert (trace.services, trace.tells) == (2, 0)
    assert sagas.state(trace) is SagaState.COMPLETED


TYPES = st.sampled_from(
    (
        *("order.created", "order.cancelled", "stock.reserved", "stock.released", "payment.processed", "note"),
        *("payment.refunded", "payment.failed", "order.rejected", "ReserveStock", "seat.booked"),
        "seat.booking.cancelled",
    )
)
RECORDS = st.builds(
    lambda type_, id_, cause, by, at, phase, to, step: Record(
        type_,
        b'{"order_id": "o"}',
        id=id_,
        causation_id=cause,
        producer=by,
        occurred_at=START + at,
        phase=phase,
        subscription=to,
        correlation_id="c",
        headers=None if step is None else json.dumps([["saga", "x"], ["step", step]]),
    ),
    TYPES,
    st.sampled_from([None, "1", "2", "3", "4"]),
    st.sampled_from([None, "1", "2", "3", "4"]),
    st.sampled_from([None, "orders", "stock", "payment"]),
    st.integers(0, 60) | st.just(0),
    st.sampled_from(list(Phase)),
    st.sampled_from([None, "stock_reserve", "audit"]),
    st.sampled_from([None, None, 1, 2, -1, -2]),
)


@settings(deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=25))
def test_of_any_rows_nothing_takes_back_what_came_later_and_lanes_have_each_delivery_once(rows: list[Record]) -> None:
    store = Store()
    store.append("bus", Block.of(rows), START)
    trace = build_trace(store, "c")
    assert trace.meaning is not None
    places = {trace.index_of(event): place for place, event in enumerate(trace.meaning.ordered)}
    for event in trace.meaning.ordered:
        if event.parent is not None:
            assert places[trace.index_of(event.parent)] < places[trace.index_of(event)]
    for node in trace.nodes:
        if node.undoes is not None:
            assert places[node.undoes] < places[node.index]
    lanes = lanes_of(trace)
    heads = [head.node for message in lanes.messages for head in message.heads]
    assert sorted(heads) == [node.index for node in trace.nodes if node.kind is NodeKind.DELIVERY]
    assert sorted(message.node for message in lanes.messages) == sorted(places)
    assert all(message.undoes is None or message.undoes < place for place, message in enumerate(lanes.messages))


@pytest.mark.parametrize("headers", ["nonsense", "[]", '[["step"]]', '[["step", {}]]', '{"a": 1}', "[1, 2]"])
def test_headers_that_nobody_can_read_say_nothing(headers: str) -> None:
    trace = trace_of(CREATED._replace(headers=headers), RESERVED._replace(payload=b'{"saga": '))
    assert undone(trace) == {}

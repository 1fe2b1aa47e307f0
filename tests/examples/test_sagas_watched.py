"""What the monitor says of the five systems without being told: sagas, retries, budgets, subscriptions, hit rates."""

from __future__ import annotations

import time
from collections import Counter

from played import embedded, rows_of

from app.findings.findings import find_all
from app.session import Session
from app.topology.findings import Finding, FindingKind
from app.traces.delivery import DeliveryState
from app.traces.late import mark_budgets
from app.traces.nodes import NodeKind, Trace
from app.traces.saga import SagaState, Style
from app.traces.summary import TraceState
from app.traces.trace import build_trace
from eventscope.step import Phase

LATER_NS = 60_000_000_000

BACK = {
    "inventory.reserved": "inventory.reservation.cancelled",
    "payment.processed": "payment.refunded",
    "shipping.created": "shipping.cancelled",
    "order.created": "order.cancelled",
}
"""Each step of an order, and what takes it back."""


def traces_of(session: Session) -> list[Trace]:
    return [build_trace(session.store, each.correlation_id) for each in session.traces.recent(100_000)]


def findings_of(session: Session) -> list[Finding]:
    now = time.time_ns() + LATER_NS
    session.sagas.judge(session.traces.recent(1_000), slice_s=60.0)
    return find_all(session, now, session.topology.map(now))


def undone(trace: Trace) -> Counter[tuple[str | None, str | None]]:
    return Counter((trace.nodes[n.undoes].type, n.type) for n in trace.nodes if n.undoes is not None)


def types(trace: Trace) -> Counter[str | None]:
    return Counter(node.type for node in trace.nodes if node.kind is NodeKind.EVENT)


async def test_each_saga_of_the_orders_shows_exactly_the_compensations_that_happened():
    session = await embedded("orders", rate=2500, seconds=1.2)
    seen = Counter[str]()
    for trace in traces_of(session):
        had, found = types(trace), undone(trace)
        happened = {(step, back): had[back] for step, back in BACK.items() if had[back] and had[step]}
        assert found == happened, had
        if found and trace.saga is not None:
            assert trace.saga.state(TraceState.COMPLETE) is SagaState.COMPENSATED
            assert trace.saga.left == []
            seen.update(event.row.type or "" for event in trace.saga.failures)
    assert {"inventory.reservation.failed", "payment.failed", "shipping.failed"} <= seen.keys()


async def test_orders_without_a_failure_are_completed_sagas_of_both_styles():
    session = await embedded("orders", rate=2500, seconds=0.8)
    good = [t for t in traces_of(session) if types(t)["order.delivered"] and not types(t)["order.cancelled"]]
    assert good
    styles = {trace.saga.style for trace in good if trace.saga is not None}
    assert all(t.saga is not None and t.saga.state(TraceState.COMPLETE) is SagaState.COMPLETED for t in good)
    assert styles == {Style.CHOREOGRAPHY, Style.ORCHESTRATION}
    assert {t.saga.leader for t in good if t.saga is not None} <= {"", "order_saga"}


async def test_nothing_is_said_to_be_left_behind_in_a_shop_that_undoes_all():
    kinds = {finding.kind for finding in findings_of(await embedded("orders", rate=1500, seconds=1.2))}
    assert FindingKind.LEFT_BEHIND not in kinds
    assert FindingKind.VERSION_GAP not in kinds
    assert FindingKind.VERSION_CONFLICT not in kinds
    assert FindingKind.DEAD_SUBSCRIPTION in kinds


async def test_each_order_is_a_stream_whose_versions_follow_each_other():
    session = await embedded("orders", rate=1500, seconds=0.6)
    first = next(row for row in rows_of(session) if row.type == "order.delivered" and row.phase == Phase.PUBLISHED)
    key = build_trace(session.store, first.correlation_id)
    assert key.meaning is not None
    order = key.meaning.ordered[0].facts.ids["orderid"]
    stream = session.streams.stream("demo:orders", order)
    assert stream is not None
    versions = [entry.version for entry in sorted(stream.entries)]
    assert versions == list(range(1, len(versions) + 1))


async def test_mails_of_the_defects_are_retried_and_given_up_with_their_attempts():
    session = await embedded("defects", rate=2000, seconds=0.8)
    dead = [n for t in traces_of(session) for n in t.nodes if n.state is DeliveryState.DEAD_LETTERED]
    assert dead
    assert {node.title for node in dead} == {"email_notifications"}
    most = max(node.attempts for node in dead)
    assert all(node.attempts == most > 1 for node in dead)
    (given_up,) = [f for f in findings_of(session) if f.kind in (FindingKind.GIVEN_UP, FindingKind.FAILING)]
    assert f"{len(dead):,}" in given_up.text
    assert all(trace.saga is None for trace in traces_of(session)), "a life of a defect is no saga"


async def test_late_answers_of_the_life_are_marked_as_its_breaches_are_counted():
    session = await embedded("life", rate=390, seconds=3)
    late = Counter[int]()
    for trace in traces_of(session):
        mark_budgets(trace.nodes, session.settings.budgets_ms)
        late.update(node.priority for node in trace.nodes if node.over)
    counted = {priority: count for priority, count in session.breaches.counts().items() if count}
    assert dict(late) == counted
    said = {finding.key for finding in findings_of(session) if finding.kind is FindingKind.OVER_BUDGET}
    assert said == {priority.name for priority in counted}


async def test_the_subscription_of_neurograph_that_never_fired_is_found_and_a_withdrawal_takes_back_its_token():
    session = await embedded("neurograph", rate=2000)
    dead = [f.text for f in findings_of(session) if f.kind is FindingKind.DEAD_SUBSCRIPTION]
    assert [text.split()[0] for text in dead] == ["spatial_rebuild"]
    taken_back = sum((undone(trace) for trace in traces_of(session)), Counter())
    withdrawn = sum(row.type == "token.deleted" and row.phase == Phase.PUBLISHED for row in rows_of(session))
    assert taken_back == {("token.created", "token.deleted"): withdrawn}


async def test_the_hit_rate_of_the_roles_is_a_gauge_and_no_finding_while_it_holds():
    session = await embedded("roles", rate=2000, seconds=0.8)
    assert "hit_rate_percent" in {gauge.name for gauge in session.gauges.all}
    kinds = {finding.kind for finding in findings_of(session)}
    assert FindingKind.HIT_RATE not in kinds
    assert FindingKind.LEFT_BEHIND not in kinds

"""Findings of a whole session: each a sentence with its evidence."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from app.findings.findings import find_all
from app.session import Session
from app.topology.findings import Finding, FindingKind
from eventscope.connector import Block, Record
from eventscope.step import Phase

MS = 1_000_000
MINUTE_NS = 60_000_000_000


@pytest.fixture
def session() -> Session:
    return Session()


def put(session: Session, *records: Record) -> None:
    session.intake.put("shop", Block.of(records))
    session.drain(budget_s=60.0)


def found(session: Session, kind: FindingKind) -> list[Finding]:
    now = time.time_ns() + MINUTE_NS
    session.sagas.judge(session.traces.recent(1_000), slice_s=60.0)
    return [each for each in find_all(session, now, session.topology.map(now)) if each.kind is kind]


def said(type_: str, by: str, number: int, cause: str | None = None, **more: Any) -> Record:
    known = {"id": f"{number}/{type_}", "correlation_id": f"t{number}", "fanout": 0, "priority": 1} | more
    body = {"order_id": f"o-{number}", **known.pop("body", {})}
    cause = None if cause is None else f"{number}/{cause}"
    return Record(type_, json.dumps(body).encode(), producer=by, causation_id=cause, **known)


def failing(number: int) -> list[Record]:
    """An order whose payment fails, and nothing is undone."""
    return [
        said("order.created", "orders", number),
        said("inventory.reserved", "inventory", number, "order.created"),
        said("payment.failed", "payment", number, "inventory.reserved", body={"reason": "declined"}),
    ]


def test_sagas_that_left_something_behind_are_told_with_the_latest_one(session: Session) -> None:
    for number in (16, 17):
        put(session, *failing(number))
    (finding,) = found(session, FindingKind.LEFT_BEHIND)
    assert finding.text == (
        "order.created o-17: payment.failed (declined), and inventory.reserved was not undone. The same in 1 more."
    )
    assert (finding.seq, finding.trace) == (6, "t17")


def test_a_saga_that_was_compensated_is_no_finding(session: Session) -> None:
    put(session, *failing(1), said("inventory.released", "inventory", 1, "payment.failed"))
    assert found(session, FindingKind.LEFT_BEHIND) == []


def test_a_trace_whose_delivery_never_ends_is_stuck(session: Session) -> None:
    waiting = said("order.created", "orders", 1, fanout=1)
    put(session, waiting, waiting._replace(phase=Phase.DELIVERED, subscription="stock", fanout=-1))
    (finding,) = found(session, FindingKind.STUCK)
    assert finding.text.startswith("1 trace of order.created stands still for ")
    assert finding.text.endswith("a delivery was begun or announced and never ended.")
    assert finding.trace == "t1"


def test_a_trace_in_which_a_usual_step_stays_away_is_stuck(session: Session) -> None:
    for number in range(30):
        created, reserved, _ = failing(number)
        paid = said("payment.processed", "payment", number, "inventory.reserved")
        put(session, created, reserved, *([paid] if number != 17 else []))
    (finding,) = found(session, FindingKind.STUCK)
    assert finding.text.endswith("a step that is usual did not come.")
    assert finding.trace == "t17"


def test_gaps_and_conflicts_of_streams_are_told_by_kind(session: Session) -> None:
    rows = [
        said("order.changed", "orders", n, key=key, headers=json.dumps([["version", n]]), body={"order_id": key})
        for key, versions in (("a", range(1, 20)), ("b", (1, 2, 3, 5)), ("c", (1, 2, 3, 5)))
        for n in versions
    ]
    put(session, *rows)
    (gap,) = found(session, FindingKind.VERSION_GAP)
    assert gap.text == "order c: version 4 is missing before 5. The same in 1 more."
    put(session, rows[4]._replace(id="another"))
    (conflict,) = found(session, FindingKind.VERSION_CONFLICT)
    assert conflict.text == "order a: two events have version 5."


def test_a_budget_that_is_not_kept_is_told_with_its_worst_event(session: Session) -> None:
    event = said("life.shock", "life", 1, priority=3, fanout=1)
    ends = [
        event._replace(phase=Phase.HANDLED, subscription="processor", total_ns=ms * MS, fanout=-1) for ms in (12, 41, 9)
    ]
    put(session, event, *ends)
    (finding,) = found(session, FindingKind.OVER_BUDGET)
    assert finding.text == "2 CRITICAL events over budget, the worst took 41 ms: life.shock at processor."
    assert finding.seq == 3


def test_a_storm_of_retries_is_told(session: Session) -> None:
    event = said("mail.due", "shop", 1, fanout=1)
    tries = [
        event._replace(phase=phase, subscription="mailer", attempt=n, fanout=-1)
        for n in range(1, 31)
        for phase in (Phase.DELIVERED, Phase.FAILED, Phase.RETRIED)
    ]
    put(session, event, *tries)
    (finding,) = found(session, FindingKind.RETRY_STORM)
    assert finding.text == "mailer is busy with retries: 30 of 30 attempts were to be repeated."
    assert finding.phase is Phase.RETRIED


def gauge(value: float, name: str = "hit_rate_percent") -> Record:
    body = json.dumps({"gauges": {name: value}}).encode()
    return Record("roles.cache.stats", body, category="metrics", producer="roles")


def test_a_hit_rate_that_drops_is_told_and_one_that_holds_is_not(session: Session) -> None:
    put(session, *(gauge(96 + n % 2) for n in range(20)), *(gauge(n, "open_tickets") for n in range(20, 0, -1)))
    assert found(session, FindingKind.HIT_RATE) == []
    put(session, *(gauge(60) for _ in range(5)))
    (finding,) = found(session, FindingKind.HIT_RATE)
    assert finding.text == "hit_rate_percent of roles dropped from 96.5 to 60."
    assert finding.seq == session.store.next_seq - 1

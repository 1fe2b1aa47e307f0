"""Gauges: what events of category `metrics` tell, and nothing that they only seem to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.gauges import KEPT, MOST, READ
from app.session import Session
from eventscope.connector import Block, Record
from eventscope.step import Phase


def told(session: Session, *payloads: Any, category: str = "metrics", phase: Phase = Phase.PUBLISHED) -> None:
    records = [
        Record(type="stats", category=category, producer="cache", phase=phase, payload=json.dumps(p).encode())
        for p in payloads
    ]
    session.intake.put("s", Block.of(records))
    session.drain()


def test_each_figure_of_a_producer_is_a_gauge_with_its_last_values() -> None:
    session = Session()
    told(session, {"gauges": {"hits": 1, "rate": 0.5}}, {"gauges": {"hits": 2}})
    told(session, {"gauges": {"hits": 3.5}})
    hits, rate = session.gauges.all
    assert (hits.producer, hits.name, list(hits.values), hits.seq) == ("cache", "hits", [1.0, 2.0, 3.5], 3)
    assert (rate.name, list(rate.values), rate.seq) == ("rate", [0.5], 1)


@pytest.mark.parametrize("payload", [3, [], {"gauges": 3}, {"gauges": {"x": {}}}, {"gauges": {"x": "much", "y": True}}])
def test_what_tells_no_figure_is_left_alone(payload: Any) -> None:
    session = Session()
    told(session, payload)
    assert session.gauges.all == []


def test_only_published_events_of_that_category_tell_gauges() -> None:
    session = Session()
    told(session, {"gauges": {"x": 1}}, category="order")
    told(session, {"gauges": {"x": 1}}, phase=Phase.HANDLED)
    assert session.gauges.all == []


def test_gauges_are_bounded() -> None:
    session = Session()
    told(session, *({"gauges": {"x": n}} for n in range(10 * KEPT)))
    (gauge,) = session.gauges.all
    assert list(gauge.values) == list(range(10 * KEPT - READ, 10 * KEPT))
    told(session, {"gauges": {f"x{n}": n for n in range(2 * MOST)}})
    assert len(session.gauges.all) == MOST

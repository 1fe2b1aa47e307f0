"""Clearing a session, and bringing everything back."""

from __future__ import annotations

from typing import Any

import pytest

import app.session as session_module
from app.session import Session
from eventscope.chart import Chart, Place, PlaceKind
from eventscope.connector import Block, Declaration, DeclaredSubscription, Record
from eventscope.step import Phase

MS = 1_000_000


def life(name: str, category: str = "order") -> list[Record]:
    """An event that takes too long to handle, and one that tells a gauge."""
    more: dict[str, Any] = {
        "id": name,
        "category": category,
        "correlation_id": name,
        "producer": "shop",
        "channel": "bus",
    }
    return [
        Record("order.made", b"{}", priority=3, fanout=1, **more),
        Record(
            "order.made", None, priority=3, phase=Phase.HANDLED, subscription="mailer", total_ns=90 * MS,
            queue_ns=MS, handle_ns=89 * MS, **more,
        ),
        Record("figures", b'{"gauges": {"stock": 5}}', **more | {"category": "metrics", "correlation_id": None}),
    ]  # fmt: skip


def feed(session: Session, *names: str) -> None:
    for name in names:
        session.intake.put("demo", Block.of(life(name)))
    session.drain(60)


def known(session: Session) -> dict[str, object]:
    """All that a view could show of a session."""
    return {
        "rows": session.counters().kept,
        "categories": dict(session.tally.categories),
        "traces": [trace.correlation_id for trace in session.traces.recent()],
        "breaches": session.breaches.total,
        "nodes": sorted(node.id for node in session.topology.map().nodes),
        "gauges": [(gauge.name, list(gauge.values)) for gauge in session.gauges.all],
    }


NOTHING = {"rows": 0, "categories": {}, "traces": [], "breaches": 0, "nodes": [], "gauges": []}


@pytest.fixture
def session() -> Session:
    session = Session()
    feed(session, "a", "b")
    return session


def test_clearing_empties_everything(session: Session) -> None:
    assert session.clear() == 6
    assert known(session) == NOTHING
    assert session.counters().cleared == 6


def test_undoing_brings_everything_back_as_it_was(session: Session) -> None:
    before = known(session)
    session.clear()
    assert session.undo_clear() == 6
    assert known(session) == before
    assert session.counters().cleared == 0


def test_what_came_since_is_there_after_the_undo_too(session: Session) -> None:
    other = Session()
    feed(other, "a", "b", "c")
    session.clear()
    feed(session, "c")
    assert known(session)["traces"] == ["c"]
    assert session.store.oldest_seq == 7, "numbers are not given out again"
    session.undo_clear()
    assert known(session) == known(other)
    assert [row[0] for row in session.store.cells(range(1, 10), ("id",))] == list("aaabbbccc")


def test_an_undone_session_goes_on_as_if_nothing_had_been(session: Session) -> None:
    session.clear()
    session.undo_clear()
    feed(session, "c")
    assert known(session)["traces"] == ["c", "b", "a"]


def test_it_cannot_be_undone_twice_or_without_clearing(session: Session) -> None:
    assert session.undo_clear() is None
    session.clear()
    assert session.undo_clear() == 6
    assert session.undo_clear() is None


def test_what_was_cleared_goes_for_good_after_a_while(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "UNDO_S", -1.0)
    session.clear()
    assert session.store.bytes > 0, "until then it counts against the memory"
    session.drain()
    assert session.store.bytes == 0
    assert session.clearing is None
    assert session.undo_clear() is None
    assert session.counters().seen == session.counters().cleared == 6


def test_clearing_again_forgets_what_was_cleared_before(session: Session) -> None:
    session.clear()
    feed(session, "c")
    session.clear()
    session.undo_clear()
    assert known(session)["traces"] == ["c"]
    assert session.counters().cleared == 6


def test_declarations_and_charts_stay(session: Session) -> None:
    session.told("demo", Declaration("bus", (DeclaredSubscription("auditor"),)))
    session.told("rabbit", Chart("rabbitmq://shop", (Place(PlaceKind.QUEUE, "mail"),)))
    session.clear()
    names = {node.name for node in session.topology.map().nodes}
    assert {"auditor", "mail"} <= names
    assert "shop" not in names


def test_rows_of_open_traces_are_spared() -> None:
    session = Session()
    session.intake.put("demo", Block.of([Record("order.made", b"{}", correlation_id="open", fanout=1)]))
    session.drain(60)
    assert list(session.store.open_traces(1)) == [], "it began later"
    assert list(session.store.open_traces(2)) == ["open"]

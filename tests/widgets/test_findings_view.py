"""Findings: what looks wrong, in sentences, with the way to where it is seen."""

from __future__ import annotations

import time
from typing import Any

from app.filter.query import parse
from app.session import Session
from eventscope.connector import Block, Declaration, DeclaredSubscription, Record
from eventscope.step import Phase
from tests.widgets.capture import MS, SECOND, handled, published, step
from widgets.focus import Focus
from widgets.map.findings_view import FindingsView


def put(session: Session, rows: list[Record]) -> None:
    session.intake.put("demo", Block.of(rows))
    session.drain(budget_s=60.0)


def view_of(qtbot: Any, session: Session, focus: Focus) -> FindingsView:
    view = FindingsView(session, focus)
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show()
    return view


def texts(view: FindingsView) -> list[str]:
    return [note.text for note in view.list.cards.items]


def troubled(session: Session) -> Session:
    """A subscription that never fires, one that always fails, and an event that nobody handles."""
    now = time.time_ns()
    dead = DeclaredSubscription("loyalty_points", types=("loyalty.redeemed",))
    session.topology.declare("demo", Declaration("bus", (dead,)), at=now - 60 * SECOND)
    put(session, [published("cart.abandoned", "c", "t", now, fanout=0)])
    for n in range(20):
        event = published("a.b", f"e{n}", "t", now + n * MS, priority=3)
        put(session, [event, *handled(event, "shaky", event.occurred_at, 1, 30, end_as=Phase.FAILED, error="no")])
    return session


def test_when_nothing_is_wrong_it_says_so(qtbot: Any, empty_session: Session, focus: Focus) -> None:
    view = view_of(qtbot, empty_session, focus)
    assert view._empty.isVisible()
    assert not view.list.isVisible()


def test_each_trouble_is_a_sentence(qtbot: Any, qtmodeltester: Any, empty_session: Session, focus: Focus) -> None:
    view = view_of(qtbot, troubled(empty_session), focus)
    qtbot.waitUntil(lambda: view.refresh() or any("shaky failed" in text for text in texts(view)))
    qtmodeltester.check(view.list.cards)
    found = " ".join(texts(view))
    for words in (
        "loyalty_points was declared",
        "never fired",
        "cart.abandoned",
        "shaky failed 20 of 20",
        "20 CRITICAL events",
    ):
        assert words in found
    view.grab()


def test_a_double_click_shows_its_events_and_going_to_it_names_its_node(
    qtbot: Any, empty_session: Session, focus: Focus
) -> None:
    view = view_of(qtbot, troubled(empty_session), focus)
    row = next(row for row, text in enumerate(texts(view)) if "shaky" in text)
    with qtbot.waitSignal(view.node_wanted) as wanted:
        view.list.setCurrentIndex(view.list.cards.index(row, 0))
    with qtbot.waitSignal(focus.filter_proposed) as proposed:
        view.list.activated.emit(view.list.cards.index(row, 0))
    assert wanted.args is not None
    assert wanted.args[0] in {node.id for node in empty_session.topology.map().nodes}
    assert proposed.args == ["subscription:shaky"]


def test_every_filter_of_a_finding_can_be_read(qtbot: Any, empty_session: Session, focus: Focus) -> None:
    view = view_of(qtbot, troubled(empty_session), focus)
    filters = [note.filter for note in view.list.cards.items if note.filter]
    assert len(filters) >= 4
    assert all(parse(text) for text in filters)


def test_a_finding_keeps_its_age_and_its_place(qtbot: Any, empty_session: Session, focus: Focus) -> None:
    view = view_of(qtbot, troubled(empty_session), focus)
    before = {note.key: note.since for note in view.list.cards.items}
    put(empty_session, [published("cart.abandoned", "c2", "t", time.time_ns(), fanout=0)])
    view.refresh()
    assert {note.key: note.since for note in view.list.cards.items} == before
    assert any(text.startswith("2 cart.abandoned") for text in texts(view))


def test_rows_that_were_dropped_or_lost_are_told_first(qtbot: Any, empty_session: Session, focus: Focus) -> None:
    troubled(empty_session)
    empty_session.intake = type(empty_session.intake)(max_rows=1)
    big = Block.of([published("a.b", f"d{n}", "t", time.time_ns()) for n in range(50)])
    for _ in range(3):
        empty_session.intake.put("demo", big)
    view = view_of(qtbot, empty_session, focus)
    assert "were dropped" in texts(view)[0]


def test_nothing_moves_while_the_window_is_held(qtbot: Any, empty_session: Session, focus: Focus) -> None:
    view = view_of(qtbot, empty_session, focus)
    focus.hold(empty_session.store.next_seq)
    troubled(empty_session)
    view._due = 0.0
    view.tick()
    assert texts(view) == []
    focus.hold(None)
    assert len(texts(view)) >= 4


def test_going_to_a_saga_that_left_something_behind_opens_its_trace_at_the_failure(
    qtbot: Any, empty_session: Session, focus: Focus
) -> None:
    now = time.time_ns() - 60 * SECOND
    said = [
        published("order.created", "1", "ord-1", now, fanout=0),
        published("inventory.reserved", "2", "ord-1", now + MS, producer="inventory", causation_id="1", fanout=0),
        published("payment.failed", "3", "ord-1", now + 2 * MS, producer="payment", causation_id="2", fanout=0),
    ]
    put(empty_session, said)
    trace = empty_session.traces.recent(1, now=time.time_ns() + 60 * SECOND)[0]
    empty_session.sagas.judge([trace])
    view = view_of(qtbot, empty_session, focus)
    qtbot.waitUntil(lambda: view.refresh() or any("was not undone" in text for text in texts(view)), timeout=10_000)
    row = next(row for row, text in enumerate(texts(view)) if "was not undone" in text)
    view.list.setCurrentIndex(view.list.cards.index(row, 0))
    assert (focus.seq, focus.correlation_id) == (3, "ord-1")
    with qtbot.waitSignal(focus.filter_proposed) as proposed:
        view.list.activated.emit(view.list.cards.index(row, 0))
    assert proposed.args == ["correlation:ord-1"]


def test_given_up_events_are_shown_by_their_phase(qtbot: Any, empty_session: Session, focus: Focus) -> None:
    now = time.time_ns()
    event = published("mail.due", "1", "t", now)
    put(empty_session, [event, step(event, Phase.DEAD_LETTERED, "mailer", now, error="no")])
    for _ in range(40):
        put(empty_session, [event, *handled(event, "mailer", now, 1, 1)])
    view = view_of(qtbot, empty_session, focus)
    row = next(row for row, text in enumerate(texts(view)) if "mailer gave up 1 event for good" in text)
    with qtbot.waitSignal(focus.filter_proposed) as proposed:
        view.list.activated.emit(view.list.cards.index(row, 0))
    assert proposed.args == ["subscription:mailer phase:dead-lettered"]
    assert parse(proposed.args[0])

"""The gauges view: a card for each figure, and why there is none."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from app.session import Session
from eventscope.connector import Record
from tests.widgets.conftest import put
from widgets.focus import Focus
from widgets.gauges.view import GaugesView, card_of


def view(qtbot: QtBot, session: Session, focus: Focus) -> GaugesView:
    made = GaugesView(session, focus)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def stats(hits: float) -> Record:
    payload = b'{"gauges": {"hit_rate_percent": %f}}' % hits
    return Record(type="roles.cache.stats", category="metrics", producer="cache", payload=payload)


def test_without_a_gauge_it_says_how_a_program_tells_one(qtbot: QtBot, session: Session, focus: Focus) -> None:
    made = view(qtbot, session, focus)
    assert made.empty.isVisible()
    assert "metrics" in made.empty.text()


def test_a_gauge_shows_its_last_value_and_its_curve(qtbot: QtBot, session: Session, focus: Focus) -> None:
    put(session, [stats(95.5), stats(98.5)])
    made = view(qtbot, session, focus)
    assert not made.empty.isVisible()
    card = card_of(session.gauges.all[0])
    assert (card.title, card.figure, list(card.curve)) == ("hit_rate_percent", "98.5", [0.0, 3.0])
    assert card.line == "cache · 95.5 to 98.5 lately"


def test_a_chosen_gauge_selects_the_event_that_told_it_last(qtbot: QtBot, session: Session, focus: Focus) -> None:
    put(session, [stats(95.5), stats(98.5)])
    made = view(qtbot, session, focus)
    made.list.chosen.emit(session.gauges.all[0])
    assert focus.seq == session.gauges.all[0].seq


def test_a_held_window_shows_no_newer_values(qtbot: QtBot, session: Session, focus: Focus) -> None:
    made = view(qtbot, session, focus)
    focus.hold(session.store.next_seq)
    put(session, [stats(95.5)])
    made._shown_at = 0.0
    made.tick()
    assert made.list.cards.rowCount() == 0


def test_its_list_is_a_right_model(qtbot: QtBot, session: Session, focus: Focus, qtmodeltester: Any) -> None:
    put(session, [stats(95.5)])
    made = view(qtbot, session, focus)
    qtmodeltester.check(made.list.cards)

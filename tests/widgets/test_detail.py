"""The detail view: shows what is selected, and says why when there is nothing to show."""

from __future__ import annotations

from app.session import Session
from app.store.store import Store
from eventscope.connector import Block, Record
from widgets.detail.detail import GONE, NOTHING_SELECTED, DetailView, filter_for
from widgets.focus import Focus


def fields(view: DetailView) -> dict[str, str]:
    model = view.model
    envelope = model.index(0, 0)
    return {
        model.index(row, 0, envelope).data(): model.index(row, 1, envelope).data()
        for row in range(model.rowCount(envelope))
    }


def test_it_shows_the_event_in_focus(session: Session, focus: Focus) -> None:
    view = DetailView(session, focus)
    assert view._empty.text() == NOTHING_SELECTED
    focus.select_event(1)
    assert fields(view)["type"] == session.store.event(1).type
    assert view._raw.toPlainText().startswith("00000000")


def test_it_says_when_the_event_was_evicted(focus: Focus) -> None:
    session = Session()
    session.store = Store(1 << 20)
    view = DetailView(session, focus)
    for _ in range(40):
        session.intake.put("s", Block.of([Record(type="t", payload=b"x" * 1_000)] * 100))
    session.drain(60)
    focus.select_event(1)
    assert view._pages.currentIndex() == 0
    assert view._empty.text() == GONE


def test_a_field_of_the_envelope_becomes_a_filter(session: Session, focus: Focus) -> None:
    view = DetailView(session, focus)
    focus.select_event(1)
    envelope = view.model.index(0, 0)
    kind = view.model.branch(view.model.index(0, 0, envelope))
    assert filter_for(kind) == f'type:"{session.store.event(1).type}"'
    assert filter_for(view.model.branch(envelope)) is None


def test_a_step_of_a_handler_shows_the_payload_it_handled(session: Session, focus: Focus) -> None:
    view = DetailView(session, focus)
    step = next(s for s in range(1, session.store.next_seq) if session.store.event(s).payload is None)
    focus.select_event(step)
    assert view._text.toPlainText().startswith("{")

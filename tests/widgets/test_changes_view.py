"""The changes view: in what an event differs from the one before, or why nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest

from app.detail.changes import Change
from app.marks import Mark
from eventscope.connector import Record
from tests.widgets.detail_world import NEW, created, idle, orders
from widgets.detail.changes_model import ChangesModel
from widgets.detail.changes_view import SAME
from widgets.detail.detail import DetailView
from widgets.focus import Focus


@pytest.fixture
def view(qtbot: Any, focus: Focus) -> DetailView:
    made = DetailView(orders(created(3, NEW, key="ord-1"), Record(type="other", payload=b"1")), focus)
    qtbot.addWidget(made)
    made.show()
    return made


async def look(view: DetailView, seq: int) -> None:
    view._focus.select_event(seq)
    view.panes.tabs.setCurrentWidget(view.changes)
    await idle()


def rows(view: DetailView) -> list[Change]:
    return [view.changes.rows.change(row) for row in range(view.changes.rows.rowCount())]


async def choose(view: DetailView, text: str) -> None:
    choice = view.changes.choice
    row = next(row for row in range(choice.count()) if text in choice.itemText(row))
    choice.setCurrentIndex(row)
    choice.activated.emit(row)
    await idle()


async def test_it_compares_with_the_previous_event_of_the_type(view: DetailView) -> None:
    await look(view, 2)
    assert view.changes.told.text() == ("Compared with the previous order.created (#1, 1.6 s before): 6 changes.")
    assert ("-", "payload.coupon", "X", "") in rows(view)
    assert ("~", "payload.items[0].qty", "1", "2") in rows(view)


async def test_it_compares_with_the_previous_event_of_the_key(view: DetailView) -> None:
    await look(view, 3)
    assert "(#2, 1.6 s before)" in view.changes.told.text()
    await choose(view, "with this key")
    assert view.changes.told.text().startswith(
        "Compared with the previous order.created with this key (#1, 3.2 s before)"
    )
    view._focus.select_event(2)
    await idle()
    assert "No earlier event" in view.changes.empty.text()


async def test_it_says_why_there_is_nothing_to_compare_with(view: DetailView) -> None:
    await look(view, 4)
    assert view.changes.empty.text() == "No earlier event that is kept has the same type."
    await choose(view, "with this key")
    assert view.changes.empty.text() == "This event has no key, so there is no previous one with the same."


async def test_it_compares_with_a_marked_event_and_with_the_one_selected_before(view: DetailView) -> None:
    view._session.marks.toggle(1, Mark.MARKED)
    await look(view, 4)
    await look(view, 3)
    await choose(view, "marked #1")
    assert "(#1, 3.2 s before)" in view.changes.told.text()
    await choose(view, "selected before #4")
    assert "Compared with other (#4" in view.changes.told.text()


async def test_events_that_say_the_same_have_no_changes(view: DetailView) -> None:
    await look(view, 2)
    view._focus.select_event(3)
    await idle()
    assert [change.field for change in rows(view)] == ["key"]
    await choose(view, "selected before #2")
    view._session.store.clear()
    view.changes._compare()
    await idle()
    assert "is no longer kept" in view.changes.empty.text()


async def test_an_activated_change_is_shown_among_the_fields(view: DetailView) -> None:
    await look(view, 2)
    for field, path in (("payload.items[0].qty", "items[0].qty"), ("key", "key")):
        row = next(row for row, change in enumerate(rows(view)) if change.field == field)
        view.changes.list.activated.emit(view.changes.rows.index(row, 0))
        assert view.panes.in_fields
        assert view.panes.tree.current is not None
        assert view.panes.tree.current.path == path


async def test_a_window_of_its_own_offers_the_event_that_is_selected_now(qtbot: Any, focus: Focus) -> None:
    view = DetailView(orders(), focus, pinned=2)
    qtbot.addWidget(view)
    view.show()
    focus.select_event(1)
    view.panes.tabs.setCurrentWidget(view.changes)
    await choose(view, "the selected event #1")
    assert view.changes.told.text().startswith("Compared with order.created (#1, 1.6 s before)")


async def test_nothing_is_compared_before_it_is_looked_at(view: DetailView) -> None:
    view._focus.select_event(2)
    await idle()
    assert rows(view) == []


def test_the_rows_are_ones_that_qt_can_trust(qtmodeltester: Any) -> None:
    model = ChangesModel()
    model.show([Change("+", "a", "", "1"), Change("-", "<b>", "x" * 5_000, ""), Change("~", "c", "1\n", "\u202e2")])
    qtmodeltester.check(model)
    assert model.index(2, 2).data() == "1␊"
    assert SAME

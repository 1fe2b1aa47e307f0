"""Lent cells: a row of handling shows, dimmed, what the event that it is about has in its payload and headers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.columns.fields import field_of
from app.columns.lender import Lender
from app.filter.matches import Matches
from app.filter.query import parse
from app.session import Session
from eventscope.connector import Record
from eventscope.step import Phase
from tests.widgets.conftest import put, shown_table
from widgets.focus import Focus
from widgets.look.palette import LIGHT
from widgets.table.event_table import EventTable
from widgets.table.menu import menu_of_cell

TOTAL, TENANT = "payload.total", "header.x-tenant"


def rows_of(number: int) -> list[Record]:
    """An event and two rows of its handling."""
    published = Record(
        type="order.paid", id=f"e{number}", correlation_id="c", phase=Phase.PUBLISHED, priority=1,
        payload=b'{"total": %d.5}' % number, headers='[["X-Tenant", "acme"]]',
    )  # fmt: skip
    later = published._replace(phase=Phase.HANDLED, payload=None, headers=None)
    return [published, later, later._replace(phase=Phase.FAILED, error="boom")]


@pytest.fixture
def table(qtbot: QtBot, empty_session: Session) -> Iterator[EventTable]:
    put(empty_session, [row for number in range(1, 4) for row in rows_of(number)])
    matches = Matches(empty_session.store)
    made = shown_table(qtbot, empty_session, Focus(), matches)
    for field in (TOTAL, TENANT):
        made.columns.add(field)
    yield made
    made.layers.close()
    matches.close()


def texts(table: EventTable, field: str) -> list[str]:
    number = table.rows.number_of(field)
    return [table.rows.index(row, number).data() for row in range(table.rows.rowCount())]


def lend(qtbot: QtBot, table: EventTable) -> None:
    """Have it looked up."""
    table.grab()
    qtbot.waitUntil(lambda: table.grab() and (table.tick() or texts(table, TOTAL)[1] != ""), timeout=5_000)


def test_a_row_of_handling_shows_the_value_of_its_event(table: EventTable, qtbot: QtBot) -> None:
    assert texts(table, TOTAL)[:2] == ["1.5", ""], "nothing is waited for"
    lend(qtbot, table)
    assert texts(table, TOTAL) == ["1.5"] * 3 + ["2.5"] * 3 + ["3.5"] * 3
    assert texts(table, TENANT) == ["acme"] * 9


def test_what_is_lent_is_dimmed(table: EventTable, qtbot: QtBot) -> None:
    lend(qtbot, table)
    table.resize(2_000, 400)
    own, lent = table.strips(table.viewport().rect())[:2]
    column = table.rows.columns[table.rows.number_of(TOTAL) or 0]
    assert table.painter._ink(column, TOTAL, own) == LIGHT.text
    assert table.painter._ink(column, TOTAL, lent) == LIGHT.muted
    assert lent.row.lent == {TOTAL, TENANT}


def test_the_tooltip_says_where_it_is_from_and_the_menu_filters_by_it(table: EventTable, qtbot: QtBot) -> None:
    lend(qtbot, table)
    index = table.rows.index(4, table.rows.number_of(TOTAL) or 0)
    assert "published in row 4" in index.data(Qt.ItemDataRole.ToolTipRole)
    cell = table.rows.cell(index)
    assert cell is not None
    menu = menu_of_cell(table, cell.event, field_of(TOTAL), cell.told)
    assert menu.actions()[0].text() == "Apply as filter: payload.total:2.5\t="


def test_filters_and_order_look_at_the_row_itself(table: EventTable, qtbot: QtBot) -> None:
    lend(qtbot, table)
    table.set_filter(parse("payload.total:2.5"))
    table.tick()
    assert [table.rows.seq_at(row) for row in range(table.rows.rowCount())] == [4]


def test_an_event_that_is_not_kept_lends_nothing(qtbot: QtBot, empty_session: Session) -> None:
    put(empty_session, rows_of(1)[1:])
    lender = Lender(empty_session.store)
    lender.show([field_of(TOTAL)])
    assert lender.loans([1, 2]) == {}
    qtbot.waitUntil(lambda: lender.tick() or bool(lender.loans([1, 2])), timeout=5_000)
    assert lender.loans([1, 2]) == {1: {}, 2: {}}
    assert lender.loans([99]) == {}


def test_without_such_a_column_nothing_is_looked_up(
    table: EventTable, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for field in (TENANT, TOTAL):
        table.columns.remove(table.rows.number_of(field) or 0)
    monkeypatch.setattr(table.session.store, "published", None)
    table.grab()
    table.tick()
    assert not table.strips(table.viewport().rect())[1].row.lent

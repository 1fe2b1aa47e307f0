"""Sorting the table: by a click on a header, while rows come, and back to the order of arrival."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.filter.query import parse
from app.listing import sorted as sorted_module
from app.listing.sorted import Sorted
from app.session import Session
from app.settings import Settings
from app.table_setup import TableSetup
from eventscope.connector import Record
from tests.widgets.conftest import put
from widgets.focus import Focus
from widgets.table.column_menu import menu_of_header
from widgets.table.event_table import EventTable
from widgets.table.live import LiveState
from widgets.window.work_area import WorkArea

Left = Qt.MouseButton.LeftButton
SHUFFLED = [(number * 37) % 101 for number in range(101)]


def rows(numbers: list[int]) -> list[Record]:
    """Rows that took so many milliseconds."""
    return [
        Record(type=f"type-{n % 3}", priority=1, total_ns=n * 10**6, occurred_at=10**18 + n, correlation_id=f"c{n}")
        for n in numbers
    ]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """New rows are put in order without waiting for a second."""
    monkeypatch.setattr(sorted_module, "AT_MOST_EACH_S", 0.0)


@pytest.fixture
def table(qtbot: QtBot, empty_session: Session) -> Iterator[EventTable]:
    put(empty_session, rows(SHUFFLED))
    yield from made(qtbot, empty_session)


def made(qtbot: QtBot, session: Session) -> Iterator[EventTable]:
    matches = Matches(session.store)
    table = EventTable(session, Focus(), matches)
    qtbot.addWidget(table)
    table.resize(1200, 400)
    table.show()
    table.tick()
    yield table
    table.layers.close()
    matches.close()


def click_header(table: EventTable, key: str) -> None:
    header, number = table.horizontalHeader(), table.rows.number_of(key) or 0
    at = QPoint(header.sectionViewportPosition(number) + header.sectionSize(number) // 2, header.height() // 2)
    QTest.mouseClick(header.viewport(), Left, pos=at)


def settle(table: EventTable, qtbot: QtBot) -> None:
    """Wait until all rows are in order and shown."""

    def settled() -> bool:
        table.tick()
        top = table.layers.top
        return table.layers.is_settled and (not isinstance(top, Sorted) or top.is_settled)

    qtbot.waitUntil(settled)
    table.tick()


def latencies(table: EventTable) -> list[int]:
    store = table.session.store
    seqs = [table.rows.seq_at(row) or 0 for row in range(table.rows.rowCount())]
    return [round((store.event(seq).total_ns or 0) / 1e6) for seq in seqs]


def title(table: EventTable, key: str) -> str:
    return str(table.rows.headerData(table.rows.number_of(key) or 0, Qt.Orientation.Horizontal))


def top_row(table: EventTable) -> int | None:
    return table.rows.seq_at(table.verticalScrollBar().value() // table.painter.row_height)


def test_clicks_on_a_header_sort_up_then_down_then_not(table: EventTable, qtbot: QtBot) -> None:
    click_header(table, "latency")
    settle(table, qtbot)
    assert latencies(table) == sorted(SHUFFLED)
    assert title(table, "latency") == "Latency, ms ↑"
    click_header(table, "latency")
    settle(table, qtbot)
    assert latencies(table) == sorted(SHUFFLED, reverse=True)
    assert title(table, "latency") == "Latency, ms ↓"
    assert table.session.settings.table.sort == "-latency"
    click_header(table, "latency")
    settle(table, qtbot)
    assert latencies(table) == SHUFFLED
    assert title(table, "latency") == "Latency, ms"
    assert table._live.state is LiveState.FOLLOWING


def test_a_click_on_the_number_shows_the_newest_first(table: EventTable, qtbot: QtBot) -> None:
    click_header(table, "number")
    settle(table, qtbot)
    assert latencies(table) == SHUFFLED[::-1]
    put(table.session, rows([500]))
    settle(table, qtbot)
    assert table.rows.seq_at(0) == 102
    assert table.verticalScrollBar().value() == 0
    click_header(table, "number")
    assert table.session.settings.table.sort == ""


def test_the_pill_says_what_rows_are_sorted_by_and_leads_back(table: EventTable, qtbot: QtBot) -> None:
    click_header(table, "latency")
    assert table._live.text == "Sorting by latency ↑ …"
    settle(table, qtbot)
    assert (table._live.state, table._live.text) == (LiveState.SORTED, "Sorted by latency ↑")
    table.act_on_pill()
    assert table._live.state is LiveState.FOLLOWING
    assert latencies(table) == SHUFFLED


def test_f_leaves_the_order_and_end_goes_to_its_last_row(table: EventTable, qtbot: QtBot) -> None:
    click_header(table, "latency")
    settle(table, qtbot)
    assert table.verticalScrollBar().value() == 0
    QTest.keyClick(table, Qt.Key.Key_End)
    assert table.anchor.at_end
    assert table._live.state is LiveState.SORTED
    QTest.keyClick(table, Qt.Key.Key_F)
    settle(table, qtbot)
    assert table._live.state is LiveState.FOLLOWING
    assert table.anchor.at_end


def test_new_rows_come_in_at_their_places_and_the_top_stays_the_top(table: EventTable, qtbot: QtBot) -> None:
    table.sort_by("-latency")
    settle(table, qtbot)
    put(table.session, rows([7, 1_000]))
    settle(table, qtbot)
    assert latencies(table) == sorted([*SHUFFLED, 7, 1_000], reverse=True)
    assert top_row(table) == 103


def test_the_view_is_held_at_its_event_while_rows_come_above(table: EventTable, qtbot: QtBot) -> None:
    table.sort_by("-latency")
    settle(table, qtbot)
    table.verticalScrollBar().setValue(20 * table.painter.row_height + 5)
    held = top_row(table)
    put(table.session, rows([1_000, 2_000, 3_000]))
    settle(table, qtbot)
    assert top_row(table) == held
    assert table.verticalScrollBar().value() == 23 * table.painter.row_height + 5


def test_the_selection_stays_with_its_event(table: EventTable, qtbot: QtBot) -> None:
    table.go_to(4)
    seq = table.focus.seq
    click_header(table, "latency")
    settle(table, qtbot)
    assert table.rows.seq_at(table.currentIndex().row()) == seq
    put(table.session, rows([-5, 1_000]))
    settle(table, qtbot)
    assert table.rows.seq_at(table.currentIndex().row()) == seq
    table.sort_by("")
    assert table.rows.seq_at(table.currentIndex().row()) == seq
    assert table._live.state is LiveState.SCROLLED_BACK
    assert table.viewport().rect().intersects(table.visualRect(table.currentIndex()))


def test_a_selected_row_stays_where_it_is_while_rows_come_above_it(table: EventTable, qtbot: QtBot) -> None:
    table.sort_by("-latency")
    settle(table, qtbot)
    table.go_to(1)
    seq, place = table.focus.seq, table.visualRect(table.currentIndex()).top()
    put(table.session, rows([1_000, 2_000]))
    settle(table, qtbot)
    assert table.rows.seq_at(table.currentIndex().row()) == seq
    assert table.visualRect(table.currentIndex()).top() == place


def test_a_filter_acts_on_sorted_rows(table: EventTable, qtbot: QtBot) -> None:
    table.sort_by("latency")
    settle(table, qtbot)
    table.set_filter(parse("type:type-1"))
    settle(table, qtbot)
    assert latencies(table) == sorted(n for n in SHUFFLED if n % 3 == 1)
    table.set_filter(parse(""))
    settle(table, qtbot)
    assert latencies(table) == sorted(SHUFFLED)


def test_a_pause_holds_sorted_rows(table: EventTable, qtbot: QtBot) -> None:
    table.sort_by("latency")
    settle(table, qtbot)
    table.focus.hold(table.session.store.next_seq)
    put(table.session, rows([0, 50]))
    settle(table, qtbot)
    assert latencies(table) == sorted(SHUFFLED)
    assert table._live.state is LiveState.PAUSED
    table.sort_by("-latency")
    settle(table, qtbot)
    assert latencies(table) == sorted(SHUFFLED, reverse=True)
    table.focus.hold(None)
    settle(table, qtbot)
    assert latencies(table) == sorted([*SHUFFLED, 0, 50], reverse=True)


def test_rows_are_sorted_by_a_payload_column(qtbot: QtBot, empty_session: Session) -> None:
    payloads = [b'{"n": 3}', b'{"n": 1}', None, b'{"n": 20}']
    put(empty_session, [Record(type="t", priority=1, payload=payload) for payload in payloads])
    for table in made(qtbot, empty_session):
        table.columns.add("payload.n")
        for times, seqs in ((1, [2, 1, 4, 3]), (1, [4, 1, 2, 3])):
            for _ in range(times):
                click_header(table, "payload.n")
            settle(table, qtbot)
            assert [table.rows.seq_at(row) for row in range(4)] == seqs


def test_the_order_is_remembered(qtbot: QtBot) -> None:
    session = Session(Settings(table=TableSetup(sort="-latency")))
    put(session, rows(SHUFFLED))
    for table in made(qtbot, session):
        settle(table, qtbot)
        assert latencies(table) == sorted(SHUFFLED, reverse=True)


def test_an_order_that_is_no_field_is_that_of_arrival(qtbot: QtBot) -> None:
    session = Session(Settings(table=TableSetup(sort="-nothing.like it")))
    put(session, rows([3, 1]))
    for table in made(qtbot, session):
        assert latencies(table) == [3, 1]
        assert table._live.state is LiveState.FOLLOWING


def test_the_menu_of_the_header_sorts_too(table: EventTable, qtbot: QtBot) -> None:
    menu = menu_of_header(table.columns, table, table.rows.number_of("latency") or 0)
    next(action for action in menu.actions() if action.text() == "Sort descending").trigger()
    settle(table, qtbot)
    assert latencies(table) == sorted(SHUFFLED, reverse=True)


def test_keys_go_on_along_sorted_rows(table: EventTable, qtbot: QtBot) -> None:
    table.sort_by("latency")
    settle(table, qtbot)
    table.go_to(0)
    for expected in (1, 2, 3):
        QTest.keyClick(table, Qt.Key.Key_N)
        qtbot.waitUntil(lambda expected=expected: table.currentIndex().row() == expected)


def test_both_tables_of_a_split_area_are_sorted_and_have_the_same_columns(qtbot: QtBot, empty_session: Session) -> None:
    put(empty_session, rows(SHUFFLED))
    area = WorkArea(empty_session, Focus())
    qtbot.addWidget(area)
    area.resize(1200, 700)
    area.show()
    empty_session.settings = empty_session.settings.with_table(split=True)
    area.tick()
    area.table.sort_by("-latency")
    area.table.columns.add("channel")

    def sorted_both() -> bool:
        area.tick()
        below = area.below
        return below is not None and latencies(area.table) == latencies(below) == sorted(SHUFFLED, reverse=True)

    qtbot.waitUntil(sorted_both)
    assert area.below is not None
    assert area.below.columns.choices() == area.table.columns.choices()
    area.close_searches()

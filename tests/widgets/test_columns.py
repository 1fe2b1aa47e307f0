"""The columns of the table: any field, in any order and width, as the reader sets them, remembered."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from itertools import pairwise

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QMenu, QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.marks import Reference
from app.session import Session
from app.settings import Settings
from app.table_setup import ColumnChoice, TableSetup
from connectors.registry import open_source
from eventscope.connector import Record
from tests.widgets.conftest import Feed, put
from widgets.focus import Focus
from widgets.table.column_dialog import AddColumnDialog
from widgets.table.column_menu import menu_of_header
from widgets.table.columns import COLUMNS, column_of, columns_of
from widgets.table.event_model import EventModel
from widgets.table.event_table import EventTable
from widgets.table.times import TimeMode

Left, Right = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def shop(count: int) -> list[Record]:
    """Orders with payloads and headers, two to a trace, a second apart."""
    return [
        Record(
            type="order.placed", priority=1, id=f"id-{number:06}", correlation_id=f"trace-of-flow-{number // 2:06}",
            payload=json.dumps({"total": number * 1.5, "items": [{"sku": f"A{number}"}, {"sku": "B"}]}).encode(),
            headers=json.dumps([["X-Tenant", f"t{number % 3}"]]), occurred_at=(number + 1) * 10**9,
            total_ns=number * 10**6,
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.fixture
def table(qtbot: QtBot, empty_session: Session) -> Iterator[EventTable]:
    put(empty_session, shop(30))
    yield from made(qtbot, empty_session)


def made(qtbot: QtBot, session: Session) -> Iterator[EventTable]:
    matches = Matches(session.store)
    table = EventTable(session, Focus(), matches)
    qtbot.addWidget(table)
    table.resize(1400, 460)
    table.show()
    table.tick()
    yield table
    table.layers.close()
    matches.close()


def number_of(table: EventTable, key: str) -> int:
    number = table.rows.number_of(key)
    assert number is not None
    return number


def order(table: EventTable) -> list[str]:
    """The columns that are seen, from left to right."""
    header = table.horizontalHeader()
    numbers = [header.logicalIndex(at) for at in range(header.count())]
    return [table.rows.columns[number].key for number in numbers if not header.isSectionHidden(number)]


def act(menu: QMenu, *path: str) -> None:
    """Choose an entry of a menu, by the beginnings of its texts and those of the menus above it."""
    for step in path:
        action = next(action for action in menu.actions() if action.text().startswith(step))
        menu = action.menu() or menu  # type: ignore[assignment]
    action.trigger()


def header_menu(table: EventTable, key: str) -> QMenu:
    return menu_of_header(table.columns, table, number_of(table, key))


def middle(table: EventTable, key: str) -> QPoint:
    header, number = table.horizontalHeader(), number_of(table, key)
    return QPoint(header.sectionViewportPosition(number) + header.sectionSize(number) // 2, header.height() // 2)


def edge(table: EventTable, key: str) -> QPoint:
    header, number = table.horizontalHeader(), number_of(table, key)
    return QPoint(header.sectionViewportPosition(number) + header.sectionSize(number) - 1, header.height() // 2)


def drag(table: EventTable, start: QPoint, end: QPoint) -> None:
    area = table.horizontalHeader().viewport()
    QTest.mousePress(area, Left, pos=start)
    for part in range(1, 6):
        QTest.mouseMove(area, start + (end - start) * part / 5)
    QTest.mouseRelease(area, Left, pos=end)


def cells(table: EventTable, key: str, rows: int) -> list[str]:
    return [table.rows.index(row, number_of(table, key)).data() for row in range(rows)]


def test_a_place_in_the_payload_and_a_header_are_columns(table: EventTable) -> None:
    table.focus.want_column("payload.items[*].sku")
    table.focus.want_column("header.x-tenant")
    table.focus.want_column("channel")
    assert cells(table, "payload.items[*].sku", 2) == ["A0, B", "A1, B"]
    assert cells(table, "header.x-tenant", 4) == ["t0", "t1", "t2", "t0"]
    assert order(table)[-4:] == ["payload.items[*].sku", "header.x-tenant", "channel", "info"]
    assert "A0" in table.rows.index(0, number_of(table, "payload.items[*].sku")).data(Qt.ItemDataRole.ToolTipRole)
    table.grab()


def test_a_column_that_is_added_is_scrolled_into_view(table: EventTable) -> None:
    table.resize(700, 400)
    for field in ("payload.items[*].sku", "channel", "id"):
        table.columns.add(field)
        header, number = table.horizontalHeader(), number_of(table, field)
        assert header.sectionViewportPosition(number) >= 0
        end = header.sectionViewportPosition(number) + header.sectionSize(number)
        assert end <= header.viewport().width()


def test_numbers_in_a_payload_stand_to_the_right(table: EventTable) -> None:
    table.columns.add("payload.total")
    column = table.rows.columns[number_of(table, "payload.total")]
    assert (column.align, column.mono) == ("right", True)
    table.columns.add("header.x-tenant")
    assert table.rows.columns[number_of(table, "header.x-tenant")].align == "left"


def test_what_is_no_field_is_refused_in_a_sentence(table: EventTable, qtbot: QtBot) -> None:
    before = order(table)
    with qtbot.waitSignal(table.said) as said:
        table.focus.want_column("payload.[")
    assert "is no path" in said.args[0]
    assert order(table) == before


def test_a_name_that_the_settings_cannot_keep_is_refused(table: EventTable) -> None:
    with pytest.raises(ValueError, match="fewer than 200"):
        table.columns.add("payload." + "a" * 200)
    table.columns.rename(0, "t" * 1_000)
    msgspec.convert(msgspec.to_builtins(table.session.settings.table), TableSetup)


def test_a_column_that_is_there_is_shown_not_added_again(table: EventTable) -> None:
    assert "key" not in order(table)
    count = table.rows.columnCount()
    table.columns.add("key")
    assert "key" in order(table)
    assert table.rows.columnCount() == count


ODD = (b"", b"{", b"\xff\xfe", b"[1,2]", b'{"total": {"deep": [1]}}', b'{"total": "\\u202e"}')


@pytest.mark.parametrize("payload", ODD)
def test_a_payload_column_never_raises(qtbot: QtBot, empty_session: Session, payload: bytes) -> None:
    put(empty_session, [Record(type="odd", priority=1, payload=payload, headers="{")] * 3)
    for table in made(qtbot, empty_session):
        table.columns.add("payload.total")
        table.columns.add("header.any")
        assert "\u202e" not in "".join(cells(table, "payload.total", 3))
        table.grab()


def test_a_click_on_add_in_the_dialog_puts_the_column_left_of_the_one_clicked_on(table: EventTable) -> None:
    dialog = AddColumnDialog(table, table.columns, number_of(table, "type"))
    dialog.open()
    assert "payload.total" in dialog._model.texts
    assert "payload.items[*].sku" in dialog._model.texts
    assert "header.X-Tenant" in dialog._model.texts
    assert "type" not in dialog._model.texts
    QTest.keyClicks(dialog.edit, "TOT")
    assert dialog._model.texts == ["payload.total"]
    button = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Add column")
    QTest.mouseClick(button, Left)
    assert [pair for pair in pairwise(order(table)) if pair[1] == "type"] == [("payload.total", "type")]


def test_the_dialog_is_walked_with_keys_and_says_what_is_wrong(table: EventTable) -> None:
    dialog = AddColumnDialog(table, table.columns)
    dialog.open()
    QTest.keyClick(dialog.edit, Qt.Key.Key_Down)
    assert dialog.edit.text() == dialog._model.texts[0]
    QTest.keyClick(dialog.edit, Qt.Key.Key_Down)
    assert dialog.edit.text() == dialog._model.texts[1]
    dialog.edit.selectAll()
    QTest.keyClicks(dialog.edit, "nothing like it")
    QTest.keyClick(dialog.edit, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "is no field" in dialog._trouble.text()
    dialog.reject()


def test_the_menu_of_the_header_opens_with_the_right_button(table: EventTable) -> None:
    header = table.horizontalHeader()
    header.customContextMenuRequested.emit(middle(table, "type"))
    menu = next(menu for menu in table.findChildren(QMenu) if menu.isVisible())
    assert "Hide" in [action.text() for action in menu.actions()]
    menu.close()


def test_columns_are_shown_and_hidden_in_the_menu(table: EventTable) -> None:
    act(header_menu(table, "type"), "Columns", "Key")
    assert "key" in order(table)
    act(header_menu(table, "key"), "Hide")
    assert "key" not in order(table)
    table.columns.add("payload.total")
    act(header_menu(table, "payload.total"), "Remove")
    assert table.rows.number_of("payload.total") is None


def test_the_last_column_cannot_be_hidden(table: EventTable) -> None:
    table.columns.add("payload.total")
    for column in list(table.rows.columns):
        table.columns.remove(number_of(table, column.key))
    assert order(table) == ["payload.total"]


def test_a_column_shown_on_purpose_stays_in_a_narrow_table(table: EventTable) -> None:
    table.resize(700, 400)
    assert "size" not in order(table)
    table.columns.show_column("size", shown=True)
    assert "size" in order(table)


def test_a_column_is_renamed_aligned_and_reset(table: EventTable) -> None:
    table.columns.rename(number_of(table, "type"), "  What happened ")
    act(header_menu(table, "type"), "Align", "Centre")
    number = number_of(table, "type")
    assert table.rows.headerData(number, Qt.Orientation.Horizontal) == "What happened"
    assert table.rows.columns[number].align == "centre"
    table.grab()
    table.columns.rename(number, "")
    assert table.rows.headerData(number, Qt.Orientation.Horizontal) == "Type"
    act(header_menu(table, "type"), "Reset")
    assert table.session.settings.table.columns == ()
    assert table.rows.columns == list(COLUMNS)


def test_ids_are_shown_whole_or_short(table: EventTable) -> None:
    assert cells(table, "correlation", 1) == ["trac…0000"]
    act(header_menu(table, "correlation"), "Show ids whole")
    assert cells(table, "correlation", 1) == ["trace-of-flow-000000"]
    act(header_menu(table, "correlation"), "Show ids whole")
    assert cells(table, "correlation", 1) == ["trac…0000"]


def test_a_column_is_moved_by_dragging_it(table: EventTable) -> None:
    before = order(table)
    drag(table, middle(table, "type"), middle(table, "phase") - QPoint(30, 0))
    after = order(table)
    assert after.index("type") < before.index("type")
    assert [choice.field for choice in table.session.settings.table.columns if not choice.hidden] == after


def test_a_border_is_dragged_and_keeps_its_place(table: EventTable) -> None:
    number = number_of(table, "type")
    start = edge(table, "type")
    drag(table, start, start + QPoint(60, 0))
    width = table.columnWidth(number)
    assert width > 150
    table.resize(1100, 400)
    assert table.columnWidth(number) == width
    choice = next(each for each in table.session.settings.table.columns if each.field == "type")
    assert choice.width == width


def test_a_double_click_on_a_border_fits_the_contents(table: EventTable) -> None:
    number = number_of(table, "type")
    table.horizontalHeader().resizeSection(number, 40)
    QTest.mouseDClick(table.horizontalHeader().viewport(), Left, pos=edge(table, "type"))
    text = table.fontMetrics().horizontalAdvance("order.placed")
    assert text < table.columnWidth(number) < text + 60


def test_all_of_it_is_remembered(table: EventTable, qtbot: QtBot) -> None:
    table.columns.add("payload.total")
    table.columns.rename(number_of(table, "payload.total"), "Sum")
    table.columns.show_column("source", shown=False)
    table.horizontalHeader().resizeSection(number_of(table, "type"), 222)
    table.columns.count_times(TimeMode.DELTA)
    session = Session(Settings(table=table.session.settings.table))
    put(session, shop(3))
    for other in made(qtbot, session):
        assert order(other) == order(table)
        assert other.columnWidth(number_of(other, "type")) == 222
        assert other.rows.columns[number_of(other, "payload.total")].title == "Sum"
        assert other.rows.time_mode is TimeMode.DELTA
        assert other.columns.choices() == table.columns.choices()


def test_a_setup_that_is_replaced_as_a_whole_is_read_anew(table: EventTable) -> None:
    columns = (ColumnChoice("payload.total"), ColumnChoice("type"))
    setup = TableSetup(columns=columns, time="trace", sort="-payload.total")
    table.session.settings = msgspec.structs.replace(table.session.settings, table=setup)
    table.tick()
    assert order(table) == ["payload.total", "type"]
    assert table.columns.sorting.label == "total ↓"


def test_fields_that_nobody_knows_any_more_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    choices = [ColumnChoice("type"), *map(ColumnChoice, ("gone", "payload.[")), ColumnChoice("type", title="again")]
    assert [column.key for column in columns_of(choices)] == ["type"]
    assert "“gone” is no field" in caplog.text
    assert columns_of([ColumnChoice("gone")]) == list(COLUMNS)


def test_the_model_is_sound_while_columns_come_and_go(
    session: Session, matches: Matches, feed: Feed, qtmodeltester: ModelTester
) -> None:
    model = EventModel(session, matches)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.tick()
    model.add_column(column_of(ColumnChoice("payload.order_id")))
    model.remove_column(2)
    qtmodeltester.check(model)
    model.set_columns([column_of(ColumnChoice("type")), column_of(ColumnChoice("payload.total"))])
    model.change_column(0, column_of(ColumnChoice("type", title="Kind", align="centre")))
    qtmodeltester.check(model)
    assert model.columnCount() == 2
    assert tester.model() is model


def test_times_count_from_what_was_chosen(table: EventTable) -> None:
    assert cells(table, "time", 1)[0].count(":") == 2
    act(header_menu(table, "time"), "Times", "Since the first")
    assert cells(table, "time", 3) == ["+0.000", "+1.000", "+2.000"]
    act(header_menu(table, "time"), "Times", "Since the row before")
    assert cells(table, "time", 3) == ["", "+1,000.000", "+1,000.000"]
    act(header_menu(table, "time"), "Times", "Since the event before")
    assert cells(table, "time", 4) == ["", "+1,000.000", "", "+1,000.000"]
    assert table.session.settings.table.time == "trace"


def test_a_key_goes_through_the_ways_of_showing_times(table: EventTable) -> None:
    modes = []
    for _ in TimeMode:
        QTest.keyClick(table, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        modes.append(table.rows.time_mode)
    assert set(modes) == set(TimeMode)


def test_times_count_from_a_row_as_soon_as_it_is_the_reference(table: EventTable) -> None:
    table.session.marks.refer(Reference(3, 3 * 10**9))
    table.tick()
    assert cells(table, "time", 4) == ["-2.000", "-1.000", "+0.000", "+1.000"]
    number = number_of(table, "time")
    assert table.rows.headerData(number, Qt.Orientation.Horizontal) == "Since ref., s"


def test_numbers_are_aligned_on_the_point_and_on_the_side_that_what_is_seen_asks_for(
    qtbot: QtBot, empty_session: Session
) -> None:
    payloads = (b'{"total": 12.25}', b'{"total": 7}', b'{"total": -1.5}')
    put(empty_session, [Record(type="t", payload=payload) for payload in payloads])
    empty_session.settings = empty_session.settings.with_table(columns=(ColumnChoice("payload.total"),))
    tables = made(qtbot, empty_session)
    table = next(tables)
    column = table.rows.columns[0]
    assert (column.align, column.mono, column.choice.align) == ("right", True, "")
    assert [column.written(text) for text in cells(table, "payload.total", 3)] == ["12.25", "7   ", "-1.5 "]
    align = next(action for action in header_menu(table, "payload.total").actions() if action.text() == "Align").menu()
    assert isinstance(align, QMenu)
    assert align.actions()[0].text() == "Automatic (right)"
    table.columns.align(0, "left")
    assert table.rows.columns[0].align == "left"
    table.columns.align(0, "")
    assert table.rows.columns[0].align == "right"
    put(empty_session, [Record(type="t", payload=b'{"total": "12 EUR"}')])
    qtbot.waitUntil(lambda: table.tick() or table.rows.columns[0].align == "left", timeout=5_000)
    assert next(tables, None) is None


def test_the_day_is_written_as_soon_as_not_all_is_of_today(qtbot: QtBot, empty_session: Session) -> None:
    now = time.time_ns()
    put(empty_session, [Record(type="t", occurred_at=now)])
    tables = made(qtbot, empty_session)
    table = next(tables)
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3}", cells(table, "time", 1)[0])
    before = table.columnWidth(number_of(table, "time"))
    put(empty_session, [Record(type="t", occurred_at=now - 40 * 86_400 * 10**9)])
    qtbot.waitUntil(lambda: table.tick() or table.grab() is None or table.columnWidth(1) > before, timeout=5_000)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", text) for text in cells(table, "time", 2))
    assert next(tables, None) is None


async def test_the_source_has_the_icon_of_its_kind_before_its_name(qtbot: QtBot, empty_session: Session) -> None:
    source = empty_session.attach(open_source("tap:/tmp/not-there-at-all/tap.sock"))
    put(empty_session, [Record(type="t")], source.label)
    put(empty_session, [Record(type="t")], "gone")
    tables = made(qtbot, empty_session)
    table = next(tables)
    assert [strip.look.icon for strip in table.strips(table.viewport().rect())] == ["radio", ""]
    table.grab()
    assert next(tables, None) is None
    await empty_session.close()

"""The menu of a cell: filters of what it says, colours, notes, and copies."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.columns.fields import FIELDS, field_of
from app.filter.matches import Matches
from app.filter.query import parse
from app.marks import Mark
from app.session import Session
from eventscope.connector import Record
from tests.widgets.conftest import put
from widgets.focus import Focus
from widgets.look.theme import current_palette
from widgets.table.event_table import EventTable
from widgets.table.menu import menu_of_cell


@pytest.fixture
def table(qtbot: QtBot, empty_session: Session) -> Iterator[EventTable]:
    record = Record(
        type="order placed", category="order", priority=2, id="id-1", correlation_id="c1", producer="shop",
        payload=b'{"total": 31.5, "items": [{"sku": "A 7"}, {"sku": "B"}]}', headers='[["X-T", "acme"]]',
        total_ns=1_250_000, queue_ns=5, handle_ns=1_000_000, attempt=2, occurred_at=10**18, error='boom "x"',
        subscription="billing", channel="orders", envelope="plain", key="k*", causation_id="id-0",
    )  # fmt: skip
    put(empty_session, [record, Record(type="other", priority=1)])
    matches = Matches(empty_session.store)
    made = EventTable(empty_session, Focus(), matches)
    qtbot.addWidget(made)
    made.resize(1200, 300)
    made.show()
    made.tick()
    yield made
    made.layers.close()
    matches.close()


def entry(menu: QMenu, *path: str) -> QAction:
    """An entry by the beginnings of its texts and those of the menus above it."""
    for step in path:
        action = next(action for action in menu.actions() if action.text().startswith(step))
        menu = action.menu() or menu  # type: ignore[assignment]
    return action


def menu_of(table: EventTable, field: str, seq: int = 1) -> QMenu:
    return menu_of_cell(table, table.session.store.event(seq), field_of(field))


@pytest.mark.parametrize("field", [*FIELDS, "header.x-t", "payload.total", "payload.items[*].sku", "payload.gone"])
def test_the_filter_of_a_cell_selects_its_own_row(table: EventTable, field: str) -> None:
    event = table.session.store.event(1)
    clause = field_of(field).clause(event)
    if not clause:
        assert field in ("observed", "fanout")
        return
    chunk = table.session.store.chunks[0]
    assert bool(parse(clause).mask(chunk, 0, 1)[0]), clause


def test_a_filter_is_applied_and_joined(table: EventTable, qtbot: QtBot) -> None:
    menu = menu_of(table, "type")
    with qtbot.waitSignal(table.focus.filter_proposed) as proposed:
        entry(menu, "Apply as filter").trigger()
    assert proposed.args == ['type:"order placed"']
    for text, how in (("… and this", "and"), ("… or this", "or"), ("… and not this", "not")):
        with qtbot.waitSignal(table.focus.filter_joined) as joined:
            entry(menu, text).trigger()
        assert joined.args == ['type:"order placed"', how, True]


def test_a_filter_is_prepared_and_not_applied(table: EventTable, qtbot: QtBot) -> None:
    menu = menu_of(table, "payload.total")
    with qtbot.waitSignal(table.focus.filter_prepared) as prepared:
        entry(menu, "Prepare", "Not this").trigger()
    assert prepared.args == ["-payload.total:31.5"]
    with qtbot.waitSignal(table.focus.filter_joined) as joined:
        entry(menu, "Prepare", "… and this").trigger()
    assert joined.args == ["payload.total:31.5", "and", False]


def test_the_type_is_excluded_or_muted(table: EventTable, qtbot: QtBot) -> None:
    table.go_to(0)
    menu = menu_of(table, "category")
    with qtbot.waitSignal(table.focus.filter_joined) as joined:
        entry(menu, "Exclude type").trigger()
    assert joined.args == ['type:"order placed"', "not", True]
    entry(menu, "Mute type").trigger()
    assert table.session.settings.table.muted == ("order placed",)


def test_a_row_is_narrowed_down_to_whichever_cell_was_clicked_on(table: EventTable, qtbot: QtBot) -> None:
    menu = menu_of(table, "observed")
    assert not entry(menu, "Apply as filter").isEnabled()
    with qtbot.waitSignal(table.focus.filter_proposed) as proposed:
        entry(menu, "Only", "Correlation").trigger()
    assert proposed.args == ["correlation:c1"]


def test_rows_like_this_and_the_conversation_are_coloured(table: EventTable, qtbot: QtBot) -> None:
    menu = menu_of(table, "producer")
    with qtbot.waitSignal(table.colour_wanted) as wanted:
        entry(menu, "Colour", "Rows like this").trigger()
    assert wanted.args == ["producer:shop"]
    entry(menu, "Colour", "This conversation: green").trigger()
    colour = table.session.colours.conversation("c1")
    assert colour is not None
    assert colour.tone == "green"


def test_a_row_is_marked_and_times_count_from_it(table: EventTable) -> None:
    entry(menu_of(table, "type"), "Mark").trigger()
    assert table.session.marks.has(1, Mark.MARKED)
    entry(menu_of(table, "type"), "Remove the mark").trigger()
    assert not table.session.marks.has(1, Mark.MARKED)
    entry(menu_of(table, "type"), "Count times from here").trigger()
    assert table.session.marks.reference is not None
    entry(menu_of(table, "type"), "Count times from here no longer").trigger()
    assert table.session.marks.reference is None


@pytest.mark.parametrize(
    ("what", "copied"),
    [("Cell", "order placed"), ("As filter", 'type:"order placed"'), ("Id", "id-1"), ("Row as text", None)],
)
def test_what_is_copied(table: EventTable, what: str, copied: str | None) -> None:
    entry(menu_of(table, "type"), "Copy", what).trigger()
    text = QGuiApplication.clipboard().text()
    assert text == copied if copied else "order placed" in text


def test_the_event_is_copied_as_json(table: EventTable) -> None:
    entry(menu_of(table, "type"), "Copy", "Event as JSON").trigger()
    assert json.loads(QGuiApplication.clipboard().text())["seq"] == 1


def test_the_right_button_opens_the_menu_of_the_cell_under_it(table: EventTable) -> None:
    table.columns.add("payload.total")
    area = table.visualRect(table.rows.index(0, table.rows.number_of("payload.total") or 0))
    at: QPoint = area.center()
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(table.viewport(), QContextMenuEvent(reason, at, table.viewport().mapToGlobal(at)))
    menu = next(menu for menu in table.findChildren(QMenu) if menu.isVisible())
    assert entry(menu, "Apply as filter").text() == "Apply as filter: payload.total:31.5\t="
    menu.close()


def test_an_entry_that_cannot_be_a_filter_says_why(table: EventTable) -> None:
    apply = entry(menu_of(table, "observed"), "Apply as filter")
    assert not apply.isEnabled()
    assert apply.toolTip()


def go_to_cell(table: EventTable, field: str, row: int = 0) -> None:
    table.setCurrentIndex(table.rows.index(row, table.rows.number_of(field) or 0))


@pytest.mark.parametrize(
    ("sign", "signal", "arguments"),
    [
        ("=", "filter_proposed", ["category:order"]),
        ("!", "filter_proposed", ["-category:order"]),
        ("&", "filter_joined", ["category:order", "and", True]),
        ("|", "filter_joined", ["category:order", "or", True]),
        ("-", "filter_joined", ["category:order", "not", True]),
    ],
)
def test_keys_filter_by_the_cell_as_its_menu_does(
    table: EventTable, qtbot: QtBot, sign: str, signal: str, arguments: list[object]
) -> None:
    go_to_cell(table, "category")
    with qtbot.waitSignal(getattr(table.focus, signal)) as emitted:
        QTest.keyClicks(table, sign)
    assert emitted.args == arguments


def test_a_filter_is_negated_and_joined_by_its_opposite(table: EventTable, qtbot: QtBot) -> None:
    menu = menu_of(table, "category")
    with qtbot.waitSignal(table.focus.filter_proposed) as proposed:
        entry(menu, "Not this").trigger()
    assert proposed.args == ["-category:order"]
    with qtbot.waitSignal(table.focus.filter_joined) as joined:
        entry(menu, "… or not this").trigger()
    assert joined.args == ["-category:order", "or", True]


def test_keys_exclude_colour_and_copy_as_the_menu_does(table: EventTable, qtbot: QtBot) -> None:
    go_to_cell(table, "producer")
    with qtbot.waitSignal(table.focus.filter_joined) as joined:
        QTest.keyClick(table, Qt.Key.Key_Delete)
    assert joined.args == ['type:"order placed"', "not", True]
    with qtbot.waitSignal(table.colour_wanted) as wanted:
        QTest.keyClick(table, Qt.Key.Key_C)
    assert wanted.args == ["producer:shop"]
    QTest.keyClick(table, Qt.Key.Key_Y)
    assert QGuiApplication.clipboard().text() == "producer:shop"
    with qtbot.waitSignal(table.focus.filter_prepared) as prepared:
        QTest.keyClick(table, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert prepared.args == ["producer:shop"]


def test_the_menu_of_the_current_cell_opens_by_key(table: EventTable) -> None:
    go_to_cell(table, "category")
    QTest.keyClick(table, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert entry(menu, "Apply").text() == "Apply as filter: category:order\t="
    menu.close()
    keyboard = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(table.viewport(), keyboard)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert entry(menu, "Apply").text() == "Apply as filter: category:order\t="
    menu.close()


def test_left_and_right_go_from_cell_to_cell_and_stay_when_rows_come(table: EventTable) -> None:
    table.setFocus()
    go_to_cell(table, "phase")
    QTest.keyClick(table, Qt.Key.Key_Right)
    at = table.currentIndex().column()
    assert at == table.rows.number_of("priority")
    put(table.session, [Record(type="late", priority=1)])
    table.tick()
    table.set_filter(parse("priority:high"))
    assert (table.currentIndex().row(), table.currentIndex().column()) == (0, at)


def test_the_cell_that_keys_act_on_is_outlined_while_the_table_has_the_focus(table: EventTable, qtbot: QtBot) -> None:
    go_to_cell(table, "category")
    table.activateWindow()
    table.setFocus()
    corner = table.visualRect(table.currentIndex()).topLeft() + QPoint(0, 5)
    qtbot.waitUntil(table.hasFocus)
    assert table.viewport().grab().toImage().pixelColor(corner).name() == current_palette().accent.lower()
    table.clearFocus()
    assert table.viewport().grab().toImage().pixelColor(corner).name() != current_palette().accent.lower()

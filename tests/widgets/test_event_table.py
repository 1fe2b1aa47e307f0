"""The event table: it follows, stands still while one reads, and is not moved by what comes and goes."""

from __future__ import annotations

import json
import time

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.filter.query import parse
from app.session import Session
from app.settings import Settings
from eventscope.connector import Record
from eventscope.step import Phase
from tests.widgets.conftest import Feed, orders, put, shown_table
from widgets.focus import Focus
from widgets.table.columns import COLUMNS
from widgets.table.commands import open_columns
from widgets.table.event_model import EventModel
from widgets.table.event_table import EventTable
from widgets.table.live import LiveState
from widgets.table.menu import menu_of_cell

Key = Qt.Key
Control = Qt.KeyboardModifier.ControlModifier


def top_seq(table: EventTable) -> int | None:
    """The event in the topmost row, and how far it is scrolled out."""
    top, offset = divmod(table.verticalScrollBar().value(), table.painter.row_height)
    assert offset >= 0
    return table.rows.seq_at(top)


def wheel(table: EventTable, steps: int) -> None:
    """Turn the wheel over the table, upwards for positive steps."""
    middle = QPointF(table.viewport().rect().center())
    event = QWheelEvent(
        middle, table.viewport().mapToGlobal(middle), QPoint(), QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(table.viewport(), event)


def state(table: EventTable) -> LiveState:
    return table._live.state


def click_row(table: EventTable, row: int) -> None:
    area = table.visualRect(table.rows.index(row, 1))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=area.center())


def test_the_model_is_sound_while_rows_come_and_the_filter_changes(
    session: Session, matches: Matches, feed: Feed, qtmodeltester: ModelTester
) -> None:
    model = EventModel(session, matches)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.tick()
    qtmodeltester.check(model)
    feed(orders(5, first=20))
    model.tick()
    model.set_filter(parse("phase:failed"))
    feed(orders(5, first=25))
    model.tick()
    model.set_filter(parse(""))
    assert model.rowCount() == session.store.kept
    assert tester.model() is model


def test_it_begins_at_the_newest_row_and_follows(table: EventTable, feed: Feed) -> None:
    assert state(table) is LiveState.FOLLOWING
    feed(orders(3, first=20))
    table.tick()
    assert table.verticalScrollBar().value() == table.verticalScrollBar().maximum()
    assert table.rows.seq_at(table.rowAt(table.viewport().height() - 4)) == table.session.store.next_seq - 1


def test_turning_the_wheel_up_holds_the_view_where_it_is(table: EventTable, feed: Feed) -> None:
    wheel(table, 2)
    held = top_seq(table)
    before = table.viewport().grab().toImage()
    feed(orders(10, first=20))
    table.tick()
    assert top_seq(table) == held
    assert state(table) is LiveState.SCROLLED_BACK
    assert table.viewport().grab().toImage() == before


def test_scrolled_back_counts_what_is_new_below(table: EventTable, feed: Feed) -> None:
    wheel(table, 2)
    count = feed(orders(4, first=20))
    table.tick()
    assert table._live.count == count
    assert f"{count:,} new" in table._live.text


def test_the_wheel_to_the_end_follows_again(table: EventTable, feed: Feed) -> None:
    wheel(table, 2)
    wheel(table, -20)
    assert state(table) is LiveState.FOLLOWING
    feed(orders(2, first=20))
    table.tick()
    assert table.anchor.at_end


def test_selecting_the_last_row_stands_still_until_the_wheel_is_turned_down(table: EventTable, feed: Feed) -> None:
    click_row(table, table.rows.rowCount() - 1)
    assert state(table) is LiveState.SCROLLED_BACK
    wheel(table, -1)
    assert state(table) is LiveState.FOLLOWING


@pytest.mark.parametrize("key", [Key.Key_End, Key.Key_F])
def test_a_key_follows_again(table: EventTable, key: Qt.Key, feed: Feed) -> None:
    QTest.keyClick(table, Key.Key_Home)
    assert top_seq(table) == 1
    feed(orders(2, first=20))
    table.tick()
    assert top_seq(table) == 1
    QTest.keyClick(table, key)
    assert state(table) is LiveState.FOLLOWING
    assert table.anchor.at_end


def test_page_up_and_arrows_stand_still(table: EventTable) -> None:
    click_row(table, table.rows.rowCount() - 1)
    QTest.keyClick(table, Key.Key_PageUp)
    assert state(table) is LiveState.SCROLLED_BACK
    assert not table.anchor.at_end


def test_the_pill_follows_again_when_scrolled_back(table: EventTable) -> None:
    QTest.keyClick(table, Key.Key_Home)
    table.act_on_pill()
    assert state(table) is LiveState.FOLLOWING


def test_the_pill_asks_for_a_pause_when_following(table: EventTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.pause_toggled):
        table.act_on_pill()


def test_space_asks_for_a_pause(table: EventTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.pause_toggled):
        QTest.keyClick(table, Key.Key_Space)


def test_a_pause_holds_the_rows_and_counts_what_comes(table: EventTable, feed: Feed, focus: Focus) -> None:
    rows = table.rows.rowCount()
    focus.hold(table.session.store.next_seq)
    count = feed(orders(3, first=20))
    table.tick()
    assert table.rows.rowCount() == rows
    assert (state(table), table._live.count) == (LiveState.PAUSED, count)
    focus.hold(None)
    assert table.rows.rowCount() == rows + count
    assert state(table) is LiveState.FOLLOWING


def test_a_pause_while_scrolled_back_comes_back_to_that(table: EventTable, feed: Feed, focus: Focus) -> None:
    QTest.keyClick(table, Key.Key_Home)
    focus.hold(table.session.store.next_seq)
    feed(orders(3, first=20))
    focus.hold(None)
    assert top_seq(table) == 1
    assert state(table) is LiveState.SCROLLED_BACK


def test_a_filter_acts_while_paused(table: EventTable, feed: Feed, focus: Focus) -> None:
    focus.hold(table.session.store.next_seq)
    feed(orders(3, first=20))
    table.set_filter(parse("phase:published"))
    kept = table.session.store.cells(range(1, focus.horizon or 0), ("phase",))
    assert table.rows.rowCount() == sum(phase == Phase.PUBLISHED for (phase,) in kept)


def test_a_change_of_filter_keeps_the_event_at_the_top(table: EventTable) -> None:
    QTest.keyClick(table, Key.Key_Home)
    published = [row for row in range(200) if (table.rows.row(row) or 1) and table.rows.row(row).phase == 0]  # type: ignore[union-attr]
    chosen = published[10]
    table.verticalScrollBar().setValue(chosen * table.painter.row_height + 7)
    seq = table.rows.seq_at(chosen)
    table.set_filter(parse("phase:published"))
    assert top_seq(table) == seq
    table.set_filter(parse(""))
    assert top_seq(table) == seq
    assert table.verticalScrollBar().value() % table.painter.row_height == 7


def catch_up(qtbot: QtBot, table: EventTable, matches: Matches) -> None:
    """Have the table take in all that came, which it does for a few milliseconds at each tick."""

    def is_up() -> bool:
        table.tick()
        return matches.progress[0] == matches.progress[1]

    qtbot.waitUntil(is_up, timeout=40_000)


def test_eviction_keeps_the_picture_still(qtbot: QtBot, focus: Focus) -> None:
    session = Session(Settings(memory_mib=16))
    rows = [row._replace(payload=b"x" * 3_000) for row in orders(40)]
    while not session.store.evicted:
        put(session, rows)
    matches = Matches(session.store)
    table = shown_table(qtbot, session, focus, matches)
    catch_up(qtbot, table, matches)
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum() - 5_003)
    held, evicted = top_seq(table), session.store.evicted
    before = table.viewport().grab().toImage()
    while session.store.evicted == evicted:
        put(session, rows)
    catch_up(qtbot, table, matches)
    assert top_seq(table) == held
    assert table.viewport().grab().toImage() == before
    assert table.rows.rowCount() == session.store.kept
    matches.close()


def test_when_the_held_event_itself_is_evicted_the_next_that_is_kept_is_shown(qtbot: QtBot, focus: Focus) -> None:
    session = Session(Settings(memory_mib=16))
    rows = [row._replace(payload=b"x" * 3_000, correlation_id=None) for row in orders(40)]
    put(session, rows)
    matches = Matches(session.store)
    table = shown_table(qtbot, session, focus, matches)
    table.go_to(3)
    assert focus.seq == 4
    while session.store.keeps(4):
        put(session, rows)
    catch_up(qtbot, table, matches)
    assert top_seq(table) == matches.seq_at(matches.index_of(4))
    assert focus.seq == 4, "the detail view still says what was selected"
    assert not table.selectionModel().hasSelection()
    matches.close()


def test_a_click_on_the_selected_row_stands_still_again(table: EventTable) -> None:
    last = table.rows.rowCount() - 1
    click_row(table, last)
    table.follow()
    click_row(table, last)
    assert state(table) is LiveState.SCROLLED_BACK


def test_arrows_begin_at_the_lowest_row_in_view(table: EventTable) -> None:
    QTest.keyClick(table, Key.Key_Up)
    assert table.currentIndex().row() == table.rows.rowCount() - 1
    QTest.keyClick(table, Key.Key_Up)
    assert table.currentIndex().row() == table.rows.rowCount() - 2


def test_escape_selects_nothing(table: EventTable, focus: Focus) -> None:
    table.go_to(3)
    QTest.keyClick(table, Key.Key_Escape)
    assert (focus.seq, focus.correlation_id) == (None, None)
    assert not table.selectionModel().hasSelection()


def test_focus_alone_selects_nothing(table: EventTable, focus: Focus) -> None:
    table.clearFocus()
    table.setFocus()
    assert focus.seq is None
    assert not table.currentIndex().isValid()
    assert state(table) is LiveState.FOLLOWING


def test_selecting_tells_the_other_views(table: EventTable, focus: Focus) -> None:
    click_row(table, table.rows.rowCount() - 3)
    row = table.rows.row(table.currentIndex().row())
    assert row is not None
    assert (focus.seq, focus.correlation_id) == (row.seq, row.correlation_id)


def test_the_selection_stays_with_its_event_when_rows_are_renumbered(table: EventTable, focus: Focus) -> None:
    table.go_to(200)
    seq = focus.seq
    table.set_filter(parse(f'correlation:"{focus.correlation_id}"'))
    assert table.rows.seq_at(table.currentIndex().row()) == seq
    table.set_filter(parse("type:nothing.like.it"))
    assert not table.currentIndex().isValid()
    table.set_filter(parse(""))
    assert table.rows.seq_at(table.currentIndex().row()) == seq
    assert focus.seq == seq


def test_an_event_selected_elsewhere_is_scrolled_to(table: EventTable, focus: Focus) -> None:
    focus.select_event(30)
    assert table.currentIndex().row() == 29
    assert table.viewport().rect().contains(table.visualRect(table.currentIndex()).center())
    assert state(table) is LiveState.SCROLLED_BACK


def test_an_event_that_the_filter_hides_selects_no_row(table: EventTable, focus: Focus) -> None:
    table.set_filter(parse("phase:failed"))
    focus.select_event(1)
    assert not table.currentIndex().isValid()
    assert state(table) is LiveState.FOLLOWING


def test_e_goes_from_error_to_error(table: EventTable) -> None:
    store = table.session.store
    errors = [
        seq for seq in range(1, store.next_seq)
        if store.event(seq).phase in (Phase.FAILED, Phase.DEAD_LETTERED, Phase.DROPPED)
    ]  # fmt: skip
    assert len(errors) > 3
    seen = []
    for _ in errors:
        QTest.keyClick(table, Key.Key_E)
        seen.append(table.focus.seq)
    assert seen == errors
    QTest.keyClick(table, Key.Key_E)
    assert table.focus.seq == errors[-1]
    QTest.keyClick(table, Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    assert table.focus.seq == errors[-2]


def test_control_and_point_stay_in_the_correlation(table: EventTable) -> None:
    table.go_to(0)
    rows = table.session.store.correlated(table.focus.correlation_id or "").tolist()
    for expected in rows[1:4]:
        QTest.keyClick(table, Key.Key_Period, Control)
        assert table.focus.seq == expected
    QTest.keyClick(table, Key.Key_Comma, Control)
    assert table.focus.seq == rows[2]


def test_t_opens_the_trace(table: EventTable, qtbot: QtBot) -> None:
    table.go_to(5)
    with qtbot.waitSignal(table.trace_wanted):
        QTest.keyClick(table, Key.Key_T)
    assert table.focus.correlation_id == table.session.store.event(6).correlation_id


def test_slash_asks_for_the_filter(table: EventTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.filter_wanted):
        QTest.keyClick(table, Key.Key_Slash)


def test_control_c_copies_the_event_as_json(table: EventTable) -> None:
    table.go_to(0)
    QTest.keyClick(table, Key.Key_C, Control)
    assert json.loads(QGuiApplication.clipboard().text())["seq"] == 1


def test_a_narrow_table_hides_what_tells_least_and_a_wide_one_shows_it(table: EventTable) -> None:
    size, producer = table.rows.number_of("size") or 0, table.rows.number_of("producer") or 0
    table.resize(1500, 400)
    assert not table.isColumnHidden(size)
    assert not table.isColumnHidden(producer)
    table.resize(800, 400)
    assert table.isColumnHidden(size)
    assert table.isColumnHidden(producer)
    assert table.horizontalHeader().length() <= table.viewport().width() or not table.isColumnHidden(0)


def test_a_row_has_a_sentence_for_those_who_hear_it(table: EventTable) -> None:
    sentence = table.rows.index(0, 3).data(Qt.ItemDataRole.AccessibleTextRole)
    event = table.session.store.event(1)
    assert sentence.startswith("event 1, ")
    assert event.type in sentence
    assert "published at" in sentence


HOSTILE = (
    "<img src='file:///etc/passwd'><b>bold</b>",
    "\u202eevil\u2066\u202d right to left",
    "a\nb\tc\x00d\x1b[31m",
    "x" * 1_000_000,
    "e" + "\u0301" * 100_000,
    "\ud800 lone",
    "🧨" * 500,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_inert_everywhere(qtbot: QtBot, empty_session: Session, focus: Focus, text: str) -> None:
    hostile = Record(
        type=text, category=text, producer=text, subscription=text, correlation_id=text, key=text, error=text,
        priority=3,
    )  # fmt: skip
    put(empty_session, [hostile] * 30)
    matches = Matches(empty_session.store)
    table = shown_table(qtbot, empty_session, focus, matches)
    table.grab()
    for number in range(len(COLUMNS)):
        index = table.rows.index(0, number)
        assert len(str(index.data())) < 1_000
        assert not set("\n\x1b\x00\u202e") & set(str(index.data()))
        tip = str(index.data(Qt.ItemDataRole.ToolTipRole))
        assert "<img" not in tip
        assert len(tip) < 20_000
    for column in table.rows.columns:
        menu = menu_of_cell(table, empty_session.store.event(1), column.field)
        assert all(len(action.text()) < 200 for action in menu.actions())
        menu.close()
    matches.close()


def test_painting_huge_cells_costs_no_more_than_painting_full_ones(qtbot: QtBot, focus: Focus) -> None:
    def seconds(length: int) -> float:
        session = Session(Settings())
        put(session, [Record(type="w" * length, payload=b"p" * length, error="e" * length, priority=1)] * 40)
        matches = Matches(session.store)
        table = shown_table(qtbot, session, Focus(), matches)
        took = []
        for _ in range(6):
            start = time.perf_counter()
            table.grab()
            took.append(time.perf_counter() - start)
        matches.close()
        return min(took)

    ordinary = seconds(400)
    assert seconds(400_000) < 5 * ordinary + 0.01


def test_painting_asks_only_for_the_rows_that_are_visible(table: EventTable, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    rows = table.rows.rows
    monkeypatch.setattr(table.rows, "rows", lambda first, last: asked.append(last - first) or rows(first, last))
    table.grab()
    assert asked
    assert max(asked) <= table.height() // table.painter.row_height + 1


def test_a_row_of_the_selected_trace_has_an_edge(table: EventTable, focus: Focus) -> None:
    QTest.keyClick(table, Key.Key_Home)
    plain = table.viewport().grab(QRect(0, 0, 3, 20)).toImage()
    focus.select_trace(table.session.store.event(1).correlation_id)
    assert table.viewport().grab(QRect(0, 0, 3, 20)).toImage() != plain


def test_nothing_attached_is_said(qtbot: QtBot, empty_session: Session, focus: Focus) -> None:
    matches = Matches(empty_session.store)
    table = shown_table(qtbot, empty_session, focus, matches)
    assert "Nothing is attached" in notice(table)
    matches.close()


def test_an_empty_table_says_which_clause_hides_all_and_offers_to_clear(table: EventTable, qtbot: QtBot) -> None:
    table.set_filter(parse("priority>=low type:no.such.type"))

    def explained() -> None:
        table.tick()
        assert "type:no.such.type  removes all of them" in notice(table)

    qtbot.waitUntil(explained, timeout=5_000)
    assert f"0 of {table.session.store.kept:,} rows match" in notice(table)
    button = next(b for b in table.findChildren(QPushButton) if b.isVisible())
    with qtbot.waitSignal(table.focus.filter_proposed) as proposed:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert proposed.args == [""]


def test_when_no_single_clause_hides_all_each_is_counted(table: EventTable, qtbot: QtBot) -> None:
    table.set_filter(parse("phase:published phase:failed"))

    def explained() -> None:
        table.tick()
        assert notice(table).count("  removes ") == 2

    qtbot.waitUntil(explained, timeout=5_000)


def test_the_notice_goes_when_rows_come(qtbot: QtBot, empty_session: Session, focus: Focus) -> None:
    matches = Matches(empty_session.store)
    table = shown_table(qtbot, empty_session, focus, matches)
    put(empty_session, orders(1))
    table.tick()
    assert table.vacancy._notice.isHidden()
    matches.close()


def notice(table: EventTable) -> str:
    return table.vacancy._notice.accessibleName()


def test_typing_letters_never_searches_the_whole_model(table: EventTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EventModel, "match", lambda *_: pytest.fail("Qt searched the model"))
    QTest.keyClicks(table, "xyz")


def test_rows_appended_in_one_tick_are_inserted_once(table: EventTable, feed: Feed, qtbot: QtBot) -> None:
    inserted: list[tuple[int, int]] = []
    table.rows.rowsInserted.connect(lambda parent, first, last: inserted.append((first, last)))
    before = table.rows.rowCount()
    for first in range(20, 24):
        feed(orders(1, first=first))
    table.tick()
    assert inserted == [(before, table.rows.rowCount() - 1)]


def test_the_reason_for_an_empty_table_stays_in_the_middle_after_scrolling(qtbot, session, focus, matches) -> None:
    """Qt moves the children of a viewport along with what is scrolled."""
    table = EventTable(session, focus, matches)
    qtbot.addWidget(table)
    table.resize(900, 400)
    table.show()
    table.tick()
    assert table.verticalScrollBar().value() > 0
    matches.set_filter(parse("type:nothing.like.this"))
    table.tick()
    notice = table.vacancy._notice
    assert notice.isVisible()
    assert table.viewport().geometry().contains(notice.geometry())


def test_a_menu_of_the_header_stands_still(table: EventTable) -> None:
    by_mouse = table.horizontalHeader().customContextMenuRequested
    for open_menu in (lambda: open_columns(table), lambda: by_mouse.emit(QPoint(5, 5))):
        table.follow()
        open_menu()
        assert not table.anchor.following
        for menu in table.findChildren(QMenu):
            menu.close()

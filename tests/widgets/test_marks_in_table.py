"""Marks in the table: each gesture with real keys, what is drawn, and what filters make of it."""

from __future__ import annotations

import io
import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.colours import Colour
from app.columns.fields import FIELDS
from app.exports import write
from app.filter.matches import Matches
from app.filter.query import parse
from app.marks import MOST_ROWS, Mark, Reference
from app.session import Session
from app.settings import Settings
from app.table_setup import ColourRule
from tests.widgets.conftest import Feed, orders, put
from widgets.focus import Focus
from widgets.table.event_table import EventTable
from widgets.table.menu import menu_of_cell
from widgets.table.times import TimeMode

Key = Qt.Key
Control, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def table(qtbot: QtBot, session: Session, focus: Focus, matches: Matches) -> EventTable:
    made = EventTable(session, focus, matches)
    qtbot.addWidget(made)
    made.resize(1100, 460)
    made.show()
    made.tick()
    return made


def picture(table: EventTable) -> bytes:
    """What is drawn in the rows and left of them."""
    image = table.grab().toImage()
    return bytes(image.constBits())


def test_m_marks_and_unmarks_the_row(table: EventTable) -> None:
    table.go_to(10)
    before = picture(table)
    QTest.keyClick(table, Key.Key_M)
    assert table.session.marks.rows(Mark.MARKED).tolist() == [11]
    assert picture(table) != before
    QTest.keyClick(table, Key.Key_M)
    assert not len(table.session.marks.rows(Mark.MARKED))
    assert picture(table) == before


def test_nothing_is_noted_where_no_row_is_current(table: EventTable) -> None:
    version = table.session.marks.version
    for key in (Key.Key_M, Key.Key_I, Key.Key_Semicolon):
        QTest.keyClick(table, key)
    QTest.keyClick(table, Key.Key_T, Control)
    QTest.keyClick(table, Key.Key_1, Control)
    assert table.session.marks.version == version
    assert not table.notes.line.isVisible()


def test_a_click_beside_a_row_marks_it_and_moves_nothing(table: EventTable) -> None:
    table.verticalScrollBar().setValue(50 * table.painter.row_height)
    top = table.verticalScrollBar().value()
    place = QPoint(8, 3 * table.painter.row_height + 5)
    QTest.mouseClick(table.gutter.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert table.session.marks.rows(Mark.MARKED).tolist() == [table.rows.seq_at(53)]
    assert table.verticalScrollBar().value() == top
    assert table.focus.seq is None


def test_shift_m_goes_from_mark_to_mark(table: EventTable) -> None:
    for seq in (30, 5, 200):
        table.session.marks.toggle(seq, Mark.MARKED)
    visited = []
    for _ in range(3):
        QTest.keyClick(table, Key.Key_M, Shift)
        visited.append(table.focus.seq)
    assert visited == [5, 30, 200]
    QTest.keyClick(table, Key.Key_M, Shift)
    assert table.focus.seq == 200, "there is none below"
    QTest.keyClick(table, Key.Key_M, Shift | Control)
    assert table.focus.seq == 30


def test_a_comment_is_written_at_the_row_and_shown_there(table: EventTable) -> None:
    table.go_to(10)
    before = picture(table)
    QTest.keyClick(table, Key.Key_Semicolon)
    line = table.notes.line
    assert line.isVisible()
    assert line.hasFocus()
    QTest.keyClicks(line, "here it begins; see t and e")
    QTest.keyClick(line, Key.Key_Return)
    assert table.session.marks.comment(11) == "here it begins; see t and e"
    assert not line.isVisible()
    assert table.hasFocus()
    assert picture(table) != before
    QTest.keyClick(table, Key.Key_Semicolon)
    assert line.text() == "here it begins; see t and e"
    line.clear()
    QTest.keyClick(line, Key.Key_Return)
    assert table.session.marks.comment(11) == ""
    assert picture(table) == before


def test_escape_leaves_a_comment_as_it_was(table: EventTable) -> None:
    table.session.marks.set_comment(11, "as it was")
    table.go_to(10)
    QTest.keyClick(table, Key.Key_Semicolon)
    QTest.keyClicks(table.notes.line, "something else")
    QTest.keyClick(table.notes.line, Key.Key_Escape)
    assert table.session.marks.comment(11) == "as it was"
    assert table.focus.seq == 11


def test_a_comment_stays_at_its_row_while_rows_come(table: EventTable, feed: Feed) -> None:
    table.go_to(table.rows.rowCount() - 3)
    seq = table.focus.seq
    QTest.keyClick(table, Key.Key_Semicolon)
    QTest.keyClicks(table.notes.line, "one")
    feed(orders(2, first=20))
    table.tick()
    QTest.keyClicks(table.notes.line, " two")
    QTest.keyClick(table.notes.line, Key.Key_Return)
    assert table.session.marks.comment(seq or 0) == "one two"


def test_ignored_rows_step_back_and_are_passed_over_by_jumps(table: EventTable) -> None:
    QTest.keyClick(table, Key.Key_E)
    first = table.focus.seq
    before = picture(table)
    QTest.keyClick(table, Key.Key_I)
    assert picture(table) != before
    QTest.keyClick(table, Key.Key_E)
    second = table.focus.seq
    assert (second or 0) > (first or 0)
    QTest.keyClick(table, Key.Key_E, Shift)
    assert table.focus.seq == second, "the only one above is ignored"


def test_times_count_from_the_reference(table: EventTable) -> None:
    table.go_to(20)
    event = table.session.store.event(21)
    QTest.keyClick(table, Key.Key_T, Control)
    assert table.session.marks.reference == Reference(21, event.occurred_at or 0)
    table.tick()
    assert table.rows.time_mode is TimeMode.RELATIVE
    assert [text for _, row, text in table.rows.rows(20, 20)] == ["+0.000"]
    assert next(text for _, _, text in table.rows.rows(0, 0)).startswith("-")
    QTest.keyClick(table, Key.Key_T, Control)
    assert table.session.marks.reference is None


def test_a_conversation_is_coloured_with_its_chip_and_a_figure(table: EventTable) -> None:
    table.go_to(0)
    trace = table.focus.correlation_id
    QTest.keyClick(table, Key.Key_2, Control)
    assert table.session.colours.conversation(trace) == Colour("amber", "2")
    strips = table.strips(table.viewport().rect())
    coloured = {strip.row.correlation_id for strip in strips if strip.look.colour}
    assert coloured == {trace}
    assert all(strip.look.chip == strip.look.colour for strip in strips)
    QTest.keyClick(table, Key.Key_0, Control)
    assert not any(strip.look.colour for strip in table.strips(table.viewport().rect()))


def test_rules_colour_rows_and_the_conversation_comes_first(table: EventTable) -> None:
    session = table.session
    session.settings = session.settings.with_table(colours=(ColourRule("phase:published", "green", "p"),))
    table.tick()
    table.go_to(0)
    before = {strip.row.seq: strip.look.colour for strip in table.strips(table.viewport().rect())}
    assert before[1] == Colour("green", "p")
    QTest.keyClick(table, Key.Key_7, Control)
    assert {strip.look.colour for strip in table.strips(table.viewport().rect())} == {Colour("olive", "7")}


def test_a_filter_for_marks_follows_them(table: EventTable) -> None:
    table.set_filter(parse("is:marked"))
    assert table.rows.rowCount() == 0
    table.session.marks.toggle(3, Mark.MARKED)
    table.session.marks.toggle(9, Mark.MARKED)
    table.tick()
    table.tick()
    assert [table.rows.seq_at(row) for row in range(table.rows.rowCount())] == [3, 9]
    table.go_to(0)
    QTest.keyClick(table, Key.Key_M)
    table.tick()
    assert [table.rows.seq_at(row) for row in range(table.rows.rowCount())] == [9]


def test_rows_that_are_lit_for_their_marks_follow_them(table: EventTable, feed: Feed) -> None:
    found = Matches(table.session.store)
    found.set_filter(parse("is:marked"))
    found.update()
    table.light(found)
    assert all(strip.look.faint for strip in table.strips(table.viewport().rect()))
    table.go_to(table.rows.rowCount() - 2)
    QTest.keyClick(table, Key.Key_M)
    found.update()
    lit = [strip.row.seq for strip in table.strips(table.viewport().rect()) if not strip.look.faint]
    assert lit == [table.focus.seq]
    found.close()


def test_a_full_book_is_said(table: EventTable, qtbot: QtBot) -> None:
    store = table.session.store
    while store.next_seq <= MOST_ROWS + 5:
        put(table.session, orders(40))
    for seq in range(2, MOST_ROWS + 2):
        table.session.marks.toggle(seq, Mark.IGNORED)
    table.tick()
    table.go_to(0)
    with qtbot.waitSignal(table.said) as told:
        QTest.keyClick(table, Key.Key_I)
    assert "10,000 rows are ignored already" in told.args[0]


def test_what_was_noted_is_there_again_when_cleared_rows_are(table: EventTable) -> None:
    marks, store = table.session.marks, table.session.store
    marks.toggle(3, Mark.MARKED)
    table.set_filter(parse("is:marked"))
    table.session.clear()
    table.tick()
    assert table.rows.rowCount() == 0
    assert table.session.undo_clear()
    table.tick()
    assert store.keeps(3)
    assert [table.rows.seq_at(row) for row in range(table.rows.rowCount())] == [3]


def test_marked_rows_are_never_evicted(qtbot: QtBot, focus: Focus) -> None:
    session = Session(Settings(memory_mib=16))
    rows = [row._replace(payload=b"x" * 3_000) for row in orders(40)]
    put(session, rows)
    session.marks.toggle(3, Mark.MARKED)
    session.marks.set_comment(7, "keep me")
    while session.store.evicted < 5_000:
        put(session, rows)
    assert session.store.keeps(3)
    assert session.store.keeps(7)
    assert not session.store.keeps(4)
    matches = Matches(session.store)
    matches.set_filter(parse("is:marked,commented"))
    matches.update()
    assert matches.seqs(0, len(matches)).tolist() == [3, 7]
    matches.close()


def test_those_who_hear_a_row_hear_what_was_noted(table: EventTable) -> None:
    marks = table.session.marks
    marks.toggle(3, Mark.MARKED)
    marks.set_comment(3, "<b>look</b>")
    index = table.rows.index(2, 3)
    assert str(index.data(Qt.ItemDataRole.AccessibleTextRole)).endswith("marked, comment: <b>look</b>")
    assert "&lt;b&gt;look" in str(index.data(Qt.ItemDataRole.ToolTipRole))


def test_exports_hold_the_comment_without_its_secrets(table: EventTable) -> None:
    store = table.session.store
    store.marks.set_comment(2, "password=hunter2hunter2 was wrong here")
    out = io.BytesIO()
    write("jsonl", store, [1, 2], out)
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert "comment" not in first
    assert second["comment"].endswith("was wrong here")
    assert "hunter2" not in second["comment"]


def test_the_menu_of_a_cell_notes_as_the_keys_do(table: EventTable) -> None:
    event = table.session.store.event(5)
    table.go_to(4)

    def do(name: str) -> None:
        menu = menu_of_cell(table, event, FIELDS["type"])
        next(action for action in menu.actions() if action.text().partition("\t")[0] == name).trigger()
        menu.close()

    do("Mark")
    assert table.session.marks.has(5, Mark.MARKED)
    do("Remove the mark")
    assert not table.session.marks.has(5, Mark.MARKED)
    do("Ignore")
    assert table.session.marks.has(5, Mark.IGNORED)
    do("Count times from here")
    assert table.session.marks.reference is not None
    do("Comment…")
    assert table.notes.line.isVisible()

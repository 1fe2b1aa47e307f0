"""Find: what is looked for stands out, and the others stay; n and N go through it, round the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.session import Session
from tests.widgets.conftest import Feed, orders
from widgets.focus import Focus
from widgets.table.event_table import EventTable
from widgets.window.work_area import WorkArea

Key = Qt.Key
Shift = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def area(qtbot: QtBot, session: Session, focus: Focus) -> Iterator[WorkArea]:
    """A work area over twenty orders, all phases shown."""
    made = WorkArea(session, focus)
    qtbot.addWidget(made)
    made.filter_bar.phases.show_all()
    made.resize(1200, 700)
    made.show()
    made.activateWindow()
    settle(made)
    yield made
    made.close_searches()


def settle(area: WorkArea) -> None:
    """Have everything found and shown."""
    for _ in range(4):
        area.tick()


def look_for(area: WorkArea, text: str) -> None:
    area.open_find()
    area.find_line.edit.setText(text)
    area.find_line._look()
    settle(area)


def highlighted(table: EventTable) -> set[int]:
    return {strip.row.seq for strip in table.strips(table.viewport().rect()) if strip.look.found}


def visits(area: WorkArea, key: Key, times: int, table: EventTable | None = None) -> list[int | None]:
    seen = []
    for _ in range(times):
        QTest.keyClick(table or area.table, key)
        settle(area)
        seen.append(area._focus.seq)
    return seen


@pytest.fixture
def hits(session: Session) -> list[int]:
    """The rows that a search for failures finds."""
    found = [seq for seq in range(1, session.store.next_seq) if session.store.event(seq).error]
    assert len(found) > 4
    return found


def test_it_hides_nothing_and_what_is_found_stands_out(area: WorkArea, session: Session, hits: list[int]) -> None:
    look_for(area, "error:*")
    assert area.table.rows.rowCount() == session.store.kept
    area.table.go_to(area.table.jumps.row_of(hits[0]))
    assert hits[0] in highlighted(area.table)
    assert highlighted(area.table) <= set(hits)
    assert area.find_line.note.text() == f"{len(hits)} found"


def test_enter_goes_from_hit_to_hit_and_says_which_it_is(area: WorkArea, focus: Focus, hits: list[int]) -> None:
    look_for(area, "error:*")
    for number in (1, 2):
        QTest.keyClick(area.find_line.edit, Key.Key_Return)
        settle(area)
        assert focus.seq == hits[number - 1]
        assert area.find_line.note.text() == f"{number} of {len(hits)}"
    QTest.keyClick(area.find_line.edit, Key.Key_Return, Shift)
    settle(area)
    assert focus.seq == hits[0]


def test_n_goes_on_round_the_end_and_says_so(area: WorkArea, hits: list[int]) -> None:
    look_for(area, "error:*")
    assert visits(area, Key.Key_N, len(hits)) == hits
    assert "round" not in area.find_line.note.text()
    assert visits(area, Key.Key_N, 1) == hits[:1]
    assert area.find_line.note.text() == f"1 of {len(hits)} · round the end"
    assert visits(area, Key.Key_F3, 1) == hits[1:2]
    assert "round" not in area.find_line.note.text()
    QTest.keyClick(area.table, Key.Key_N, Shift)
    QTest.keyClick(area.table, Key.Key_N, Shift)
    settle(area)
    assert area._focus.seq == hits[-1]


def test_ignored_rows_are_passed_over(area: WorkArea, session: Session, hits: list[int]) -> None:
    look_for(area, "error:*")
    area.table.go_to(area.table.jumps.row_of(hits[1]))
    QTest.keyClick(area.table, Key.Key_I)
    area.table.go_to(area.table.jumps.row_of(hits[0]))
    assert visits(area, Key.Key_N, 1) == [hits[2]]


def test_new_rows_are_found_and_a_filter_leaves_only_hits_that_it_shows(
    area: WorkArea, session: Session, feed: Feed
) -> None:
    look_for(area, "category:payment")
    before = int(area.find_line.note.text().split()[0])
    feed(orders(5, first=20))
    settle(area)
    assert int(area.find_line.note.text().split()[0]) > before
    area.filter_bar.set_text("-category:payment")
    settle(area)
    assert area.find_line.note.text() == "none"
    assert visits(area, Key.Key_N, 1) == [None]


def test_escape_ends_it_from_the_line_and_from_the_table(area: WorkArea, hits: list[int]) -> None:
    look_for(area, "error:*")
    QTest.keyClick(area.find_line.edit, Key.Key_Escape)
    assert area.find_line.isHidden()
    assert area.table.sought is None
    look_for(area, "error:*")
    assert area.table.sought is not None
    QTest.keyClick(area.table, Key.Key_Escape)
    assert area.find_line.isHidden()
    assert not highlighted(area.table)
    assert visits(area, Key.Key_N, 1) != hits[:1], "without a search every row is a match"


def test_what_is_wrong_is_said_and_finds_nothing_new(area: WorkArea) -> None:
    look_for(area, "payload.total>")
    assert "✖" in area.find_line.note.text()
    assert area.table.sought is None


def test_both_tables_of_a_split_are_searched(area: WorkArea, hits: list[int]) -> None:
    area.toggle_split()
    area.filter_bar.set_text("category:inventory")
    settle(area)
    look_for(area, "error:*")
    below = area.below
    assert below is not None
    assert below.sought is area.table.sought
    row = visits(area, Key.Key_N, 1, below)[0]
    assert row in hits
    area.finding.give_up()
    assert (area.table.sought, below.sought) == (None, None)
    look_for(area, "error:*")
    area.toggle_split()
    settle(area)
    assert visits(area, Key.Key_N, 1) != [None]


def test_a_paused_window_finds_what_was_there(area: WorkArea, session: Session, focus: Focus, feed: Feed) -> None:
    look_for(area, "category:payment")
    before = area.find_line.note.text()
    focus.hold(session.store.next_seq)
    feed(orders(5, first=20))
    settle(area)
    assert area.find_line.note.text() == before


def test_letters_typed_in_the_table_begin_a_filter(area: WorkArea) -> None:
    area.table.setFocus()
    QTest.keyClicks(area.table, "p")
    assert area.filter_bar.edit.text() == "p"
    area.filter_bar.set_text("category:order")
    QTest.keyClicks(area.table, "w")
    assert area.filter_bar.edit.text() == "category:order w"


def test_a_find_for_marks_follows_them(area: WorkArea) -> None:
    look_for(area, "is:marked")
    assert area.find_line.note.text() == "none"
    area.table.go_to(3)
    QTest.keyClick(area.table, Key.Key_M)
    settle(area)
    assert area.find_line.note.text() == "1 of 1"

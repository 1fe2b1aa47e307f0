"""The work area: rows that do not match are hidden, dimmed or above the others; what other views ask of the filter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.listing.folded import Folded
from app.session import Session
from app.table_setup import Grouping, TableSetup
from eventscope.connector import Record
from tests.widgets.conftest import Feed, orders
from widgets.focus import Focus
from widgets.table.empty_state import EmptyState
from widgets.table.event_table import EventTable
from widgets.table.folds import told
from widgets.window.work_area import WorkArea


@pytest.fixture
def area(qtbot: QtBot, session: Session, focus: Focus) -> WorkArea:
    """A work area over twenty orders, all phases shown."""
    made = WorkArea(session, focus)
    qtbot.addWidget(made)
    made.filter_bar.phases.show_all()
    made.resize(1200, 700)
    made.show()
    settle(made)
    return made


def settle(area: WorkArea) -> None:
    """Have everything found and shown."""
    for _ in range(6):
        area.filter_bar._refreshed = 0.0
        area.tick()


def listed(table: EventTable) -> list[int]:
    return [seq for seq in map(table.rows.seq_at, range(table.rows.rowCount())) if seq is not None]


def every(session: Session) -> list[int]:
    return list(range(1, session.store.next_seq))


def matching(session: Session, category: str) -> list[int]:
    return [seq for seq in every(session) if session.store.event(seq).category == category]


def setup(session: Session) -> TableSetup:
    return session.settings.table


def test_rows_that_do_not_match_are_hidden_at_first(area: WorkArea, session: Session) -> None:
    area.filter_bar.set_text("category:payment")
    settle(area)
    assert listed(area.table) == matching(session, "payment")


def test_dimmed_rows_stay_in_the_list_and_step_back(area: WorkArea, session: Session) -> None:
    area.toggle_dim()
    area.filter_bar.set_text("category:payment")
    settle(area)
    assert listed(area.table) == every(session)
    strips = area.table.strips(area.table.viewport().rect())
    assert {strip.look.faint for strip in strips} == {True, False}
    for strip in strips:
        assert strip.look.faint is (session.store.event(strip.row.seq).category != "payment")
    assert area.filter_bar.found.text == f"{len(matching(session, 'payment'))} of {session.store.kept}"
    area.toggle_dim()
    settle(area)
    assert listed(area.table) == matching(session, "payment")


def test_next_match_passes_over_dimmed_rows(area: WorkArea, session: Session, focus: Focus, qtbot: QtBot) -> None:
    area.toggle_dim()
    area.filter_bar.set_text("category:payment")
    settle(area)
    focus.select_event(1)
    wanted = [seq for seq in matching(session, "payment") if seq > 1]
    for expected in wanted[:3]:
        QTest.keyClick(area.table, Qt.Key.Key_N)
        qtbot.waitUntil(lambda expected=expected: focus.seq == expected)


def test_muted_types_are_never_shown_not_even_dimmed(area: WorkArea, session: Session) -> None:
    area.toggle_dim()
    settle(area)
    area.table.setCurrentIndex(area.table.rows.index(0, 0))
    muted = session.store.event(1).type
    QTest.keyClick(area.table, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert setup(session).muted == (muted,)
    settle(area)
    assert listed(area.table) == [seq for seq in every(session) if session.store.event(seq).type != muted]


def test_a_split_shows_all_rows_above_and_those_that_match_below(
    area: WorkArea, session: Session, feed: Feed, focus: Focus
) -> None:
    area.toggle_split()
    area.filter_bar.set_text("category:payment")
    settle(area)
    assert area.below is not None
    assert listed(area.table) == every(session)
    assert listed(area.below) == matching(session, "payment")
    feed(orders(2, first=90))
    settle(area)
    assert listed(area.table) == every(session), "both are live"
    assert listed(area.below) == matching(session, "payment")
    area.below.setCurrentIndex(area.below.rows.index(0, 0))
    assert focus.seq == matching(session, "payment")[0]
    assert area.table.rows.seq_at(area.table.currentIndex().row()) == focus.seq
    assert area.table.visualRect(area.table.currentIndex()).intersects(area.table.viewport().rect())


def test_the_split_ends_and_dim_and_split_exclude_each_other(area: WorkArea, session: Session) -> None:
    area.toggle_split()
    settle(area)
    area.toggle_dim()
    settle(area)
    assert (setup(session).dim, setup(session).split, area.below) == (True, False, None)
    area.toggle_split()
    settle(area)
    assert (setup(session).dim, setup(session).split) == (False, True)
    assert area.table.lit is None
    area.toggle_split()
    settle(area)
    assert area.below is None
    assert area.found is None


def test_the_split_is_remembered(qtbot: QtBot, session: Session, focus: Focus) -> None:
    session.settings = session.settings.with_table(split=True)
    area = WorkArea(session, focus)
    qtbot.addWidget(area)
    area.show()
    settle(area)
    assert area.below is not None
    assert area.filter_bar.modes.split.isChecked()


@pytest.mark.parametrize("mode", ["dim", "split"])
def test_a_paused_window_stays_at_its_instant_in_every_mode(
    area: WorkArea, session: Session, focus: Focus, feed: Feed, mode: str
) -> None:
    session.settings = session.settings.with_table(**{mode: True})
    settle(area)
    held = session.store.next_seq
    focus.hold(held)
    feed(orders(1, first=70))
    settle(area)
    assert area.found is not None
    assert max(listed(area.table)) < held
    assert area.found.seq_at(len(area.found) - 1) < held
    focus.hold(None)
    settle(area)
    assert area.found.seq_at(len(area.found) - 1) >= held


def repeats(session: Session, feed: Feed, area: WorkArea) -> int:
    """Three rows alike at the end; the first of them."""
    first = session.store.next_seq
    feed([Record(type="beat", key="k", phase=0, category="order", occurred_at=1)] * 3)
    session.settings = session.settings.with_table(group="repeats")
    settle(area)
    return first


def test_repeats_are_folded_and_opened_by_key(area: WorkArea, session: Session, feed: Feed) -> None:
    first = repeats(session, feed, area)
    row = area.table.jumps.row_of(first)
    assert row is not None
    (strip,) = [s for s in area.table.strips(area.table.viewport().rect()) if s.row.seq == first]
    assert strip.look.repeats == "▸ ×3"
    area.table.setCurrentIndex(area.table.rows.index(row, 0))
    QTest.keyClick(area.table, Qt.Key.Key_Right)
    assert listed(area.table)[-3:] == [first, first + 1, first + 2]
    QTest.keyClick(area.table, Qt.Key.Key_Left)
    assert listed(area.table)[-1] == first


def test_a_fold_is_opened_by_a_click_on_its_sign(area: WorkArea, session: Session, feed: Feed) -> None:
    first = repeats(session, feed, area)
    row = area.table.jumps.row_of(first) or 0
    gutter = area.table.gutter
    at = QPoint(gutter.width() - 12, area.table.visualRect(area.table.rows.index(row, 0)).center().y())
    QTest.mouseClick(gutter.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert isinstance(area.table.layers.grouped, Folded)
    assert area.table.layers.grouped.is_open(first)
    assert listed(area.table)[-3:] == [first, first + 1, first + 2]


def test_folds_have_a_place_of_their_own_as_long_as_there_are_any(area: WorkArea, session: Session, feed: Feed) -> None:
    before = area.table.gutter.width()
    first = repeats(session, feed, area)
    assert area.table.gutter.width() > before
    row = area.table.rows.row(area.table.jumps.row_of(first) or 0)
    assert row is not None
    assert row.texts["type"] == "beat"
    area.group("")
    settle(area)
    assert area.table.gutter.width() == before


@pytest.mark.parametrize(("count", "text"), [(2, "×2"), (9_999, "×9,999"), (312_000, "×312k"), (45_000_000, "×45M")])
def test_a_count_is_short_however_large(count: int, text: str) -> None:
    assert told(count) == text


def test_the_latest_of_each_type_is_one_row_that_changes_in_place(area: WorkArea, session: Session, feed: Feed) -> None:
    area.group("type")
    settle(area)
    types = [session.store.event(seq).type for seq in listed(area.table)]
    assert len(types) == len(set(types))
    feed(orders(3, first=40))
    settle(area)
    assert [session.store.event(seq).type for seq in listed(area.table)] == types
    area.group("")
    settle(area)
    assert len(listed(area.table)) == session.store.kept


@pytest.mark.parametrize("group", ["repeats", "type", "key"])
def test_grouped_rows_are_a_right_model_while_rows_come_and_go(
    area: WorkArea, session: Session, feed: Feed, group: Grouping
) -> None:
    tester = QAbstractItemModelTester(area.table.rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    area.group(group)
    for number in range(5):
        settle(area)
        feed([*orders(1, first=30 + number), *[Record(type="beat", key=f"k{number % 2}")] * 3])
        area.filter_bar.set_text(("", "category:order", "type:beat", "-type:beat", "")[number])
    session.store.clear()
    settle(area)
    assert area.table.rows.rowCount() == 0
    assert tester.model() is area.table.rows


def test_other_views_prepare_and_join_filters(area: WorkArea, focus: Focus) -> None:
    area.filter_bar.set_text("a")
    focus.prepare_filter("b")
    assert (area.filter_bar.text, area.matches.filter.text) == ("b", "a")
    focus.join_filter("type:c", "or")
    assert area.matches.filter.text == "b or type:c"
    focus.join_filter("type:d", "not", apply=False)
    assert area.filter_bar.text == "(b or type:c) -type:d"


def buttons(area: WorkArea) -> dict[str, QPushButton]:
    (notice,) = area.table.findChildren(EmptyState)
    return {button.text(): button for button in notice.findChildren(QPushButton) if button.isVisibleTo(notice)}


def test_nothing_that_matches_is_explained_and_undone_by_a_click(area: WorkArea, qtbot: QtBot) -> None:
    def emptied(text: str) -> dict[str, QPushButton]:
        area.filter_bar.set_text(text)
        settle(area)

        def explained() -> bool:
            area.table.vacancy._refreshed = 0.0
            settle(area)
            return any(name.startswith("Remove") for name in buttons(area))

        qtbot.waitUntil(explained)
        return buttons(area)

    emptied("category:payment type:nothing")["Remove  type:nothing · 80 match then"].click()
    assert area.matches.filter.text == "category:payment"
    emptied("category:payment type:nothing")["Invert"].click()
    assert area.matches.filter.text == "-(category:payment type:nothing)"
    emptied("type:nothing")["Clear filter"].click()


def test_escape_in_the_table_stops_a_search_before_it_lets_go_of_the_row(
    area: WorkArea, focus: Focus, monkeypatch: pytest.MonkeyPatch
) -> None:
    focus.select_event(1)
    stopped: list[bool] = []
    monkeypatch.setattr(area.filter_bar.found, "give_up", lambda: not stopped and not stopped.append(True))
    QTest.keyClick(area.table, Qt.Key.Key_Escape)
    assert (stopped, focus.seq) == ([True], 1)
    QTest.keyClick(area.table, Qt.Key.Key_Escape)
    assert focus.seq is None

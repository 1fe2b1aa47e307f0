"""Jumps: to the next row of a kind, in any order of rows, over millions of them, without holding the window."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.filter.query import parse
from app.landmarks import any_row, breaches, errors, listed, marked, meant, of_correlation, since
from app.latency.budgets import DEFAULT_BUDGETS_MS
from app.marks import Mark
from app.session import Session
from app.settings import Settings
from app.store.store import Store
from eventscope.connector import Block, Record
from eventscope.step import Phase
from tests.widgets.conftest import Feed, orders, shown_table
from widgets.focus import Focus
from widgets.table.event_table import EventTable
from widgets.table.jumps import Search
from widgets.visits import MOST, Visits

Key = Qt.Key
Shift, Alt = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier

records = st.builds(
    Record,
    type=st.sampled_from(["a", "b"]),
    priority=st.integers(-1, 3),
    phase=st.sampled_from(list(Phase)),
    total_ns=st.one_of(st.just(float("nan")), st.integers(0, 300_000_000)),
    correlation_id=st.sampled_from([None, "x", "y"]),
    occurred_at=st.integers(1, 100),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(records, min_size=1, max_size=60), st.data())
def test_rows_are_tested_as_one_by_one_in_any_order(rows, data):
    store = Store()
    store.append("s", Block.of(rows), 1)
    store.marks.toggle(1, Mark.MARKED)
    plain = Matches(store)
    plain.set_filter(parse("type:a"))
    plain.update()
    seqs = data.draw(st.permutations(range(1, len(rows) + 1)))
    budget = {**DEFAULT_BUDGETS_MS, -1: np.inf}
    failures = (Phase.FAILED, Phase.DEAD_LETTERED, Phase.DROPPED)
    for landmark, expected in (
        (any_row, lambda seq, row: True),
        (errors, lambda seq, row: row.phase in failures),
        (
            breaches(DEFAULT_BUDGETS_MS),
            lambda seq, row: np.float32(row.total_ns) > np.float32(budget[row.priority] * 1e6),
        ),
        (of_correlation("x"), lambda seq, row: row.correlation_id == "x"),
        (of_correlation("nobody"), lambda seq, row: False),
        (marked(store.marks, Mark.MARKED), lambda seq, row: seq == 1),
        (since(50), lambda seq, row: row.occurred_at >= 50),
        (listed(plain), lambda seq, row: row.type == "a"),
    ):
        found = meant(store, np.array(seqs, np.int64), landmark)
        assert found.tolist() == [bool(expected(seq, rows[seq - 1])) for seq in seqs]
    plain.close()


def test_b_goes_from_breach_to_breach(table: EventTable) -> None:
    late = [row for row in range(table.rows.rowCount()) if (shown_row := table.rows.row(row)) and shown_row.late]
    assert len(late) > 3
    seen = []
    for _ in late:
        QTest.keyClick(table, Key.Key_B)
        seen.append(table.currentIndex().row())
    assert seen == late
    QTest.keyClick(table, Key.Key_B, Shift)
    assert table.currentIndex().row() == late[-2]


def test_upwards_from_nowhere_it_is_the_last(table: EventTable) -> None:
    QTest.keyClick(table, Key.Key_E, Shift)
    last = table.currentIndex().row()
    QTest.keyClick(table, Key.Key_E)
    assert table.currentIndex().row() == last


def test_a_jump_that_leads_nowhere_says_so(table: EventTable) -> None:
    table.session.settings = Settings(budgets={"low": 1e6, "normal": 1e6, "high": 1e6, "critical": 1e6})
    table.activateWindow()
    table.setFocus()
    table.go_to(4)
    QTest.keyClick(table, Key.Key_B)
    assert table.currentIndex().row() == 4
    assert QToolTip.text() == "There is none further on."
    QToolTip.hideText()


def test_n_goes_through_the_rows_that_are_lit_when_others_are_dim(table: EventTable, qtbot: QtBot) -> None:
    found = Matches(table.session.store)
    found.set_filter(parse("phase:failed"))
    found.update()
    table.light(found)
    failed = found.seqs(0, len(found)).tolist()
    seen = []
    for _ in failed:
        QTest.keyClick(table, Key.Key_N)
        seen.append(table.focus.seq)
    assert seen == failed
    dim = [strip.row.seq for strip in table.strips(table.viewport().rect()) if strip.look.faint]
    assert dim
    assert not set(dim) & set(failed)
    table.light(None)
    assert not any(strip.look.faint for strip in table.strips(table.viewport().rect()))
    found.close()


def test_jumps_work_where_rows_are_sorted(table: EventTable, qtbot: QtBot) -> None:
    table.sort_by("-latency")
    qtbot.waitUntil(lambda: table.tick() or table.rows.listing.newest_last is False, timeout=5_000)
    table.tick()
    late = [row for row in range(table.rows.rowCount()) if (shown_row := table.rows.row(row)) and shown_row.late]
    seen = []
    for _ in late[:5]:
        QTest.keyClick(table, Key.Key_B)
        seen.append(table.currentIndex().row())
    assert seen == late[:5]


def test_alt_left_goes_back_to_what_was_selected_and_alt_right_forward(table: EventTable) -> None:
    for row in (3, 30, 300):
        table.go_to(row)
    QTest.keyClick(table, Key.Key_Left, Alt)
    assert table.focus.seq == 31
    QTest.keyClick(table, Key.Key_Left, Alt)
    assert table.focus.seq == 4
    assert table.currentIndex().row() == 3
    QTest.keyClick(table, Key.Key_Left, Alt)
    assert table.focus.seq == 4
    QTest.keyClick(table, Key.Key_Right, Alt)
    assert table.focus.seq == 31
    table.go_to(100)
    QTest.keyClick(table, Key.Key_Right, Alt)
    assert table.focus.seq == 101, "a new visit ends the way forward"


@given(
    st.lists(st.one_of(st.integers(1, 9), st.sampled_from(["back", "forward"])), max_size=60),
    st.sets(st.integers(1, 9)),
)
def test_visits_are_those_of_a_browser(acts, gone):
    visits, past, at = Visits(), [], -1
    for act in acts:
        if isinstance(act, int):
            visits.add(act)
            if not past or past[at] != act:
                past, at = [*past[: at + 1], act], at + 1
            continue
        step = -1 if act == "back" else 1
        expected = next(
            (place for place in range(at + step, -1 if step < 0 else len(past), step) if past[place] not in gone), None
        )
        assert visits.go(step, lambda seq: seq not in gone) == (None if expected is None else past[expected])
        at = at if expected is None else expected


def test_visits_are_bounded() -> None:
    visits = Visits()
    for seq in range(1, MOST * 3):
        visits.add(seq)
    steps = 0
    while visits.go(-1, lambda _: True) is not None:
        steps += 1
    assert steps == MOST - 1


def test_a_jump_over_a_million_rows_leaves_the_loop_alive(
    qtbot: QtBot, focus: Focus, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(Settings(memory_mib=1_024))
    block = Block.of([Record(type="a", phase=Phase.HANDLED)] * 60_000)
    for _ in range(20):
        session.store.append("s", block, 1)
    session.store.append("s", Block.of([Record(type="a", phase=Phase.FAILED)]), 1)
    matches = Matches(session.store)
    table = shown_table(qtbot, session, focus, matches)
    qtbot.waitUntil(lambda: table.tick() or len(matches) == session.store.kept, timeout=40_000)
    table.go_to(0)
    monkeypatch.setattr("widgets.table.hunt.MOST_S", 0.0)
    turns: list[bool] = []
    table.hunt._timer.timeout.connect(lambda: turns.append(True))
    QTest.keyClick(table, Key.Key_E)
    while table.hunt.is_on:
        QApplication.processEvents()
    assert focus.seq == session.store.next_seq - 1
    assert len(turns) >= 15, "the window had its turn between the steps"
    matches.close()


def endless() -> Search:
    """A search that never finds anything."""
    while True:
        yield None


def test_another_key_or_escape_ends_a_hunt(table: EventTable) -> None:
    table.hunt.begin(endless())
    assert table.hunt.is_on
    QTest.keyClick(table, Key.Key_Escape)
    assert not table.hunt.is_on
    table.hunt.begin(endless())
    QTest.keyClick(table, Key.Key_E)
    assert not table.hunt.is_on
    assert table.currentIndex().isValid()


def end_of(search: Search) -> int:
    """The row that a search leads to."""
    while True:
        try:
            next(search)
        except StopIteration as end:
            return int(end.value)


def test_a_search_goes_on_where_it_was_when_rows_come_and_go(table: EventTable, feed: Feed, monkeypatch) -> None:
    monkeypatch.setattr("widgets.table.jumps.AT_A_TIME", 10)
    search = table.jumps.search(-1, 1, errors)
    first = table.session.store.next_seq
    for _ in range(3):
        assert next(search) is None
    table.set_filter(parse("phase:failed,published"))
    found = end_of(search)
    assert table.session.store.event(table.rows.seq_at(found) or 0).phase == Phase.FAILED
    assert (table.rows.seq_at(found) or 0) > 30
    feed(orders(1, first=20))
    assert table.session.store.next_seq > first

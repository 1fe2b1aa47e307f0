"""Rows that are in a file: the window never waits for the disk, and shows them as soon as a thread has read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.filter.query import parse
from app.marks import Reference
from app.session import Session
from app.table_setup import ColourRule
from tests.widgets.conftest import shown_table
from tests.widgets.slow_disk import SlowReader, slow_session
from widgets.focus import Focus
from widgets.table.cells import WAITING
from widgets.table.event_table import EventTable
from widgets.table.times import TimeMode


@pytest.fixture
def spilled(tmp_path: Path) -> Iterator[Session]:
    with slow_session(tmp_path / "a.eventscope") as session:
        yield session


@pytest.fixture
def table(spilled: Session, qtbot: QtBot) -> Iterator[EventTable]:
    matches = Matches(spilled.store)
    table = shown_table(qtbot, spilled, Focus(), matches)
    yield table
    SlowReader.opened.set()
    matches.close()


def texts(table: EventTable) -> list[str]:
    """What the rows in view say, with their times."""
    first, last = table.rows_in_view()
    return [f"{time} {row.texts['number']} {row.texts['type']}" for _, row, time in table.rows.rows(first, last)]


def paint(table: EventTable) -> None:
    table.viewport().repaint()
    table.gutter.viewport().repaint()


def to_top(table: EventTable) -> None:
    table.anchor.suspend()
    table.verticalScrollBar().setValue(0)
    paint(table)


def waiting(table: EventTable) -> bool:
    return any(WAITING in text for text in texts(table))


def shown_later(table: EventTable, qtbot: QtBot) -> list[str]:
    """The rows in view, once the file can be read."""
    SlowReader.opened.set()

    def all_there() -> bool:
        table.tick()
        paint(table)
        return not waiting(table)

    qtbot.waitUntil(all_there)
    return texts(table)


def test_a_scroll_and_a_repaint_do_not_wait_and_rows_appear_later(table: EventTable, qtbot: QtBot) -> None:
    to_top(table)
    assert texts(table)[:2] == [f"{WAITING} 1 {WAITING}", f"{WAITING} 2 {WAITING}"]
    for place in range(0, table.verticalScrollBar().maximum() // 2, 5_000):
        table.verticalScrollBar().setValue(place)
        table.tick()
        paint(table)
    to_top(table)
    assert shown_later(table, qtbot)[0].endswith(" 1 order.created")


@pytest.mark.parametrize("mode", list(TimeMode))
def test_no_time_waits_for_the_disk(table: EventTable, spilled: Session, qtbot: QtBot, mode: TimeMode) -> None:
    spilled.marks.refer(Reference(spilled.store.next_seq - 1, 0))
    table.tick()
    table.rows.set_time_mode(mode)
    paint(table)
    to_top(table)
    assert waiting(table)
    assert not waiting_at_end(table)
    assert all(len(text.split()) >= 2 for text in shown_later(table, qtbot))


def waiting_at_end(table: EventTable) -> bool:
    """Whether a row in memory waits that is not the first of its trace that is there."""
    last = table.rows.rowCount() - 1
    return any(row.waiting for _, row, _ in table.rows.rows(last - 2, last))


def test_the_times_since_the_first_event_wait_for_that(table: EventTable, qtbot: QtBot) -> None:
    table.rows.set_time_mode(TimeMode.RELATIVE)
    paint(table)
    assert waiting(table)
    assert all(text.startswith("+") for text in shown_later(table, qtbot))


def test_colours_come_later_too(table: EventTable, spilled: Session, qtbot: QtBot) -> None:
    spilled.settings = spilled.settings.with_table(colours=(ColourRule(filter="payload.total<99999", tone="teal"),))
    table.tick()
    to_top(table)
    SlowReader.opened.set()

    def all_coloured() -> bool:
        table.tick()
        strips = table.strips(table.viewport().rect())
        return not waiting(table) and any(strip.look.colour for strip in strips)

    qtbot.waitUntil(all_coloured)


@pytest.mark.parametrize("text", ["type:order.created", "payload.total<100", "order.created"])
def test_a_filter_is_asked_of_the_file_by_a_thread(
    table: EventTable, spilled: Session, qtbot: QtBot, text: str
) -> None:
    table.set_filter(parse(text))
    table.tick()
    paint(table)
    SlowReader.opened.set()
    matches = table.layers.top

    def found() -> bool:
        table.tick()
        return matches.progress[0] == matches.progress[1]  # type: ignore[attr-defined]

    qtbot.waitUntil(found)
    assert table.rows.rowCount() >= 100
    assert table.rows.seq_at(0) == 1


def test_tooltips_and_what_is_read_aloud_do_not_wait(table: EventTable, qtbot: QtBot) -> None:
    model: Any = table.rows
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    to_top(table)
    role = Qt.ItemDataRole
    index = model.index(0, 3)
    assert model.data(index, role.ToolTipRole) == ""
    assert model.data(index, role.AccessibleTextRole) is None
    assert model.data(index, role.DisplayRole) == WAITING
    assert tester.model() is model

"""Gap rows: what a source missed, drawn across the table at the place where it is missing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.session import Session
from connectors.gap import gap_record
from tests.widgets.conftest import Feed, orders, shown_table
from widgets.detail.detail import DetailView
from widgets.focus import Focus
from widgets.table.event_table import EventTable

GAP = gap_record("orders[3]@7041", 1_204, exact=True, reason="the broker deleted them before they were read")


@pytest.fixture
def table(qtbot: QtBot, session: Session, focus: Focus, matches: Matches, feed: Feed) -> EventTable:
    """Twenty orders, a gap, and part of another order."""
    feed([GAP])
    feed(orders(1, first=30)[:3])
    return shown_table(qtbot, session, focus, matches)


def gap_row(table: EventTable) -> int:
    return table.rows.rowCount() - 4


def colours(image: QImage, left: int, top: int, right: int, bottom: int) -> set[int]:
    return {image.pixel(x, y) for x in range(left, right) for y in range(top, bottom)}


def test_a_gap_lies_where_the_events_are_missing_and_says_what(table: EventTable) -> None:
    row = table.rows.row(gap_row(table))
    assert row is not None
    assert row.gap.startswith("▒ missed exactly 1,204 events: the broker deleted them")
    assert row.gap.endswith("· orders[3]")


def test_a_gap_is_hatched_across_the_whole_row_and_events_are_not(table: EventTable) -> None:
    picture = table.viewport().grab().toImage()
    gap = table.visualRect(table.rows.index(gap_row(table), 0))
    event = table.visualRect(table.rows.index(gap_row(table) + 2, 0))
    right = table.viewport().width()
    assert len(colours(picture, right - 30, gap.top() + 2, right - 2, gap.bottom() - 2)) > 1
    assert len(colours(picture, right - 6, event.top() + 2, right - 2, event.bottom() - 2)) == 1


def test_a_gap_is_selected_like_any_row_and_explained_in_the_detail(table: EventTable, session: Session) -> None:
    detail = DetailView(session, table.focus)
    area = table.visualRect(table.rows.index(gap_row(table), 1))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, area.center().y()))
    told = "\n".join(label.text() for label in detail.findChildren(QLabel))
    assert "▒ Gap" in told
    assert "Events are missing here" in told


def test_a_gap_is_one_sentence_for_those_who_hear_it(table: EventTable) -> None:
    heard = table.rows.data(table.rows.index(gap_row(table), 0), Qt.ItemDataRole.AccessibleTextRole)
    assert "gap" in heard
    assert "missed exactly 1,204 events" in heard

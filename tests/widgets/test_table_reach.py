"""Reach: all that is in the middle of the window is reached by Tab, in the order in which it stands, and has a name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.session import Session
from app.table_setup import SavedFilter
from widgets.focus import Focus
from widgets.window.work_area import WorkArea


@pytest.fixture
def area(qtbot: QtBot, session: Session, focus: Focus) -> Iterator[WorkArea]:
    saved = (SavedFilter("Orders", "category:order"), SavedFilter("Slow", "latency>50ms"))
    session.settings = session.settings.with_table(filters=saved, muted=("noise",), split=True)
    made = WorkArea(session, focus)
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    made.activateWindow()
    for _ in range(4):
        made.tick()
    made.open_find()
    qtbot.waitUntil(made.find_line.edit.hasFocus)
    yield made
    made.close_searches()


def tab_ring(area: WorkArea) -> list[QWidget]:
    """What Tab reaches, one after the other, from the line on."""
    area.filter_bar.edit.setFocus()
    ring: list[QWidget] = []
    while (here := QApplication.focusWidget()) is not None and here not in ring:
        ring.append(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
        if here is area.filter_bar.edit and QApplication.focusWidget() is here:
            QTest.keyClick(here, Qt.Key.Key_Tab)
    return ring


def test_every_control_that_is_seen_is_reached_by_tab(area: WorkArea) -> None:
    ring = tab_ring(area)
    controls = [w for w in area.findChildren(QWidget) if isinstance(w, QAbstractButton | QLineEdit) and w.isVisible()]
    inner = [w for w in controls if isinstance(w.parent(), QLineEdit | QTableView)]  # icons in a line, Qt's own corner
    missed = [w for w in controls if w not in ring and w not in inner]
    assert not [(type(w).__name__, w.accessibleName()) for w in missed]
    assert area.table in ring
    assert area.below in ring


def test_tab_goes_on_as_one_reads(area: WorkArea) -> None:
    ring = tab_ring(area)
    bar = area.filter_bar
    order = [bar.edit, bar.modes.dim, bar.saved.chips[0], bar.muted, next(iter(bar.chips.chips.values())),
             next(iter(bar.phases.buttons.values())), area.find_line.edit, area.table, area.below]  # fmt: skip
    places = [ring.index(widget) for widget in order if widget is not None]
    assert places == sorted(places), [ring[place].accessibleName() for place in places]


def test_whatever_has_the_focus_has_a_name(area: WorkArea) -> None:
    nameless = [type(widget).__name__ for widget in tab_ring(area) if not widget.accessibleName()]
    assert not nameless


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def test_the_focus_is_seen_wherever_it_is(area: WorkArea) -> None:
    for widget in tab_ring(area):
        if widget in (area.table, area.below):
            continue  # the outline of a cell, which has a test of its own
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.qWait(0)
        seen = picture(widget)
        widget.clearFocus()
        QTest.qWait(0)
        assert seen != picture(widget), widget.accessibleName()


def test_a_table_keeps_some_rows_however_low_the_window(area: WorkArea) -> None:
    area.resize(600, 10)
    area.filter_bar.edit.setFocus()
    assert area.table.viewport().height() >= 4 * area.table.painter.row_height - 12
    assert area.below is not None
    assert area.below.viewport().height() >= 4 * area.below.painter.row_height - 12

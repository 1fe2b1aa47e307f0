"""Windows of their own: several events side by side, each of which stays."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from app.filter.matches import Matches
from app.session import Session
from tests.widgets.detail_world import orders
from widgets.detail.detail import DetailView
from widgets.detail.windows import DetailWindow, DetailWindows
from widgets.focus import Focus
from widgets.table.event_table import EventTable


@pytest.fixture
def owner(qtbot: Any) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def shop() -> Session:
    return orders()


@pytest.fixture
def windows(shop: Session, focus: Focus, owner: QWidget) -> DetailWindows:
    return DetailWindows(shop, focus, owner)


def of(windows: DetailWindows, seq: int) -> DetailWindow:
    return next(window for window in windows.windows if window.view.seq == seq)


def test_each_window_stays_with_its_event_while_the_selection_moves(windows: DetailWindows, focus: Focus) -> None:
    focus.want_window(1)
    focus.want_window(2)
    focus.select_event(2)
    assert [window.view.seq for window in windows.windows] == [1, 2]
    assert type(windows.windows[0].view) is DetailView
    assert of(windows, 1).windowTitle() == "#1 order.created – Eventscope"
    assert of(windows, 1).isVisible()


def test_two_windows_stand_side_by_side(windows: DetailWindows, focus: Focus, shop: Session) -> None:
    shop.settings = shop.settings.with_detail_window((300, 300))
    focus.want_window(1)
    focus.want_window(2)
    first, second = (window.frameGeometry() for window in windows.windows)
    assert not first.intersects(second)


def test_a_window_that_is_open_is_not_opened_again(windows: DetailWindows, focus: Focus) -> None:
    focus.want_window(1)
    focus.want_window(1)
    assert len(windows.windows) == 1


def test_a_closed_window_is_forgotten_and_its_size_is_remembered(
    windows: DetailWindows, focus: Focus, shop: Session, qtbot: Any
) -> None:
    focus.want_window(1)
    of(windows, 1).resize(431, 522)
    qtbot.keyClick(of(windows, 1), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not windows.windows)
    assert shop.settings.detail_window == (431, 522)
    focus.want_window(2)
    assert (of(windows, 2).width(), of(windows, 2).height()) == (431, 522)


def test_windows_go_with_the_window_that_they_belong_to(windows: DetailWindows, focus: Focus, owner: QWidget) -> None:
    focus.want_window(1)
    window = windows.windows[0]
    assert window.parent() is owner
    assert window.isWindow()
    windows.close()
    assert not window.isVisible()


def test_a_window_whose_event_went_says_so_and_keeps_showing_it(
    windows: DetailWindows, focus: Focus, shop: Session
) -> None:
    focus.want_window(1)
    shop.store.clear()
    window = windows.windows[0]
    window.view.tick()
    assert not window.view.head.gone.isHidden()
    assert window.view.detail is not None
    focus.want_window(2)
    assert of(windows, 2).windowTitle() == "#2 event – Eventscope"


@pytest.fixture
def table(shop: Session, focus: Focus, qtbot: Any) -> Any:
    matches = Matches(shop.store)
    made = EventTable(shop, focus, matches)
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.show()
    made.tick()
    yield made
    matches.close()


def test_enter_and_a_double_click_in_the_table_ask_for_a_window(table: EventTable, focus: Focus, qtbot: Any) -> None:
    wanted: list[int] = []
    focus.window_wanted.connect(wanted.append)
    table.go_to(0)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    at = QPoint(200, table.rowViewportPosition(1) + 8)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert wanted == [1, 2]

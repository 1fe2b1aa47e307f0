"""Keys of places: each view has its own, and the user may change all of them."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.profiles.profile import Profile, SavedSource
from app.profiles.profiles import Profiles
from tests.widgets.capture import SECOND, START, published
from tests.widgets.conftest import put
from tests.widgets.desk_world import choose
from widgets.keys.sheet import KeySheet
from widgets.trace.pages import LANES, TREE
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.places import places

Key = Qt.Key
Control = Qt.KeyboardModifier.ControlModifier


def open_trace(window: MainWindow) -> None:
    window.open_dock(window.views.traces)
    window.views.traces.refresh()


async def test_the_trace_has_its_keys_on_every_page_and_the_tree_its_own(desk: Desk, window: MainWindow) -> None:
    open_trace(window)
    pages = window.views.traces.pages
    lines = pages.table.lines
    QTest.keyClick(pages.table, Key.Key_BracketLeft)
    closed = lines.rowCount()
    QTest.keyClick(pages.table, Key.Key_BracketRight)
    assert lines.rowCount() > closed
    choose(desk, "tree.close-all", "Ctrl+F12")
    QTest.keyClick(pages.table, Key.Key_BracketLeft)
    assert lines.rowCount() > closed, "the old key does nothing any more"
    QTest.keyClick(pages.table, Key.Key_F12, Control)
    assert lines.rowCount() == closed


async def test_the_lanes_have_keys_of_their_own(desk: Desk, window: MainWindow) -> None:
    open_trace(window)
    pages = window.views.traces.pages
    pages.choice.choose(LANES)
    before = len(pages.lanes.rows.plan.columns)
    QTest.keyClick(pages.lanes, Key.Key_L)
    assert len(pages.lanes.rows.plan.columns) != before
    choose(desk, "lanes.spread", "W")
    QTest.keyClick(pages.lanes, Key.Key_W)
    assert len(pages.lanes.rows.plan.columns) == before


async def test_pauses_of_the_trace_are_drawn_to_scale_and_folded_again_by_keys(window: MainWindow) -> None:
    hour = 3_600 * SECOND
    put(window.session, [published("a.b", "first", "slow", START), published("a.c", "second", "slow", START + hour)])
    window.focus.select_trace("slow")
    open_trace(window)
    table = window.views.traces.pages.table
    folded = [stretch for stretch in table.lines.axis.stretches if stretch.folded]
    assert folded
    QTest.keyClick(table, Key.Key_X)
    assert not [stretch for stretch in table.lines.axis.stretches if stretch.folded]
    QTest.keyClick(table, Key.Key_0)
    assert [stretch for stretch in table.lines.axis.stretches if stretch.folded] == folded


async def test_the_map_has_its_keys_and_letters_still_look_for_nodes(desk: Desk, window: MainWindow) -> None:
    view = window.views.map
    window.open_dock(view)
    view.refresh()
    canvas = view.canvas
    before = canvas.transform().m11()
    QTest.keyClick(canvas, Key.Key_Plus)
    assert canvas.transform().m11() > before
    QTest.keyClick(canvas, Key.Key_Minus)
    assert canvas.transform().m11() == pytest.approx(before)
    choose(desk, "map.larger", "W")
    QTest.keyClick(canvas, Key.Key_W)
    assert canvas.transform().m11() > before
    assert view.search.text() == ""
    QTest.keyClick(canvas, Key.Key_P)
    assert view.search.text() == "p"
    QTest.keyClick(canvas, Key.Key_Right)
    QTest.keyClick(canvas, Key.Key_C, Control)
    assert QGuiApplication.clipboard().text() == canvas.map.nodes[canvas.selected or ""].node.name


async def test_the_latency_slides_with_now_again_by_the_key_of_the_user(desk: Desk, window: MainWindow) -> None:
    view = window.views.latency
    choose(desk, "latency.live", "Ctrl+F11")
    view._detached = (0, 1)
    QTest.keyClick(view, Key.Key_Home)
    assert view._detached == (0, 1)
    QTest.keyClick(view, Key.Key_F11, Control)
    assert view._detached is None


async def test_latencies_are_moved_and_zoomed_by_keys_on_the_list_beside_them_too(window: MainWindow) -> None:
    view = window.views.latency
    for widget in (view, view.breaches.list):
        view._detached = (0, 400 * SECOND)
        QTest.keyClick(widget, Key.Key_Period)
        assert view._detached == (100 * SECOND, 500 * SECOND)
        QTest.keyClick(widget, Key.Key_Comma)
        QTest.keyClick(widget, Key.Key_Plus)
        since, until = view._detached
        assert (since + until) // 2 == 200 * SECOND
        assert until - since < 300 * SECOND
        QTest.keyClick(widget, Key.Key_Minus)
        assert view._detached[1] == pytest.approx(400 * SECOND)
    for _ in range(40):
        QTest.keyClick(view, Key.Key_Plus)
    since, until = view._detached
    assert until - since == SECOND, "bins are not much shorter"


async def test_the_detail_finds_by_the_key_that_finds_in_the_table_elsewhere(desk: Desk, window: MainWindow) -> None:
    view = window.views.detail
    assert view.find_bar.isHidden()
    QTest.keyClick(view.panes.tree, Key.Key_F, Control)
    assert not view.find_bar.isHidden()
    assert window.views.work.find_line.isHidden()
    view.find_bar.close_bar()
    choose(desk, "detail.find", "W")
    QTest.keyClick(view.panes.tree, Key.Key_W)
    assert not view.find_bar.isHidden()
    QTest.keyClick(view.find_bar.edit, Key.Key_W)
    assert view.find_bar.edit.text() == "w", "a letter is written where one writes"


async def test_a_window_of_an_event_closes_by_the_key_of_the_user(desk: Desk, window: MainWindow) -> None:
    choose(desk, "detail.close-window", "Ctrl+F10")
    for key, modifier in ((Key.Key_F10, Control), (Key.Key_Escape, Qt.KeyboardModifier.NoModifier)):
        window.focus.want_window(1)
        (opened,) = window.views.detail_windows.windows
        QTest.keyClick(opened, key, modifier)
        assert not opened.isVisible()
        await asyncio.sleep(0.01)


async def test_profiles_on_the_start_page_are_moved_and_renamed_by_keys_of_the_user(desk: Desk) -> None:
    desk.window.show_start()
    lists = desk.connections.lists
    two = (Profile.of("First", SavedSource("tap:")), Profile.of("Second", SavedSource("demo:")))
    lists.show_profiles(Profiles(two))
    told: list[str] = []
    lists.rename_asked.connect(told.append)
    row = lists.saved.list.model().index(1, 0)
    lists.saved.list.selectionModel().setCurrentIndex(row, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    QTest.keyClick(lists.saved.list, Key.Key_F2)
    choose(desk, "start.rename", "R")
    QTest.keyClick(lists.saved.list, Key.Key_R)
    assert len(told) == 2


async def test_a_command_of_a_place_brings_it_into_sight(window: MainWindow) -> None:
    pages = window.views.traces.pages
    pages.choice.choose(LANES)
    for place in places(window):
        if place.path in ("trace/tree", "map"):
            place.do(place.keys[0])
    assert pages.choice.number == TREE
    assert not window.views.map.visibleRegion().isEmpty()


@pytest.mark.parametrize("where", ["table", "map", "trace"])
async def test_the_question_mark_opens_the_sheet_wherever_one_is(window: MainWindow, where: str) -> None:
    views = window.views
    widget: QWidget = {"table": views.work.table, "map": views.map.canvas, "trace": views.traces.table}[where]
    view = {"table": None, "map": views.map, "trace": views.traces}[where]
    if view is not None:
        window.open_dock(view)
        view.refresh()
    widget.setFocus()
    QTest.keyClick(widget, Key.Key_Question)
    sheet = window.findChild(KeySheet)
    assert sheet is not None
    sheet.close()


async def test_the_question_mark_is_written_in_a_line(window: MainWindow) -> None:
    edit = window.views.work.filter_bar.edit
    edit.setFocus()
    QTest.keyClick(edit, Key.Key_Question)
    assert edit.text() == "?"
    assert window.findChild(KeySheet) is None

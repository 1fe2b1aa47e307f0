"""The window by keyboard alone: Tab goes through what is seen, F6 from panel to panel, and one sees where one is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QDockWidget,
    QGraphicsView,
    QHeaderView,
    QLineEdit,
    QToolButton,
    QWidget,
)

from widgets.look.focus_ring import FocusRing
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.panels import Panels, is_unseen

Key = Qt.Key
MOST_STOPS = 120


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def stops(start: QWidget, key: Qt.Key = Key.Key_Tab) -> Iterator[QWidget]:
    """What has the focus, one after the other, until it is where it was before."""
    start.setFocus(Qt.FocusReason.TabFocusReason)
    seen: set[int] = set()
    while id(focus()) not in seen and len(seen) < MOST_STOPS:
        seen.add(id(focus()))
        yield focus()
        QTest.keyClick(focus(), key)


def wanting(view: QWidget) -> list[QWidget]:
    """What one can act on in a view, and needs a way to."""
    kinds = (QAbstractButton, QAbstractItemView, QLineEdit, QGraphicsView)
    found = [part for kind in kinds for part in view.findChildren(kind) if part.isVisible() and part.isEnabled()]
    return [part for part in found if not is_reached_otherwise(part)]


def is_reached_otherwise(part: QWidget) -> bool:
    """Headers have their dialog, panels their commands, buttons in a line their keys; a group is one stop."""
    of_group = isinstance(part, QAbstractButton) and part.group() is not None and not part.isChecked()
    inside = isinstance(part.parentWidget(), QDockWidget | QLineEdit)
    plots = type(part).__module__.startswith("widgets.latency.")
    return isinstance(part, QHeaderView) or of_group or inside or (plots and isinstance(part, QGraphicsView))


@pytest.mark.parametrize("name", ["traces", "latency", "map", "findings", "gauges"])
async def test_tab_reaches_all_that_is_seen_and_nothing_else(window: MainWindow, name: str) -> None:
    view = getattr(window.views, name)
    window.open_dock(view)
    view.tick()
    await asyncio.sleep(0.02)
    reached = list(stops(window.views.work.table))
    assert not [part for part in reached if is_unseen(part)]
    wanted = [part for shown in (window.views.work, window.views.detail, view) for part in wanting(shown)]
    named = {part.accessibleName() or part.objectName() or repr(part) for part in wanted if part not in reached}
    assert named <= {"marks of the rows"}, "and these have a key"


async def test_tab_goes_back_the_way_that_it_came(window: MainWindow) -> None:
    there = list(stops(window.views.work.table))
    back = list(stops(window.views.work.table, Key.Key_Backtab))
    assert back[1:] == there[:0:-1]


async def test_the_start_page_is_walked_as_well(window: MainWindow) -> None:
    window.show_start()
    await asyncio.sleep(0)
    first, *_ = window.start_page.findChildren(QAbstractButton)
    reached = list(stops(first))
    assert not [part for part in reached if not window.start_page.isAncestorOf(part) and part is not window.start_page]
    assert {part for part in wanting(window.start_page) if part.focusPolicy()} <= set(reached)


async def test_f6_goes_from_panel_to_panel_and_comes_back_to_where_one_was(window: MainWindow) -> None:
    table = window.views.work.table
    table.setFocus()
    window.open_dock(window.views.map)
    await asyncio.sleep(0)
    panels = []
    for _ in range(4):
        QTest.keyClick(focus(), Key.Key_F6)
        panels.append(next((d.windowTitle() for d in window.docks if d.isAncestorOf(focus())), "table"))
    assert panels == ["Sources", "Detail", "Subscriptions", "table"]
    QTest.keyClick(focus(), Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert focus() is window.views.map.canvas
    window.views.map.search.setFocus()
    QTest.keyClick(focus(), Key.Key_F6)
    QTest.keyClick(focus(), Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert focus() is window.views.map.search


async def test_f6_closes_the_suggestions_for_a_filter(window: MainWindow) -> None:
    edit = window.views.work.filter_bar.edit
    edit.setFocus()
    QTest.keyClicks(edit, "type")
    assert edit._popup.isVisible()
    Panels(window).go(1)
    assert not edit._popup.isVisible()
    assert not edit.hasFocus()


async def test_a_panel_is_closed_and_taken_out_by_keyboard(window: MainWindow) -> None:
    window.open_dock(window.views.map)
    await asyncio.sleep(0)
    dock = next(dock for dock in window.docks if dock.widget() is window.views.map)
    window.views.map.canvas.setFocus()
    out = next(action for action in window.actions_ if action.text() == "Panel out of the window, or back")
    out.trigger()
    assert dock.isFloating()
    await asyncio.sleep(0.02)
    out.trigger()
    assert not dock.isFloating()
    await asyncio.sleep(0.02)
    window.views.map.canvas.setFocus()
    QTest.keyClick(focus(), Key.Key_F4, Qt.KeyboardModifier.ControlModifier)
    assert not dock.isVisible()
    assert focus().isVisible()


async def test_one_sees_which_list_has_the_focus_after_tab_and_no_line_after_a_click(window: MainWindow) -> None:
    table = window.views.work.table
    for stop in stops(table):
        if isinstance(stop, QAbstractItemView) and stop is not table:
            (ring,) = stop.findChildren(FocusRing)
            assert ring.isVisible()
            assert ring.size() == stop.size()
            break
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton)
    table.setFocus(Qt.FocusReason.MouseFocusReason)
    assert ring not in stop.findChildren(FocusRing)
    assert not table.findChildren(FocusRing)


async def test_one_of_several_is_chosen_with_the_arrows(window: MainWindow) -> None:
    kinds = window.views.latency.kinds
    window.open_dock(window.views.latency)
    await asyncio.sleep(0)
    first, second, _ = kinds.findChildren(QToolButton)
    first.setFocus()
    QTest.keyClick(first, Key.Key_Right)
    QTest.keyClick(focus(), Key.Key_Space)
    assert focus() is second
    assert kinds.number == 1


async def test_the_filter_is_kept_as_a_button_by_a_command(desk: Desk) -> None:
    bar = desk.window.views.work.filter_bar
    bar.set_text("type:order.created")
    next(command for command in desk.commands() if command.text.startswith("Keep the filter")).act()
    assert bar.saved.name_line.isVisible()
    QTest.keyClicks(bar.saved.name_line, "mine")
    QTest.keyClick(bar.saved.name_line, Key.Key_Return)
    assert [saved.name for saved in desk.session.settings.table.filters] == ["mine"]


DIALOGS = (
    "Change keys…", "Keys", "Colour rules…", "Triggers…", "Attach a source…", "What is kept…", "Filter language",
    "Go to a number or time…",
)  # fmt: skip


@pytest.mark.parametrize("name", DIALOGS)
async def test_all_of_a_dialog_is_reached_with_tab_and_left_with_esc(desk: Desk, name: str) -> None:
    window = desk.window
    window.session.settings = window.session.settings.with_keys({"table.mark": "X"})
    next(command for command in desk.commands() if command.text == name).act()
    await asyncio.sleep(0.02)
    dialog = next(each for each in window.findChildren(QDialog) if each.isVisible())
    dialog.activateWindow()
    await asyncio.sleep(0)
    begin = focus() if dialog.isAncestorOf(focus()) else dialog
    reached = list(stops(begin))
    assert not [part.accessibleName() or part for part in wanting(dialog) if part.focusPolicy() and part not in reached]
    assert not [p.text() for p in dialog.findChildren(QAbstractButton) if p.isVisible() and not p.focusPolicy()]
    QTest.keyClick(focus(), Key.Key_Escape)
    assert not dialog.isVisible()

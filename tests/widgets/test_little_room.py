"""Little room: in a small window or a narrow panel everything that is shown can be read, and nothing is pushed away."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.session import Session
from tests.widgets.capture import Capture, busy
from widgets.detail.detail import DetailView
from widgets.focus import Focus
from widgets.latency.axes import ValueTicks
from widgets.latency.view import LatencyView
from widgets.look.flow_layout import FlowLayout
from widgets.map.talkers import LEAST_TYPE, TalkerTable
from widgets.map.view import MapView
from widgets.table.empty_state import Action, EmptyState
from widgets.trace.view import TraceView


def shown(qtbot: QtBot, view: Any, width: int, height: int = 240) -> Any:
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    return view


def shop() -> Capture:
    return busy(5, until=time.time_ns())


@pytest.mark.parametrize("width", [300, 450, 680, 1_200])
def test_the_types_of_top_talkers_can_be_read_at_any_width(qtbot: QtBot, focus: Focus, width: int) -> None:
    view = shown(qtbot, MapView(shop(), focus), width)  # type: ignore[arg-type]
    view.choice.choose(1)
    table: TalkerTable = view.talkers
    assert table.columnWidth(0) >= LEAST_TYPE
    assert not table.horizontalScrollBar().maximum()


def test_a_plot_that_becomes_narrower_while_the_window_is_held_leaves_room_for_its_labels(
    qtbot: QtBot, focus: Focus
) -> None:
    view = shown(qtbot, LatencyView(shop(), focus), 1_200)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: view.plots is not None)
    focus.hold(10**6)
    view.resize(430, 260)

    def fits() -> bool:
        (low, high), strip = view.plots.strip.box.viewRange()[0], view.plots.strip
        until = view.plots._span[1]
        return abs((high - until) / (until - low) - strip.label_share) < 1e-6

    qtbot.waitUntil(fits)


def test_the_buttons_of_the_latency_view_go_to_a_second_line(qtbot: QtBot, focus: Focus) -> None:
    view = shown(qtbot, LatencyView(shop(), focus), 320)  # type: ignore[arg-type]
    for button in (view.kinds, view.windows, view.log):
        assert button.mapTo(view, button.rect().bottomRight()).x() <= view.width()


@pytest.mark.parametrize("size", [20, 30, 60, 200])
def test_labels_of_an_axis_do_not_overlap(size: int) -> None:
    axis = ValueTicks("ms")
    for axis.log in (True, False):
        ((_, values),) = axis.tickValues(-1.0, 4.0, size)
        assert all((after - before) * size / 5.0 >= 14 for before, after in pairwise(values))


def test_a_badge_that_comes_and_goes_moves_nothing_in_the_trace(qtbot: QtBot, focus: Focus) -> None:
    capture = shop()
    view = shown(qtbot, TraceView(capture, focus), 700)  # type: ignore[arg-type]
    focus.select_trace(capture.traces.recent(1)[0].correlation_id)
    heights = []
    for live in (True, False):
        view.head.show_trace(view.pages.trace, None, live=live)
        heights.append(view.head.sizeHint().height())
    assert heights[0] == heights[1]


def test_a_narrow_detail_gives_its_room_to_title_and_values(qtbot: QtBot, session: Session, focus: Focus) -> None:
    view = shown(qtbot, DetailView(session, focus), 240, 500)
    focus.select_event(1)
    assert not view.head.number.isVisible()
    assert view.panes.tree.columnWidth(0) <= 120
    view.resize(420, 500)
    assert view.head.number.isVisible()
    view.panes.tree.setColumnWidth(0, 200)
    view.resize(300, 500)
    assert view.panes.tree.columnWidth(0) == 200


def test_in_a_low_table_the_buttons_of_a_reason_stay_buttons(qtbot: QtBot) -> None:
    parent = shown(qtbot, QWidget(), 360, 180)
    state = EmptyState(parent)
    state.setGeometry(parent.rect())
    state.say("0 of 8,706 rows match", "one\ntwo\nthree\nfour", [Action(f"Remove {n} of them", bool) for n in range(4)])
    for button in state.findChildren(QPushButton):
        assert button.height() >= button.sizeHint().height()


def test_lines_of_a_centred_flow_stand_in_the_middle(qtbot: QtBot) -> None:
    box = shown(qtbot, QWidget(), 300, 100)
    flow = FlowLayout(box, spacing=8, centred=True)
    button = QPushButton("alone")
    flow.addWidget(button)
    qtbot.waitUntil(lambda: abs(button.geometry().center().x() - 150) <= 1)

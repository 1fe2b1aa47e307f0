"""Shared room: at any size of a pane its picture has the most of it, and what is written there can be read."""

from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.topology.map import NodeKind
from tests.widgets.capture import Capture, busy
from widgets.focus import Focus
from widgets.latency.breach_list import BreachList
from widgets.latency.plot import Label
from widgets.latency.view import LatencyView
from widgets.look.turning_split import TurningSplit
from widgets.map.canvas import LEGIBLE
from widgets.map.layout import widest_of
from widgets.map.view import MapView
from widgets.trace.view import TraceView

SIZES = [(430, 260), (620, 480), (700, 230), (860, 290), (1_340, 400)]


def shown(qtbot: QtBot, view: Any, size: tuple[int, int]) -> Any:
    qtbot.addWidget(view)
    view.resize(*size)
    view.move(2_000, 2_000)  # away from the pointer
    view.show()
    return view


def shop() -> Capture:
    return busy(5, until=time.time_ns())


def latency(qtbot: QtBot, focus: Focus, size: tuple[int, int]) -> LatencyView:
    view: LatencyView = shown(qtbot, LatencyView(shop(), focus), size)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: view.plots is not None and view.plots.strip.area.width() > 0)
    return view


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("list_first", [True, False])
def test_a_list_beside_a_picture_has_the_smaller_share(qtbot: QtBot, size: tuple[int, int], list_first: bool) -> None:
    split = shown(qtbot, TurningSplit(QWidget(), QWidget(), list_first=list_first), size)
    sizes = split.sizes()
    assert 0.2 <= sizes[not list_first] / sum(sizes) <= 0.35
    assert split.orientation() == (Qt.Orientation.Horizontal if size[0] > 620 else Qt.Orientation.Vertical)


def test_a_handle_that_was_moved_stays_until_the_split_turns(qtbot: QtBot) -> None:
    split = shown(qtbot, TurningSplit(QWidget(), QWidget(), list_first=True), (1_000, 300))
    split.moveSplitter(500, 1)
    split.resize(1_100, 300)
    assert split.sizes()[0] >= 490
    split.resize(400, 300)
    assert split.sizes()[0] < 0.35 * sum(split.sizes())


@pytest.mark.parametrize("size", SIZES)
def test_curves_have_more_of_the_width_than_what_is_written_beside_them(
    qtbot: QtBot, focus: Focus, size: tuple[int, int]
) -> None:
    view = latency(qtbot, focus, size)
    plots = view.plots
    assert plots is not None
    qtbot.waitUntil(lambda: plots.strip.area.width() > 0.55 * plots.width())
    assert all(head.width() <= 0.3 * plots.width() for head in plots.heads.values())


@pytest.mark.parametrize("size", SIZES)
def test_all_lanes_are_equally_high(qtbot: QtBot, focus: Focus, size: tuple[int, int]) -> None:
    plots = latency(qtbot, focus, size).plots

    def equal() -> bool:
        assert plots is not None
        heights = [lane.area.height() for lane in plots.lanes.values()]
        return max(heights) <= 1.15 * min(heights)

    qtbot.waitUntil(equal)


def test_the_buttons_stand_in_one_line_where_they_fit(qtbot: QtBot, focus: Focus) -> None:
    view = latency(qtbot, focus, (700, 260))
    tops = {button.mapTo(view, QPoint(0, 0)).y() for button in (view.kinds, view.windows, view.log)}
    assert len(tops) == 1


def test_labels_that_would_lie_on_others_are_left_out_but_for_the_budget_and_the_worst(
    qtbot: QtBot, focus: Focus
) -> None:
    plots = latency(qtbot, focus, (860, 290)).plots
    assert plots is not None
    lane = next(iter(plots.lanes.values()))
    low, high = lane.box.viewRange()[1]
    names = ["budget", "p99", "p95", "p50"]
    crowd = lane._apart([Label(high, name, "") for name in names], 12.0)
    assert [label.text for label in crowd] == ["budget", "p99"]
    apart = [Label(low + (high - low) * part / 3, name, "") for part, name in enumerate(names)]
    assert lane._apart(apart, lane.area.height() / 4) == apart


def test_a_narrow_head_still_tells_all_in_its_tooltip(qtbot: QtBot, focus: Focus) -> None:
    plots = latency(qtbot, focus, (430, 400)).plots
    assert plots is not None
    for head in plots.heads.values():
        assert "/ " in head.toolTip()
        assert "p50" in head.toolTip()


@pytest.mark.parametrize("width", [420, 600, 900, 1_400])
def test_a_map_that_nobody_touched_can_be_read_and_is_as_wide_as_its_pane(
    qtbot: QtBot, focus: Focus, width: int
) -> None:
    canvas = shown(qtbot, MapView(shop(), focus), (width, 360)).canvas  # type: ignore[arg-type]
    assert canvas.transform().m11() >= LEGIBLE
    assert canvas.horizontalScrollBar().maximum() == 0
    assert canvas.viewport().rect().top() <= canvas.mapFromScene(canvas.map.extent.topLeft()).y() <= 20


def test_where_names_do_not_fit_they_are_shortened_in_their_middle_and_whole_in_the_tooltip(
    qtbot: QtBot, focus: Focus
) -> None:
    canvas = shown(qtbot, MapView(shop(), focus), (420, 360)).canvas  # type: ignore[arg-type]
    crowded = [item for item in canvas.map.nodes.values() if item.crowded and item.node.kind is NodeKind.SUBSCRIPTION]
    assert crowded
    for item in crowded:
        assert item.node.name in item.toolTip()
        short = item._name(60)
        assert "…" in short[1:-1]


@pytest.mark.parametrize(
    ("widths", "room", "widest"),
    [([100, 200, 150], 450, float("inf")), ([100, 300, 200], 400, 150), ([100, 100], 60, 30), ([], 0, float("inf"))],
)
def test_only_the_widest_layers_shrink(widths: list[float], room: float, widest: float) -> None:
    assert widest_of(widths, room) == widest
    if sum(widths) > room:
        assert sum(min(width, widest) for width in widths) == room


def test_a_low_map_keeps_its_room_and_explains_when_asked(qtbot: QtBot, focus: Focus) -> None:
    view = shown(qtbot, MapView(shop(), focus), (700, 240))  # type: ignore[arg-type]
    assert not view.legend.isVisible()
    view.explain.click()
    assert view.legend.isVisible()
    view.resize(700, 230)
    assert view.legend.isVisible()


def test_a_high_map_explains_itself(qtbot: QtBot, focus: Focus) -> None:
    view = shown(qtbot, MapView(shop(), focus), (700, 500))  # type: ignore[arg-type]
    assert view.legend.isVisible()
    view.choice.choose(1)
    view.resize(700, 510)
    assert not view.legend.isVisible()


@pytest.mark.parametrize("size", SIZES)
def test_the_numbers_of_a_trace_have_more_room_than_how_it_stands(
    qtbot: QtBot, focus: Focus, size: tuple[int, int]
) -> None:
    capture = shop()
    view = shown(qtbot, TraceView(capture, focus), size)  # type: ignore[arg-type]
    focus.select_trace(capture.traces.recent(1)[0].correlation_id)
    qtbot.waitUntil(lambda: view.head.isVisible())
    assert view.head._counts.width() > view.head._state.width()


@pytest.mark.parametrize("empty", [True, False])
def test_where_nothing_is_listed_the_reason_can_be_read_and_is_true(qtbot: QtBot, focus: Focus, empty: bool) -> None:
    capture = Capture() if empty else busy(1, until=time.time_ns())
    list_ = shown(qtbot, BreachList(capture), (400, 90))  # type: ignore[arg-type]
    list_.show_breaches([], 0)
    assert list_._empty.isVisible()
    assert ("No event was handled yet" in list_._empty.text()) == empty
    assert list_._empty.height() >= list_._empty.heightForWidth(list_._empty.width())


def test_a_selected_card_stays_in_sight_when_its_list_becomes_low(qtbot: QtBot, focus: Focus) -> None:
    capture = shop()
    view = shown(qtbot, TraceView(capture, focus), (480, 700))  # type: ignore[arg-type]
    cards = view.list.list
    last = cards.cards.index(3, 0)
    cards.setCurrentIndex(last)
    assert cards.viewport().rect().contains(cards.visualRect(last))
    view.resize(480, 340)
    qtbot.waitUntil(lambda: cards.viewport().rect().contains(cards.visualRect(last).center()))
    assert cards.height() < 4 * cards.visualRect(last).height()

"""The latency view: percentiles against budgets, the guilty event a click away."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent

from app.latency.latency import Series
from eventscope.event import EventPriority
from tests.widgets.capture import MS, SECOND, Capture, busy, handled, published
from widgets.focus import Focus
from widgets.latency.curves import MOST_POINTS, axis_range, curves_of
from widgets.latency.view import LatencyView
from widgets.look.theme import apply_theme

CRITICAL, HIGH, LOW = EventPriority.CRITICAL, EventPriority.HIGH, EventPriority.LOW


@pytest.fixture
def focus(qtbot: Any) -> Focus:
    return Focus()


def view_of(qtbot: Any, capture: Capture, focus: Focus) -> LatencyView:
    view = LatencyView(capture, focus)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(1000, 420)
    view.move(2_000, 2_000)  # away from the pointer
    view.show()
    qtbot.waitUntil(lambda: view.plots is not None)
    view.refresh()
    return view


def recent(seconds: float = 20) -> Capture:
    return busy(seconds, until=time.time_ns())


def status(view: LatencyView, priority: EventPriority) -> str:
    assert view.plots is not None
    return view.plots.heads[priority].accessibleDescription()


def test_pyqtgraph_is_imported_only_when_the_view_is_shown() -> None:
    code = "import sys, widgets.latency.view; assert 'pyqtgraph' not in sys.modules, 'too early'"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_lanes_show_percentiles_against_their_budgets(qtbot: Any, focus: Focus) -> None:
    capture = recent()
    view = view_of(qtbot, capture, focus)
    assert view.plots is not None
    assert all(lane.curves is not None and lane.curves.samples > 20 for lane in view.plots.lanes.values())
    assert "/ 10 ms" in status(view, CRITICAL)
    assert "over" in status(view, CRITICAL)
    assert "/ 200 ms" in status(view, LOW)


def test_an_empty_lane_says_why(qtbot: Any, focus: Focus) -> None:
    capture = Capture()
    event = published("order.created", "a", "t", time.time_ns() - SECOND)
    capture.feed([event, *handled(event, "handler", event.occurred_at, 1, 2)], time.time_ns() - SECOND // 2)
    view = view_of(qtbot, capture, focus)
    assert view.plots is not None
    assert view.plots.lanes[HIGH].empty == "none handled yet"
    assert view.plots.lanes[EventPriority.NORMAL].empty == ""
    assert "n = 1" in status(view, EventPriority.NORMAL)


def test_queue_and_handling_are_not_judged_by_the_budget_of_the_total(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, recent(), focus)
    view.kinds.choose(1)
    assert status(view, CRITICAL).startswith("p99")
    assert "/" not in status(view, CRITICAL)


def test_a_click_selects_the_event_that_was_measured(qtbot: Any, focus: Focus) -> None:
    capture = recent()
    view = view_of(qtbot, capture, focus)
    assert view.plots is not None
    lane = view.plots.lanes[CRITICAL]
    curves = lane.curves
    assert curves is not None
    point = int(np.flatnonzero(curves.count)[3])
    x = lane.pixel(curves.time[point] - lane.base, 0).x()
    qtbot.mouseClick(lane.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(lane.area.center().y())))
    assert focus.seq == curves.seq[point]
    event = capture.store.event(focus.seq or 0)
    assert event.priority == CRITICAL
    assert event.total_ns == pytest.approx(curves.p99[point] * MS, rel=1e-5)
    assert focus.correlation_id == event.correlation_id


def test_an_event_selected_elsewhere_is_marked_in_all_lanes(qtbot: Any, focus: Focus) -> None:
    capture = recent()
    view = view_of(qtbot, capture, focus)
    assert view.plots is not None
    seq = capture.breaches.since(0)[-1].seq
    focus.select_event(seq)
    expected = capture.store.event(seq).observed_at / SECOND - view.plots.strip.base
    assert {lane.mark for lane in view.plots.lanes.values()} == {expected}
    focus.select_event(None)
    assert {lane.mark for lane in view.plots.lanes.values()} == {None}


def test_the_crosshair_is_linked(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, recent(), focus)
    assert view.plots is not None
    low = view.plots.lanes[LOW]
    qtbot.mouseMove(low.viewport(), low.area.center().toPoint())
    crosses = {plot.cross for plot in (view.plots.strip, *view.plots.lanes.values())}
    assert len(crosses) == 1
    assert None not in crosses
    assert view._told.text().startswith("LOW  p50")


def test_zooming_detaches_from_live_and_home_returns(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, recent(), focus)
    assert view.plots is not None
    assert not view.live.isVisible()
    lane = view.plots.lanes[CRITICAL]
    before = lane.box.viewRange()[0]
    at = lane.area.center()
    wheel = QWheelEvent(
        at, QPointF(lane.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    lane.wheelEvent(wheel)
    zoomed = lane.box.viewRange()[0]
    assert zoomed[1] - zoomed[0] < before[1] - before[0]
    assert view.live.isVisible()
    view.refresh()
    assert lane.box.viewRange()[0] == pytest.approx(zoomed, abs=0.01)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert not view.live.isVisible()
    assert lane.box.viewRange()[0][1] > zoomed[1]


def test_a_longer_window_shows_more_and_is_live(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, recent(60), focus)
    assert view.plots is not None
    lane = view.plots.lanes[CRITICAL]
    assert lane.curves is not None
    few = lane.curves.samples
    view.windows.choose(1)
    assert lane.curves.samples > 1.5 * few


def test_nothing_moves_while_the_window_is_held(qtbot: Any, focus: Focus) -> None:
    capture = recent()
    view = view_of(qtbot, capture, focus)
    assert view.plots is not None
    focus.hold(capture.store.next_seq)
    lane = view.plots.lanes[CRITICAL]
    assert lane.curves is not None
    shown, seen = lane.curves.samples, lane.box.viewRange()
    late = len(view.breaches.list.cards.items)
    busy(0.3, rate=100, until=time.time_ns() + SECOND, capture=capture)
    view._drawn = view._listed = 0.0
    view.tick()
    view.refresh()
    assert (lane.curves.samples, lane.box.viewRange(), len(view.breaches.list.cards.items)) == (shown, seen, late)
    focus.hold(None)
    assert len(view.breaches.list.cards.items) > late


def test_breaches_are_listed_newest_first_and_select_their_event(qtbot: Any, qtmodeltester: Any, focus: Focus) -> None:
    capture = recent()
    view = view_of(qtbot, capture, focus)
    cards = view.breaches.list.cards
    qtmodeltester.check(cards)
    assert [breach.number for breach in cards.items] == sorted((b.number for b in cards.items), reverse=True)
    view.breaches.list.setCurrentIndex(cards.index(1, 0))
    assert focus.seq == cards.items[1].seq
    assert capture.store.event(focus.seq or 0).type in cards.index(1, 0).data()


def test_a_breach_whose_event_is_gone_keeps_its_name(qtbot: Any, focus: Focus) -> None:
    capture = recent()
    view = view_of(qtbot, capture, focus)
    named = view.breaches.list.cards.index(0, 0).data()
    capture.store.clear()
    view._list_breaches()
    assert view.breaches.list.cards.index(0, 0).data() == named
    view.breaches.list.setCurrentIndex(view.breaches.list.cards.index(0, 0))
    assert focus.seq is None
    assert "no longer kept" in view._told.text()


def test_without_breaches_it_says_so(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, Capture(), focus)
    assert view.breaches._empty.isVisible()
    assert not view.breaches.list.isVisible()


def test_a_change_of_theme_recolours_the_plots(qtbot: Any, qapp: Any, focus: Focus) -> None:
    view = view_of(qtbot, recent(), focus)
    assert view.plots is not None
    light = []
    for choice in ("light", "dark"):
        apply_theme(qapp, choice)  # type: ignore[arg-type]
        image = view.plots.lanes[LOW].grab().toImage()
        light.append(image.pixelColor(image.width() - 4, image.height() // 2).lightness())
    apply_theme(qapp, "light")
    assert light[0] > 200 > 60 > light[1]


def test_drawing_again_makes_no_new_items(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, recent(), focus)
    assert view.plots is not None
    plots = (view.plots.strip, *view.plots.lanes.values())
    before = [len(plot.scene().items()) for plot in plots]
    for _ in range(30):
        view.refresh()
    assert [len(plot.scene().items()) for plot in plots] == before


def test_the_linear_scale_begins_at_zero(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, recent(), focus)
    assert view.plots is not None
    view.log.click()
    low, high = view.plots.lanes[CRITICAL].box.viewRange()[1]
    assert low == 0
    assert high >= 10


def series_of(p99: list[float], count: list[int]) -> Series:
    values, counts = np.array(p99), np.array(count)
    seqs = np.arange(len(p99)) + 1
    return Series(np.arange(len(p99)) / 4, values / 3, values / 2, values, values, counts, seqs, seqs)


def test_many_bins_become_few_points_that_show_the_worst_of_them() -> None:
    p99 = np.full(14_400, 1.0)
    p99[7_001] = 99.0
    curves = curves_of(series_of(p99.tolist(), [2] * len(p99)))
    assert len(curves.time) <= MOST_POINTS + 1
    assert curves.p99.max() == 99.0
    assert curves.seq[curves.p99.argmax()] == 7_002
    assert curves.samples == 2 * len(p99)


def test_bins_without_samples_are_gaps_and_not_zeros() -> None:
    curves = curves_of(series_of([5.0, np.nan, 7.0], [3, 0, 2]))
    assert np.isnan(curves.p99[1])
    assert (curves.nearest(0.3), curves.last()) == (0, 2)


def test_no_bins_at_all_are_no_points() -> None:
    curves = curves_of(series_of([], []))
    assert (curves.samples, curves.nearest(1.0), curves.last()) == (0, None, None)


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("span", [(1e-3, 1e-3), (0.5, 49.0), (10.0, 10.0), (1e-3, 1e7)])
def test_the_axis_holds_all_values_with_room_to_spare(span: tuple[float, float], log: bool) -> None:
    low, high = axis_range(span, log)
    shown = np.log10(span) if log else span
    assert low <= shown[0]
    assert shown[1] < high

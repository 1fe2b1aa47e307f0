"""The trace view: what caused what, in step with the rest of the window, still while somebody reads."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from eventscope.step import Phase
from tests.widgets.capture import MS, SECOND, START, Capture, busy, handled, order, published, step
from widgets.focus import Focus
from widgets.look.theme import apply_theme
from widgets.trace.model import TraceColumn
from widgets.trace.view import TraceView

HOSTILE = "<img src='x'><b>bold</b>\n\u202eevil"


@pytest.fixture
def focus(qtbot: Any) -> Focus:
    return Focus()


def view_of(qtbot: Any, capture: Capture, focus: Focus) -> TraceView:
    view = TraceView(capture, focus)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(1000, 400)
    view.move(2_000, 2_000)  # away from the pointer
    view.show()
    return view


def captions(view: TraceView) -> list[str]:
    model = view.table.lines
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def people(view: TraceView) -> list[str]:
    model = view.table.lines
    return [model.index(row, TraceColumn.WHO).data() for row in range(model.rowCount())]


def failing(capture: Capture) -> str:
    return next(trace.correlation_id for trace in capture.traces.recent(500, errors_only=True))


def listed(view: TraceView) -> list[str]:
    return [trace.correlation_id for trace in view.list.list.cards.items]


def test_models_are_ones_that_qt_can_trust(qtbot: Any, qtmodeltester: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(3), focus)
    focus.select_trace("ord-000003")
    qtmodeltester.check(view.table.lines)
    qtmodeltester.check(view.list.list.cards)


def test_without_traces_it_says_what_will_appear(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, Capture(), focus)
    assert not view.list.list.isVisible()
    assert view.list._empty.isVisible()
    assert "Select a trace" in view._empty.text()


def test_traces_are_listed_newest_first(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(3), focus)
    ids = listed(view)
    assert len(ids) > 10
    assert ids == sorted(ids, reverse=True)


def test_an_event_selected_elsewhere_opens_its_trace_and_selects_its_line(qtbot: Any, focus: Focus) -> None:
    capture = busy(3)
    view = view_of(qtbot, capture, focus)
    seq = int(capture.store.correlated("ord-000004")[-1])
    focus.select_event(seq, "ord-000004")
    line = view.table._current()
    assert line is not None
    assert seq in line.node.seqs
    assert view.list.list.currentIndex().row() == listed(view).index("ord-000004")


def test_going_to_a_line_selects_its_event_everywhere(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(3), focus)
    focus.select_trace("ord-000004")
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    line = view.table._current()
    assert line is not None
    assert focus.seq == line.node.seq


def test_opening_a_trace_from_the_list_selects_its_root(qtbot: Any, focus: Focus) -> None:
    capture = busy(3)
    view = view_of(qtbot, capture, focus)
    view.list.list.setCurrentIndex(view.list.list.cards.index(2, 0))
    assert focus.correlation_id == listed(view)[2]
    assert captions(view)[0] == "order.created"
    assert focus.seq == capture.store.correlated(listed(view)[2])[0]


def test_arrow_keys_close_open_climb_and_descend(qtbot: Any, focus: Focus) -> None:
    capture = busy(3)
    view = view_of(qtbot, capture, focus)
    focus.select_event(int(capture.store.correlated("ord-000004")[0]), "ord-000004")
    whole = len(captions(view))
    assert whole > 10
    qtbot.keyClick(view.table, Qt.Key.Key_Left)
    assert captions(view) == ["order.created"]
    qtbot.keyClick(view.table, Qt.Key.Key_Right)
    assert len(captions(view)) == whole
    qtbot.keyClick(view.table, Qt.Key.Key_Right)
    assert view.table.currentIndex().row() == 1
    qtbot.keyClick(view.table, Qt.Key.Key_Left)
    assert view.table.currentIndex().row() == 0


def test_brackets_close_and_open_everything(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(3), focus)
    focus.select_trace("ord-000004")
    whole = captions(view)
    qtbot.keyClicks(view.table, "[")
    assert len(captions(view)) == 1
    qtbot.keyClicks(view.table, "]")
    assert captions(view) == whole


def test_e_goes_to_the_error_even_inside_a_closed_branch(qtbot: Any, focus: Focus) -> None:
    capture = busy(6)
    view = view_of(qtbot, capture, focus)
    focus.select_trace(failing(capture))
    qtbot.keyClicks(view.table, "[")
    qtbot.keyClicks(view.table, "e")
    line = view.table._current()
    assert line is not None
    assert (line.node.state, line.node.attempts) == ("dead-lettered", 3)
    assert capture.store.event(focus.seq or 0).error == "ConnectionError: card gateway away"
    assert "dead-lettered × 3" in captions(view)


def test_a_click_on_the_triangle_closes_a_branch(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(3), focus)
    focus.select_trace("ord-000004")
    spot = view.table.visualRect(view.table.lines.index(0, 0)).topLeft() + QPoint(10, 10)
    qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert len(captions(view)) == 1


def test_a_large_trace_opens_to_three_levels_and_to_its_errors(qtbot: Any, focus: Focus) -> None:
    capture, rows = Capture(), []
    for depth in range(100):
        cause = f"e{depth - 1}" if depth else None
        rows.append(published("step.taken", f"e{depth}", "deep", START + depth * MS, causation_id=cause))
    rows += [step(rows[60], Phase.FAILED, "handler", START + 200 * MS, error="no")]
    capture.feed(rows, START)
    view = view_of(qtbot, capture, focus)
    focus.select_trace("deep")
    assert "failed" in captions(view)
    assert len(captions(view)) == 63
    assert not view.table.lines.items[-1].opened


def test_new_events_appear_without_reordering_what_was_shown(qtbot: Any, focus: Focus) -> None:
    rows = order(1, START)
    first = next(row for row in rows if row.phase == Phase.PUBLISHED)
    late = [
        published("audit.written", f"late{n}", first.correlation_id or "", START + n * MS, causation_id=first.id)
        for n in (9, 2)
    ]
    capture = Capture()
    capture.feed(rows[:12], START + SECOND)
    view = view_of(qtbot, capture, focus)
    focus.select_trace(first.correlation_id)
    before = [line.key for line in view.table.lines.items]
    for row in (*rows[12:], *late):
        capture.feed([row], START + SECOND)
        view.refresh()
    after = [line.key for line in view.table.lines.items]
    assert len(after) > len(before) + 5
    assert [key for key in after if key in before] == before
    assert captions(view).count("audit.written") == 2


def test_nothing_moves_while_the_window_is_held(qtbot: Any, focus: Focus) -> None:
    rows = order(1, START)
    capture = Capture()
    capture.feed(rows[:10], START)
    view = view_of(qtbot, capture, focus)
    focus.select_trace(rows[0].correlation_id)
    focus.hold(capture.store.next_seq)
    shown, traces = captions(view), listed(view)
    capture.feed(rows[10:], START + SECOND)
    capture.feed(order(2, START), START + SECOND)
    view._due = 0.0
    view.tick()
    view._show_trace()
    assert (captions(view), listed(view)) == (shown, traces)
    focus.hold(None)
    assert len(captions(view)) > len(shown)
    assert len(listed(view)) == 2


def test_a_hidden_view_builds_nothing_and_catches_up_when_shown(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(3), focus)
    view.hide()
    focus.select_trace("ord-000004")
    assert captions(view) == []
    focus.hold(200)
    view.show()
    assert captions(view)[0] == "order.created"
    assert max(max(line.node.seqs) for line in view.table.lines.items) < 200


def test_the_list_does_not_move_under_the_pointer_and_counts_what_is_newer(qtbot: Any, focus: Focus) -> None:
    capture = busy(2)
    view = view_of(qtbot, capture, focus)
    before = listed(view)
    view.list.list.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
    capture.feed(order(900, START), START + SECOND)
    view.refresh()
    assert listed(view) == before
    assert view.list.newer.text().strip() == "1 newer"
    view.list.newer.click()
    assert listed(view)[0] == "ord-000900"


def test_errors_only_lists_only_traces_with_errors(qtbot: Any, focus: Focus) -> None:
    capture = busy(4)
    view = view_of(qtbot, capture, focus)
    view.list.errors_only.click()
    assert 0 < len(listed(view)) < len(capture.traces)
    assert all(trace.errors for trace in view.list.list.cards.items)


def test_the_buttons_ask_for_export_and_filter_of_this_trace(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(3), focus)
    focus.select_trace("ord-000004")
    with qtbot.waitSignal(view.export_requested) as asked:
        view.head.export.click()
    with qtbot.waitSignal(focus.filter_proposed) as proposed:
        view.head.filter.click()
    view.head.copy.click()
    assert (asked.args, proposed.args) == (["ord-000004"], ["correlation:ord-000004"])
    assert QGuiApplication.clipboard().text() == "ord-000004"


def test_a_missing_cause_is_shown_as_such(qtbot: Any, focus: Focus) -> None:
    capture = Capture()
    capture.feed([published("invoice.sent", "i1", "t", START, causation_id="before-we-came")], START)
    view = view_of(qtbot, capture, focus)
    focus.select_trace("t")
    assert captions(view) == ["before-we-came", "invoice.sent"]
    assert "Not captured" in view.table.lines.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_an_evicted_trace_says_so(qtbot: Any, focus: Focus) -> None:
    capture = busy(2)
    view = view_of(qtbot, capture, focus)
    focus.select_trace("ord-000004")
    capture.store.clear()
    view.refresh()
    assert "no longer kept" in view._empty.text()


def test_hostile_names_stay_inert_in_every_text(qtbot: Any, focus: Focus) -> None:
    capture = Capture()
    event = published(HOSTILE, "h1", HOSTILE, START, producer=HOSTILE, channel=HOSTILE)
    capture.feed([event, *handled(event, HOSTILE, START, 1, 2, error=HOSTILE)], START)
    view = view_of(qtbot, capture, focus)
    focus.select_trace(HOSTILE)
    view.grab()
    model = view.table.lines
    texts = [model.index(row, column).data() for row in range(model.rowCount()) for column in TraceColumn]
    texts += [view.head._name.text(), view.list.list.cards.index(0, 0).data()]
    assert any("bold" in text for text in texts)
    assert not any("\n" in text or "\u202e" in text for text in texts)
    assert "<b>" not in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_every_line_can_be_heard(qtbot: Any, focus: Focus) -> None:
    capture = busy(6)
    view = view_of(qtbot, capture, focus)
    focus.select_trace(failing(capture))
    spoken = [
        view.table.lines.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(len(captions(view)))
    ]
    assert spoken[0].startswith("level 1, opened, order.created, order_service")
    assert any("dead-lettered × 3, PaymentService.charge" in text and "card gateway away" in text for text in spoken)


def test_a_change_of_theme_recolours_it(qtbot: Any, qapp: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(3), focus)
    focus.select_trace("ord-000004")
    colours = []
    for choice in ("light", "dark"):
        apply_theme(qapp, choice)  # type: ignore[arg-type]
        colours.append(
            view.table.viewport().grab().toImage().pixelColor(5, view.table.viewport().height() - 3).lightness()
        )
    apply_theme(qapp, "light")
    assert colours[0] > 200 > 60 > colours[1]


def test_a_narrow_view_puts_the_list_above_and_hides_columns_instead_of_cutting(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(3), focus)
    focus.select_trace("ord-000004")
    view.resize(480, 500)
    assert view._split.orientation() == Qt.Orientation.Vertical
    assert view.table.isColumnHidden(TraceColumn.HOP)
    assert view.table.columnWidth(TraceColumn.TIMELINE) > 90
    assert people(view)[0] == "order_service"


def test_levels_open_and_close_one_by_one_and_events_are_gone_through_past_their_deliveries(
    qtbot: Any, focus: Focus
) -> None:
    view = view_of(qtbot, busy(3), focus)
    focus.select_trace("ord-000004")
    table = view.table
    whole = len(table.lines.items)
    qtbot.keyClicks(table, "[")
    counts = [len(table.lines.items)]
    for _ in range(9):
        qtbot.keyClicks(table, "o")
        counts.append(len(table.lines.items))
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (1, whole)
    qtbot.keyClicks(table, "p")
    assert len(table.lines.items) < whole
    qtbot.keyClicks(table, "]ff")
    gone_to = table.lines.item(table.currentIndex())
    assert gone_to is not None
    assert gone_to.node.title == "inventory.reserved"
    qtbot.keyClicks(table, "b")
    assert table.currentIndex().row() == 0


def test_times_can_be_counted_from_any_line(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(3), focus)
    focus.select_trace("ord-000004")
    table = view.table
    table.setCurrentIndex(table.lines.index(5, 0))
    line = table.lines.item(table.currentIndex())
    assert line is not None
    qtbot.keyClicks(table, "z")
    axis = table.lines.axis
    (zero,) = [tick for tick in axis.ticks(500) if tick.text == "0"]
    assert zero.x == axis.x(line.node.start_ns, 500) > 0
    assert any(tick.text.startswith("−") for tick in axis.ticks(2_000))
    qtbot.keyClicks(table, "z")
    assert table.lines.axis.ticks(500)[0].x == 0

"""The pages of a trace: lanes, streams and JSON beside the tree, with one selection for all."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QFocusEvent, QTextCursor
from PySide6.QtWidgets import QApplication

from eventscope.step import Phase
from tests.widgets.capture import MS, SECOND, START, Capture, busy, handled, published, step
from widgets.focus import Focus
from widgets.look.theme import apply_theme, current_palette
from widgets.trace.lane_rows import LANE_ROW, LaneRow
from widgets.trace.pages import JSON, LANES, STREAMS, TREE
from widgets.trace.view import TraceView

HOSTILE = "<img src='x'><b>bold</b>\n\u202eevil"


def view_of(qtbot: Any, capture: Capture, focus: Focus, page: int = LANES) -> TraceView:
    view = TraceView(capture, focus)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(1100, 420)
    view.show()
    view.pages.choice.choose(page)
    return view


def saga(*, undone: bool = True) -> Capture:
    """An order whose payment fails; what was reserved is released, or is not."""
    capture = Capture()
    said = [
        published("order.created", "1", "ord-1", START, headers=version(1)),
        published("inventory.reserved", "2", "ord-1", START + 10 * MS, producer="inventory_service", causation_id="1"),
        published("payment.failed", "3", "ord-1", START + 20 * MS, producer="payment_service", causation_id="2"),
        published("inventory.released", "4", "ord-1", START + 30 * MS, producer="inventory_service", causation_id="3"),
        published("order.cancelled", "5", "ord-1", START + 3_600 * SECOND, causation_id="4", headers=version(2)),
    ]
    said = said if undone else said[:3]
    heard = [row for event in said for row in handled(event, "audit", event.occurred_at, 0.1, 0.2)]
    more = handled(said[0], "inventory_reservation", START, 1, 5)
    capture.feed(sorted([*said, *heard, *more], key=lambda row: row.occurred_at), time.time_ns() - 60 * SECOND)
    return capture


def version(number: int) -> str:
    return json.dumps([["version", number]])


def rows(view: TraceView) -> list[LaneRow]:
    return view.pages.lanes.rows.items


def spoken(view: TraceView) -> list[str]:
    return [view.pages.lanes.rows.sentence(row) for row in rows(view)]


def test_the_models_are_ones_that_qt_can_trust(qtbot: Any, qtmodeltester: Any, focus: Focus) -> None:
    view = view_of(qtbot, saga(), focus)
    focus.select_trace("ord-1")
    qtmodeltester.check(view.pages.lanes.rows)
    view.pages.choice.choose(STREAMS)
    qtmodeltester.check(view.pages.streams.lines)


def test_a_saga_is_a_conversation_in_causal_order(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, saga(), focus)
    focus.select_trace("ord-1")
    names = [column.name for column in view.pages.lanes.rows.plan.columns]
    assert names == ["order_service", "inventory_service", "payment_service", "audit"]
    assert [row.node.title if row.node else "pause" for row in rows(view)] == [
        "order.created",
        "inventory.reserved",
        "payment.failed",
        "inventory.released",
        "pause",
        "order.cancelled",
    ]
    told = spoken(view)
    assert "takes back inventory.reserved" in told[3]
    assert "failed" in told[2]
    assert told[4] == "nothing for 59 min 59 s"
    assert "inventory_reservation: handled" in told[0]
    assert view.head._state.text() == "↩ compensated · choreography"


def test_what_takes_back_points_at_what_it_takes_back(qtbot: Any, qapp: Any, focus: Focus) -> None:
    view = view_of(qtbot, saga(), focus)
    focus.select_trace("ord-1")
    assert {(arc.top, arc.bottom) for arc in view.pages.lanes.rows.arcs} == {(1, 3), (0, 5)}
    for choice in ("light", "dark"):
        apply_theme(qapp, choice)
        picture = view.pages.lanes.viewport().grab().toImage()
        violet = QColor(current_palette().undo)
        assert any(picture.pixelColor(x, y) == violet for x in range(picture.width()) for y in range(40, 130, 3))


def test_what_was_left_behind_is_said(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, saga(undone=False), focus)
    focus.select_trace("ord-1")
    assert "not undone" in spoken(view)[1]
    assert view.head._state.text().startswith("✖ failed")
    assert "inventory.reserved was not undone." in view.head._state.accessibleDescription()


def test_going_to_a_message_selects_its_event_and_the_other_way_round(qtbot: Any, focus: Focus) -> None:
    capture = saga()
    view = view_of(qtbot, capture, focus)
    focus.select_trace("ord-1")
    lanes = view.pages.lanes
    lanes.setCurrentIndex(lanes.rows.index(2, 0))
    assert focus.seq is not None
    assert capture.store.event(focus.seq).type == "payment.failed"
    view.pages.choice.choose(TREE)
    chosen = view.table.lines.item(view.table.currentIndex())
    assert chosen is not None
    assert chosen.node.title == "payment.failed"
    view.pages.choice.choose(LANES)
    delivered = next(s for s in range(1, 99) if capture.store.event(s).subscription == "inventory_reservation")
    focus.select_event(delivered, "ord-1")
    assert lanes.currentIndex().row() == 0


def test_a_click_on_an_arrows_end_selects_the_delivery(qtbot: Any, focus: Focus) -> None:
    capture = saga()
    view = view_of(qtbot, capture, focus)
    focus.select_trace("ord-1")
    lanes = view.pages.lanes
    at = QPoint(lanes.rows.plan.x(3, lanes.columnWidth(0)), lanes.visualRect(lanes.rows.index(1, 0)).center().y())
    qtbot.mouseClick(lanes.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert focus.seq is not None
    assert (capture.store.event(focus.seq).type, capture.store.event(focus.seq).subscription) == (
        "inventory.reserved",
        "audit",
    )


def test_keys_go_to_errors_and_to_what_was_taken_back(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, saga(), focus)
    focus.select_trace("ord-1")
    lanes = view.pages.lanes
    qtbot.keyClicks(lanes, "e")
    assert lanes.currentIndex().row() == 2
    qtbot.keyClick(lanes, Qt.Key.Key_Down)
    qtbot.keyClicks(lanes, "u")
    assert lanes.currentIndex().row() == 1
    qtbot.keyClicks(lanes, "u")
    assert lanes.currentIndex().row() == 3
    assert "inventory.released" in lanes.accessibleDescription()


def test_who_only_listens_shares_a_lane_until_asked(qtbot: Any, focus: Focus) -> None:
    capture = Capture()
    event = published("order.created", "1", "ord-1", START)
    rows_ = [row for name in ("audit", "analytics", "mailer") for row in handled(event, name, START, 1, 1)]
    failed = handled(event, "scoring", START, 1, 1, end_as=Phase.FAILED, error=HOSTILE)
    capture.feed([event, *rows_, *failed], START + SECOND)
    view = view_of(qtbot, capture, focus)
    focus.select_trace("ord-1")
    plan = view.pages.lanes.rows.plan
    assert [column.name for column in plan.columns] == ["order_service", "scoring", "3 listeners"]
    qtbot.keyClicks(view.pages.lanes, "l")
    assert len(view.pages.lanes.rows.plan.columns) == 5
    assert "\u202e" not in "".join(spoken(view))


def test_retries_and_dead_letters_are_marked_with_their_attempts(qtbot: Any, focus: Focus) -> None:
    capture = busy(3)
    failing = next(trace.correlation_id for trace in capture.traces.recent(500, errors_only=True))
    view = view_of(qtbot, capture, focus)
    focus.select_trace(failing)
    reserved = next(row for row in rows(view) if row.node is not None and row.node.title == "inventory.reserved")
    assert (3, "dead-lettered") in {(a.attempts, str(a.state)) for a in reserved.arrivals}
    view.pages.lanes.grab()


def test_a_page_that_is_not_seen_is_not_built(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, saga(), focus, TREE)
    focus.select_trace("ord-1")
    assert rows(view) == []
    assert view.pages.json.toPlainText() == ""
    assert view.pages.streams.lines.items == []


def test_the_conversation_grows_and_keeps_the_selection(qtbot: Any, focus: Focus) -> None:
    capture = saga(undone=False)
    view = view_of(qtbot, capture, focus)
    focus.select_trace("ord-1")
    lanes = view.pages.lanes
    lanes.setCurrentIndex(lanes.rows.index(2, 0))
    late = published("inventory.released", "9", "ord-1", START + 30 * MS, producer="inventory_service")
    capture.feed([late], START + 3_602 * SECOND)
    view.refresh()
    assert len(rows(view)) == 4
    assert lanes.currentIndex().row() == 2


def test_streams_show_the_history_of_the_aggregate_with_what_is_missing(qtbot: Any, focus: Focus) -> None:
    capture = Capture()
    events = [
        published("order.changed", f"e{n}", f"t{n}", START + n * MS, headers=version(n), key="ord-9", payload=b"{}")
        for n in (1, 2, 4)
    ]
    twice = published("order.changed", "x", "t5", START + 5 * MS, headers=version(4), key="ord-9", payload=b"{}")
    capture.feed([*events, twice], START + SECOND)
    view = view_of(qtbot, capture, focus, STREAMS)
    focus.select_trace("t1")
    lines = view.pages.streams.lines.items
    assert [(line.version, line.title, line.wrong) for line in lines] == [
        (None, "order ord-9", False),
        (1, "order.changed", False),
        (2, "order.changed", False),
        (None, "version 3 is missing", True),
        (4, "order.changed", False),
        (4, "order.changed", True),
    ]
    view.pages.streams.table.setCurrentIndex(view.pages.streams.lines.index(2, 0))
    assert (focus.seq, focus.correlation_id) == (2, "t2")


def test_streams_that_get_the_focus_choose_nothing(qtbot: Any, focus: Focus) -> None:
    capture = Capture()
    event = published("order.changed", "e1", "t1", START, headers=version(1), key="ord-9", payload=b"{}")
    capture.feed([event], START)
    view = view_of(qtbot, capture, focus, STREAMS)
    focus.select_trace("t1")
    focus.select_event(None)
    table = view.pages.streams.table
    with table.quietly():
        table.go_to(None)
    QApplication.sendEvent(table, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert focus.seq is None
    table.go_to(1)
    assert focus.seq == 1


def test_without_versions_the_streams_page_says_why_it_is_empty(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, busy(2), focus, STREAMS)
    focus.select_trace("ord-000001")
    assert view.pages.streams._empty.isVisible()


def test_the_json_page_has_the_trace_without_its_secrets(qtbot: Any, focus: Focus) -> None:
    capture = Capture()
    secret = published("user.signed_in", "1", "t", START, payload=json.dumps({"password": "hunter2"}).encode())
    capture.feed([secret, step(secret, Phase.FAILED, "audit", START, error=HOSTILE)], START)
    view = view_of(qtbot, capture, focus, JSON)
    focus.select_trace("t")
    text = view.pages.json.toPlainText()
    assert '"user.signed_in"' in text
    assert "hunter2" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("page", [TREE, LANES, STREAMS, JSON])
def test_each_page_stands_a_trace_that_is_gone(qtbot: Any, focus: Focus, page: int) -> None:
    view = view_of(qtbot, saga(), focus, page)
    focus.select_trace("nobody")
    view.pages.next_error()
    view.grab()


def test_a_long_conversation_is_painted_row_by_row(qtbot: Any, focus: Focus) -> None:
    capture = Capture()
    events = [published("tick", str(n), "t", START + n * MS, causation_id=str(n - 1)) for n in range(3_000)]
    capture.feed(events, START + SECOND)
    view = view_of(qtbot, capture, focus)
    focus.select_trace("t")
    assert len(rows(view)) == 3_000
    painted: list[int] = []
    painter = view.pages.lanes.itemDelegate()
    paint = painter.paint
    painter.paint = lambda p, option, index: (painted.append(index.row()), paint(p, option, index))  # type: ignore[method-assign]
    view.pages.lanes.viewport().grab()
    assert 0 < len(painted) < 60
    assert view.pages.lanes.rows.index(0, 0).data(LANE_ROW).node.title == "tick"


def test_what_is_selected_in_the_json_page_stays_while_the_trace_grows(qtbot: Any, focus: Focus) -> None:
    capture = saga(undone=False)
    view = view_of(qtbot, capture, focus, JSON)
    focus.select_trace("ord-1")
    page = view.pages.json
    cursor = page.textCursor()
    cursor.setPosition(10)
    cursor.setPosition(30, QTextCursor.MoveMode.KeepAnchor)
    page.setTextCursor(cursor)
    selected, before = cursor.selectedText(), page.toPlainText()
    capture.feed([published("late.event", "9", "ord-1", START + 30 * MS)], START + 3_602 * SECOND)
    view.refresh()
    assert (page.textCursor().selectedText(), page.toPlainText()) == (selected, before)
    cursor.clearSelection()
    page.setTextCursor(cursor)
    qtbot.waitUntil(lambda: "late.event" in page.toPlainText())

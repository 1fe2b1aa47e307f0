"""A held window: every view stays at one instant, also those that nobody saw then. Clear empties all of them."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.session import Session
from eventscope.connector import Record, headers_text
from tests.widgets.capture import MS, START, order, published
from tests.widgets.conftest import orders, put
from widgets.filter.bar import FilterBar
from widgets.focus import Focus
from widgets.gauges.view import GaugesView, card_of
from widgets.latency.view import LatencyView
from widgets.map.findings_view import FindingsView
from widgets.map.view import MapView
from widgets.trace.pages import STREAMS
from widgets.trace.view import TraceView

LATER = START + 60_000 * MS


def told(value: float) -> Record:
    payload = b'{"gauges": {"n": %f}}' % value
    return published("shop.figures", f"f{value}", "", LATER, category="metrics", payload=payload)


def version(number: int) -> Record:
    headers = headers_text([("aggregate_version", number)])
    return published("order.changed", f"v{number}", "stream", LATER, key="ord-1", headers=headers, payload=b"{}")


def test_a_map_that_is_opened_while_the_window_is_held_shows_the_instant_of_the_pause(
    qtbot: QtBot, session: Session, focus: Focus
) -> None:
    view = MapView(session, focus)
    qtbot.addWidget(view)
    focus.hold(session.store.next_seq)
    put(session, [*orders(40, first=20), published("order.novel", "new", "new", LATER)])
    view.choice.choose(1)
    assert sum(talker.count for talker in view.talkers.talkers.items) == len(published_rows(session, 20))
    view.choice.choose(0)
    assert not any(node.name == "order.novel" for node in view.canvas.picture.nodes)
    focus.hold(None)
    assert any(node.name == "order.novel" for node in view.canvas.picture.nodes)


def test_a_gauge_that_goes_on_changes_nothing_in_a_held_window(qtbot: QtBot, session: Session, focus: Focus) -> None:
    put(session, [told(1), told(2)])
    view = GaugesView(session, focus)
    qtbot.addWidget(view)
    put(session, [told(3)])
    focus.hold(session.store.next_seq)
    put(session, [told(4)])
    view.tick()
    assert card_of(view.list.cards.items[0]).figure == "3"
    focus.hold(None)
    assert card_of(view.list.cards.items[0]).figure == "4"


def test_errors_that_come_later_bring_no_trace_into_a_held_list(qtbot: QtBot, session: Session, focus: Focus) -> None:
    view = TraceView(session, focus)
    qtbot.addWidget(view)
    focus.hold(session.store.next_seq)
    whole = next(trace for trace in session.traces.recent(50) if not trace.errors)
    before = len(session.traces.recent(50, errors_only=True))
    failed = next(row for row in order(3, LATER) if row.phase == 2)._replace(correlation_id=whole.correlation_id)
    put(session, [failed._replace(phase=3)])
    assert len(session.traces.recent(50, errors_only=True)) == before + 1
    view.list.errors_only.setChecked(True)
    assert whole.correlation_id not in {trace.correlation_id for trace in view.list.list.cards.items}


def test_streams_of_a_held_window_end_at_its_instant(qtbot: QtBot, session: Session, focus: Focus) -> None:
    put(session, [version(1), version(2)])
    view = TraceView(session, focus)
    qtbot.addWidget(view)
    view.show()
    focus.hold(session.store.next_seq)
    put(session, [version(3)])
    focus.select_trace("stream")
    view.pages.choice.choose(STREAMS)
    assert [line.version for line in view.pages.streams.lines.items if line.version] == [1, 2]


def test_chips_of_a_held_window_count_no_further(
    qtbot: QtBot, session: Session, focus: Focus, matches: Matches
) -> None:
    bar = FilterBar(session, focus, matches)
    qtbot.addWidget(bar)
    bar.tick()
    counts = {name: chip.count for name, chip in bar.chips.chips.items()}
    focus.hold(session.store.next_seq)
    put(session, [*orders(5, first=20), published("novel.thing", "n", "n", LATER)])
    bar._refreshed = 0.0
    bar.tick()
    assert {name: chip.count for name, chip in bar.chips.chips.items()} == counts
    focus.hold(None)
    bar._refreshed = 0.0
    bar.tick()
    assert "novel" in bar.chips.chips


def test_clearing_empties_lists_that_are_being_read(qtbot: QtBot, session: Session, focus: Focus) -> None:
    put(session, orders(80, first=20))
    traces, latency, findings = TraceView(session, focus), LatencyView(session, focus), FindingsView(session, focus)
    for view in (traces, latency, findings):
        qtbot.addWidget(view)
        view.resize(700, 200)
        view.show()
    lists = (traces.list.list, latency.breaches.list)
    latency._list_breaches()
    for each in lists:
        each.verticalScrollBar().setValue(20)
        assert each.read
    session.clear()
    traces.refresh()
    latency._list_breaches()
    assert [len(each.cards.items) for each in lists] == [0, 0]
    session.undo_clear()
    traces.refresh()
    latency._list_breaches()
    assert all(each.cards.items for each in lists)


def published_rows(session: Session, first_orders: int) -> list[Record]:
    """Rows in which the first orders were published."""
    return [row for row in orders(first_orders) if row.phase == 0]

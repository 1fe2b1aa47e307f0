"""The subscription map: stable places, ways through it, and the same facts in a table."""

from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt

from app.filter.query import parse
from app.topology.map import MapEdge, MapNode, NodeKind, TopologyMap
from eventscope.connector import Declaration, DeclaredSubscription
from eventscope.step import Phase
from tests.widgets.capture import MS, SECOND, Capture, busy, handled, published
from widgets.focus import Focus
from widgets.look.theme import apply_theme
from widgets.map.canvas import MapCanvas
from widgets.map.groups import MOST_NODES, readable
from widgets.map.items import Light, node_width
from widgets.map.talkers import FIELDS
from widgets.map.view import MapView

HOSTILE = '<b>bold</b>" or type:*\n\u202eevil'


@pytest.fixture
def focus(qtbot: Any) -> Focus:
    return Focus()


def view_of(qtbot: Any, capture: Capture, focus: Focus) -> MapView:
    view = MapView(capture, focus)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.move(2_000, 2_000)  # away from the pointer
    view.show()
    return view


def shop() -> Capture:
    return busy(5, until=time.time_ns())


def id_of(canvas: MapCanvas, name: str) -> str:
    return next(node.id for node in canvas.picture.nodes if node.name == name)


def spot(canvas: MapCanvas, name: str) -> QPoint:
    return canvas.mapFromScene(canvas.map.nodes[id_of(canvas, name)].box.center())


def test_empty_it_says_what_to_do(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, Capture(), focus)
    assert view._pages.currentIndex() == 0


def test_producers_types_and_subscriptions_stand_in_layers(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, shop(), focus)
    canvas = view.canvas
    lefts = [
        canvas.map.nodes[id_of(canvas, name)].box.left()
        for name in ("payment_service", "payment.processed", "Loyalty.award")
    ]
    assert lefts == sorted(set(lefts))
    assert "event types" in view._facts.text()


def test_every_name_fits_into_its_box(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, shop(), focus)
    canvas = view.canvas
    assert all(item.box.width() >= node_width(item.node) for item in canvas.map.nodes.values())


def test_boxes_do_not_overlap(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, shop(), focus)
    boxes = [item.box for item in view.canvas.map.nodes.values()]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_once_touched_a_new_node_moves_no_other(qtbot: Any, focus: Focus) -> None:
    capture = shop()
    view = view_of(qtbot, capture, focus)
    canvas = view.canvas
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    before = {id_: item.box for id_, item in canvas.map.nodes.items()}
    now = time.time_ns()
    capture.feed([published(f"extra.event{n}", f"x{n}", "x", now, producer="newcomer") for n in range(30)], now)
    view.refresh()
    assert {id_: item.box for id_, item in canvas.map.nodes.items() if id_ in before} == before
    assert len(canvas.map.nodes) == len(before) + 31
    view.arrange.click()
    assert any(canvas.map.nodes[id_].box != box for id_, box in before.items())


def test_untouched_it_arranges_itself_as_it_grows(qtbot: Any, focus: Focus) -> None:
    capture = Capture()
    view = view_of(qtbot, capture, focus)
    busy(3, until=time.time_ns(), capture=capture)
    view.refresh()
    tops = {item.box.top() for item in view.canvas.map.nodes.values()}
    assert min(tops) == 0


def test_a_click_lights_the_way_and_tells_the_facts(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, shop(), focus)
    canvas = view.canvas
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(canvas, "payment.processed"))
    lit = {item.node.name for item in canvas.map.nodes.values() if item.light is Light.LIT}
    assert lit == {"payment_service", "payment.processed", "OrderService.confirm", "Loyalty.award"}
    assert view._facts.text().startswith("payment.processed · event type")
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert all(item.light is Light.PLAIN for item in canvas.map.nodes.values())


def test_arrow_keys_walk_along_edges_and_layers(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, shop(), focus)
    canvas = view.canvas
    canvas.select(id_of(canvas, "payment_service"))
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.selected == id_of(canvas, "payment.processed")
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.map.nodes[canvas.selected or ""].node.kind is NodeKind.SUBSCRIPTION
    here = canvas.map.nodes[canvas.selected or ""].box.top()
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    assert canvas.map.nodes[canvas.selected or ""].box.top() < here
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    assert canvas.map.nodes[canvas.selected or ""].box.top() == here


def test_enter_and_double_click_ask_for_the_events(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, shop(), focus)
    canvas = view.canvas
    asked: list[str] = []
    focus.filter_proposed.connect(asked.append)
    canvas.select(id_of(canvas, "Loyalty.award"))
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(canvas, "order.created"))
    qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(canvas, "order_service"))
    assert asked == ["subscription:Loyalty.award", "type:order.created", "producer:order_service"]
    assert all(parse(text) for text in asked)


def test_typing_finds_nodes_and_enter_goes_from_one_to_the_next(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, shop(), focus)
    qtbot.keyClicks(view.canvas, "s")
    assert view.search.text() == "s"
    qtbot.keyClicks(view.search, "hip")
    plain = {item.node.name for item in view.canvas.map.nodes.values() if item.light is not Light.DIM}
    assert {"shipping_service", "shipping.created", "order.shipped", "ShippingService.ship"} <= plain
    assert "payment.processed" not in plain
    reached = set()
    for _ in range(len(plain)):
        qtbot.keyClick(view.search, Qt.Key.Key_Return)
        reached.add(view.canvas.map.nodes[view.canvas.selected or ""].node.name)
    assert reached == plain


def test_a_declared_subscription_that_never_fired_is_shown_and_marked(qtbot: Any, focus: Focus) -> None:
    capture = shop()
    dead = DeclaredSubscription("loyalty_points", types=("loyalty.redeemed",), handler="Loyalty.redeem")
    capture.topology.declare("demo", Declaration("bus", (dead,)))
    view = view_of(qtbot, capture, focus)
    view.canvas.select(id_of(view.canvas, "loyalty_points"))
    assert "never fired" in view._facts.text()
    assert "1 never fired" in _summary(view)


def _summary(view: MapView) -> str:
    view.canvas.select(None)
    view.refresh()
    return view._facts.text()


def test_a_failing_subscription_is_marked(qtbot: Any, focus: Focus) -> None:
    capture, now = Capture(), time.time_ns()
    for n in range(20):
        event = published("a.b", f"e{n}", "t", now - SECOND + n * 10 * MS)
        rows = handled(event, "shaky", event.occurred_at, 1, 1, end_as=Phase.FAILED, error="no")
        capture.feed([event, *rows], event.occurred_at)
    view = view_of(qtbot, capture, focus)
    view.canvas.select(id_of(view.canvas, "shaky"))
    assert "failing now: 100% of attempts" in view._facts.text()
    view.grab()


def test_nothing_moves_while_the_window_is_held(qtbot: Any, focus: Focus) -> None:
    capture = shop()
    view = view_of(qtbot, capture, focus)
    focus.hold(capture.store.next_seq)
    counts = {id_: item.node.count for id_, item in view.canvas.map.nodes.items()}
    busy(1, until=time.time_ns() + SECOND, capture=capture)
    view._due = 0.0
    view.tick()
    assert {id_: item.node.count for id_, item in view.canvas.map.nodes.items()} == counts
    focus.hold(None)
    assert {id_: item.node.count for id_, item in view.canvas.map.nodes.items()} != counts


def test_hostile_names_stay_inert_and_are_quoted_in_filters(qtbot: Any, focus: Focus) -> None:
    capture, now = Capture(), time.time_ns()
    event = published(HOSTILE, "h", "t", now, producer=HOSTILE)
    capture.feed([event, *handled(event, HOSTILE, now, 1, 1)], now)
    view = view_of(qtbot, capture, focus)
    view.grab()
    item = next(item for item in view.canvas.map.nodes.values() if item.node.kind is NodeKind.TYPE)
    assert "<b>" not in item.toolTip()
    asked: list[str] = []
    focus.filter_proposed.connect(asked.append)
    view.canvas.select(item.node.id)
    assert "\n" not in view._facts.text()
    qtbot.keyClick(view.canvas, Qt.Key.Key_Return)
    chunk = capture.store.chunks[0]
    assert parse(asked[0]).mask(chunk, 0, chunk.rows).all()
    other = capture.feed([published("innocent", "i", "u", now)], now)
    assert not parse(asked[0]).mask(chunk, 0, chunk.rows)[other - chunk.first_seq]


def test_a_huge_map_is_grouped_and_its_sums_stay_right() -> None:
    types = [
        MapNode(f"t{n}", NodeKind.TYPE, "bus", f"cat{n % 5}.type{n}", f"cat{n % 5}", count=n, last_seen=n + 1)
        for n in range(200)
    ]
    subs = [MapNode(f"s{n}", NodeKind.SUBSCRIPTION, "bus", f"Service{n % 7}.handler{n}", count=n) for n in range(300)]
    edges = [
        MapEdge(f"t{n % 200}", f"s{n}", "bus", count=n, rate=1.0, error_share=0.5, last_seen=n) for n in range(300)
    ]
    picture = readable(TopologyMap([*types, *subs], edges))
    assert len(picture.nodes) == 12 <= MOST_NODES
    assert sum(node.count for node in picture.nodes) == sum(node.count for node in (*types, *subs))
    assert sum(edge.count for edge in picture.edges) == sum(edge.count for edge in edges)
    assert {edge.error_share for edge in picture.edges} == {0.5}
    assert any(node.name == "cat0 · 40 types" for node in picture.nodes)


def test_even_names_without_anything_in_common_are_grouped_in_the_end() -> None:
    nodes = [MapNode(f"p{n}", NodeKind.PRODUCER, "bus", f"p{n}", count=1) for n in range(5_000)]
    picture = readable(TopologyMap(nodes, []))
    assert len(picture.nodes) <= MOST_NODES
    assert sum(node.count for node in picture.nodes) == 5_000


def test_a_map_that_can_be_read_is_left_alone() -> None:
    picture = TopologyMap([MapNode("t", NodeKind.TYPE, "bus", "a.b", "a")], [])
    assert readable(picture) is picture


def test_top_talkers_are_sorted_by_rate_and_can_be_sorted_otherwise(
    qtbot: Any, qtmodeltester: Any, focus: Focus
) -> None:
    view = view_of(qtbot, shop(), focus)
    view.choice.choose(1)
    talkers = view.talkers.talkers
    qtmodeltester.check(talkers)
    rates = [talker.rate for talker in talkers.items]
    assert len(rates) == 8
    assert rates == sorted(rates, reverse=True)
    view.talkers.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    types = [talkers.index(row, 0).data() for row in range(talkers.rowCount())]
    assert types == sorted(types)
    assert [talkers.headerData(c, Qt.Orientation.Horizontal) for c in range(talkers.columnCount())] == [
        f.title for f in FIELDS
    ]


def test_top_talkers_keep_their_order_under_the_pointer(qtbot: Any, focus: Focus) -> None:
    capture = shop()
    view = view_of(qtbot, capture, focus)
    view.choice.choose(1)
    view.talkers.horizontalHeader().setSortIndicator(5, Qt.SortOrder.DescendingOrder)
    before = [talker.type for talker in view.talkers.talkers.items]
    view.talkers.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
    now = time.time_ns()
    capture.feed([published("order.shipped", f"m{n}", "m", now, producer="shipping_service") for n in range(500)], now)
    view.refresh()
    assert [talker.type for talker in view.talkers.talkers.items] == before
    view.talkers.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    view.refresh()
    assert view.talkers.talkers.items[0].type == "order.shipped"


def test_a_talker_proposes_its_filter(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, shop(), focus)
    view.choice.choose(1)
    with qtbot.waitSignal(focus.filter_proposed) as proposed:
        view.talkers.activated.emit(view.talkers.talkers.index(0, 0))
    talker = view.talkers.talkers.items[0]
    assert proposed.args == [f"type:{talker.type} producer:{talker.producer}"]


def test_a_change_of_theme_recolours_it(qtbot: Any, qapp: Any, focus: Focus) -> None:
    view = view_of(qtbot, shop(), focus)
    canvas = view.canvas
    light = []
    for choice in ("light", "dark"):
        apply_theme(qapp, choice)  # type: ignore[arg-type]
        light.append(canvas.viewport().grab().toImage().pixelColor(2, 2).lightness())
    apply_theme(qapp, "light")
    assert light[0] > 200 > 60 > light[1]


def test_zero_shows_the_whole_map_again(qtbot: Any, focus: Focus) -> None:
    view = view_of(qtbot, shop(), focus)
    canvas = view.canvas
    whole = canvas.transform().m11()
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.transform().m11() > whole
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.transform().m11() == pytest.approx(whole)


def test_an_event_without_handler_is_told(qtbot: Any, focus: Focus) -> None:
    capture, now = Capture(), time.time_ns()
    capture.feed([published("cart.abandoned", "c", "t", now, fanout=0)], now)
    view = view_of(qtbot, capture, focus)
    view.canvas.select(id_of(view.canvas, "cart.abandoned"))
    assert "nobody handles it" in view._facts.text()

"""Brokers on the map: shapes, figures, findings, ages, filters, and the log of changes."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QMenu

from app.filter.query import parse
from app.session import Session
from app.topology.map import MapNode, NodeKind, TopologyMap
from eventscope.connector import Chart, Figures, LinkKind, Place, PlaceKind
from tests.widgets.brokers import KAFKA_SOURCE, RABBIT, RABBIT_SOURCE, chart_brokers, kafka, rabbit, seen, two_brokers
from tests.widgets.capture import SECOND, Capture
from widgets.focus import Focus
from widgets.map.canvas import MapCanvas
from widgets.map.chips import chips_of
from widgets.map.facts import edge_facts, short
from widgets.map.findings_view import FindingsView
from widgets.map.groups import MOST_NODES, readable
from widgets.map.items import node_width
from widgets.map.layout import curve
from widgets.map.shapes import outline
from widgets.map.view import MapView


@pytest.fixture
def focus(qtbot: Any) -> Focus:
    return Focus()


@pytest.fixture
def capture() -> Capture:
    return two_brokers(Capture(), time.time_ns())


@pytest.fixture
def view(qtbot: Any, capture: Capture, focus: Focus) -> MapView:
    made = MapView(capture, focus)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(1_100, 700)
    made.move(2_000, 2_000)  # away from the pointer
    made.show()
    return made


def id_of(canvas: MapCanvas, name: str) -> str:
    return next(node.id for node in canvas.picture.nodes if node.name == name)


def facts_of(view: MapView, name: str) -> str:
    view.canvas.select(id_of(view.canvas, name))
    return view._facts.text()


def left_of(canvas: MapCanvas, name: str) -> float:
    return canvas.map.nodes[id_of(canvas, name)].box.left()


def test_messages_run_from_left_to_right(view: MapView) -> None:
    canvas = view.canvas
    for way in (
        ("web-shop", "shop.events", "pay", "billing-worker"),
        ("order-service", "orders", "warehouse", "wh-1@10.0.0.7"),
    ):
        lefts = [left_of(canvas, name) for name in way]
        assert lefts == sorted(set(lefts))
    view.grab()


def test_kinds_have_shapes_of_their_own() -> None:
    box = QRectF(0, 0, 120, 22)
    shapes = {kind: outline(kind, box) for kind in NodeKind}
    assert shapes[NodeKind.EXCHANGE] == shapes[NodeKind.TOPIC] != shapes[NodeKind.QUEUE] == shapes[NodeKind.GROUP]
    assert shapes[NodeKind.PRODUCER] == shapes[NodeKind.CONSUMER] != shapes[NodeKind.TYPE]
    assert all(box.contains(shape.boundingRect()) for shape in shapes.values())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pay", ["queue", f"on {RABBIT}", "2 messages ready", "3 unacknowledged", "2 consumers"]),
        ("mail", ["has no consumer", "they become more"]),
        ("audit", ["routes nowhere", "declared, not seen yet"]),
        ("analytics", ["consumer group", "1,300 behind", "0 members", "stands still"]),
        ("orders", ["topic", "3 partitions", "read by this monitor", "types orders.changed"]),
        ("orders.DLT", ["4 dead letters"]),
    ],
)
def test_a_place_tells_its_figures_and_its_troubles(view: MapView, name: str, words: list[str]) -> None:
    told = facts_of(view, name)
    assert all(word in told for word in words), told


def test_figures_are_chips_and_keep_their_room() -> None:
    waiting = MapNode("q", NodeKind.QUEUE, "b", "q", figures=Figures(depth=1_234, unacked=5, consumers=1))
    assert [(chip.text, chip.tone) for chip in chips_of(waiting)] == [("1.2k", "muted"), ("5", "muted")]
    assert chips_of(replace(waiting, figures=Figures(depth=3, consumers=0)))[0].tone == "high"
    assert chips_of(replace(waiting, figures=Figures(depth=3, dead_letters=3, consumers=0)))[0].icon == "skull"
    assert chips_of(replace(waiting, figures=Figures())) == []
    assert node_width(waiting) == node_width(replace(waiting, figures=Figures()))


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (1_000, "1.0k"), (12_345, "12k"), (3_400_000, "3.4M"), (10**12, "1000G")],
)
def test_counts_are_short(count: int, text: str) -> None:
    assert short(count) == text


def test_what_was_seen_and_is_not_told_is_marked(qtbot: Any, capture: Capture, view: MapView) -> None:
    now = time.time_ns()
    capture.feed([seen("x.y", "gone[0]@1", now, None)], now, KAFKA_SOURCE)
    view.refresh()
    assert "the broker does not tell of it" in facts_of(view, "gone")
    view.grab()


def test_an_old_chart_says_how_old_it_is(qtbot: Any, focus: Focus) -> None:
    capture = Capture()
    capture.topology.chart(RABBIT_SOURCE, rabbit(time.time_ns() - 200 * SECOND))
    view = MapView(capture, focus)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    assert "ago" in view._facts.text()
    assert f"{RABBIT}: as told at" in view._facts.text()
    assert "ago" in facts_of(view, "pay")
    view.grab()


def test_a_note_on_what_is_missing_is_told(view: MapView) -> None:
    assert "2 groups are hidden, as the user lacks Describe on them" in view._facts.text()


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("shop.events", {"shop.events → order.paid", "shop.events → order.created", "shop.events → order.refunded"}),
        ("pay", {"shop.events → order.paid", "shop.events → order.refunded"}),
        ("mail", {"shop.events → order.paid", "shop.events → order.created", "shop.events → order.refunded"}),
        ("orders", {"orders"}),
        ("analytics", {"orders"}),
        ("warehouse", {"orders", "payments"}),
    ],
)
def test_the_events_of_a_place_are_one_step_away(
    qtbot: Any, capture: Capture, view: MapView, focus: Focus, name: str, matches: set[str]
) -> None:
    view.canvas.select(id_of(view.canvas, name))
    with qtbot.waitSignal(focus.filter_proposed) as proposed:
        qtbot.keyClick(view.canvas, Qt.Key.Key_Return)
    chunk = capture.store.chunks[0]
    mask = parse(proposed.args[0]).mask(chunk, 0, chunk.rows)
    values = chunk.dictionaries["channel"].values
    found = {str(values[code]).partition("[")[0] for code in chunk.channel[: chunk.rows][mask]}
    assert found == matches


def test_the_menu_of_a_place_shows_its_events_and_copies_its_name(qtbot: Any, view: MapView) -> None:
    canvas = view.canvas
    spot = canvas.mapFromScene(canvas.map.nodes[id_of(canvas, "pay")].box.center())
    canvas.contextMenuEvent(QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, canvas.mapToGlobal(spot)))
    (menu,) = canvas.findChildren(QMenu)
    actions = {action.text(): action for action in menu.actions()}
    assert actions["Show only these events"].isEnabled()
    actions["Copy name"].trigger()
    assert QGuiApplication.clipboard().text() == "pay"
    menu.close()


def test_edges_back_and_beside_a_layer_keep_out_of_the_boxes() -> None:
    left, right, below = QRectF(0, 0, 100, 22), QRectF(200, 40, 100, 22), QRectF(0, 80, 100, 22)
    back, aside = curve(right, left), curve(left, below)
    assert back.pointAtPercent(0).x() == right.left()
    assert back.currentPosition().x() == left.right()
    assert aside.boundingRect().left() >= left.right()


def test_a_way_of_dead_letters_says_so(view: MapView) -> None:
    canvas = view.canvas
    edge = next(item.edge for item in canvas.map.edges.values() if item.edge.kind is LinkKind.DEAD_LETTER)
    ends = canvas.map.nodes[edge.source].node, canvas.map.nodes[edge.target].node
    assert edge_facts(edge, *ends) == "pay → dead-letters · what dies goes this way"


def test_the_legend_explains_what_is_in_the_picture(qtbot: Any, capture: Capture, view: MapView) -> None:
    def words() -> str:
        return " ".join(entry._label.text() for entry in view.legend.findChildren(object) if hasattr(entry, "_label"))

    assert all(word in words() for word in ("exchange", "topic", "queue", "group", "dead letters", "never seen"))
    assert "event type" not in words()
    view.explain.click()
    assert not view.legend.isVisible()


def test_places_stay_where_they_are_when_figures_change(qtbot: Any, capture: Capture, view: MapView) -> None:
    before = {id_: item.box for id_, item in view.canvas.map.nodes.items()}
    capture.topology.chart(RABBIT_SOURCE, rabbit(time.time_ns(), waiting=123_456, dead=9_999))
    view.refresh()
    assert {id_: item.box for id_, item in view.canvas.map.nodes.items()} == before


def test_thousands_of_queues_are_grouped_and_their_figures_add_up(qtbot: Any) -> None:
    capture = Capture()
    queues = tuple(Place(PlaceKind.QUEUE, f"q{n}", Figures(depth=1, consumers=n % 2)) for n in range(1_500))
    capture.topology.chart("r", Chart("one", queues[:900], (), time.time_ns()))
    capture.topology.chart("s", Chart("two", queues[900:], (), time.time_ns()))
    picture = readable(capture.topology.map())
    assert len(picture.nodes) <= MOST_NODES
    assert sum(node.figures.depth for node in picture.nodes) == 1_500
    assert {node.name for node in picture.nodes} == {"one · 900 queues", "two · 600 queues"}


def test_hostile_names_of_places_stay_inert(qtbot: Any, focus: Focus) -> None:
    capture, hostile = Capture(), '<b>x</b>" or \n\u202etype:*'
    capture.topology.chart(
        "r", Chart("b", (Place(PlaceKind.EXCHANGE, hostile, text="<i>"),), (), time.time_ns(), hostile)
    )
    view = MapView(capture, focus)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.grab()
    (item,) = view.canvas.map.nodes.values()
    assert "<b>" not in item.toolTip()
    assert "\n" not in view._facts.text()
    asked: list[str] = []
    focus.filter_proposed.connect(asked.append)
    view.canvas.select(item.node.id)
    qtbot.keyClick(view.canvas, Qt.Key.Key_Return)
    assert parse(asked[0])


def test_an_empty_map_has_an_empty_legend(qtbot: Any) -> None:
    view = MapView(Capture(), Focus())  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.legend.show_kinds(TopologyMap())
    view.grab()


@pytest.fixture
def findings(qtbot: Any, empty_session: Session, focus: Focus) -> FindingsView:
    chart_brokers(empty_session.topology, time.time_ns())
    made = FindingsView(empty_session, focus)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


def test_findings_at_brokers_say_since_when_and_lead_to_the_place(
    qtbot: Any, findings: FindingsView, empty_session: Session
) -> None:
    notes = {note.kind: note for note in findings.list.cards.items}
    assert {"no consumer", "routes nowhere", "stands still", "dead letters", "not acknowledged"} <= set(notes)
    assert notes["no consumer"].since < time.time_ns() - 30 * SECOND
    assert all(parse(note.filter) for note in notes.values() if note.filter)
    ids = {node.id for node in empty_session.topology.map().nodes}
    assert all(note.node in ids for note in notes.values() if note.node)


def test_changes_at_the_brokers_are_listed_newest_first_and_lead_to_the_place(
    qtbot: Any, qtmodeltester: Any, findings: FindingsView, empty_session: Session
) -> None:
    qtmodeltester.check(findings.changes.list.cards)
    sentences = [
        findings.changes.list.cards.index(row, 0).data() for row in range(findings.changes.list.cards.rowCount())
    ]
    assert any("Queue mail lost its last consumer" in sentence for sentence in sentences)
    with qtbot.waitSignal(findings.node_wanted) as wanted:
        findings.changes.list.setCurrentIndex(findings.changes.list.cards.index(0, 0))
    assert wanted.args[0] in {node.id for node in empty_session.topology.map().nodes}
    empty_session.topology.chart(KAFKA_SOURCE, replace(kafka(time.time_ns()), places=()))
    qtbot.waitUntil(lambda: findings.refresh() or "gone" in findings.changes.list.cards.index(0, 0).data())
    findings.grab()


def test_without_brokers_there_is_no_list_of_changes(qtbot: Any, empty_session: Session, focus: Focus) -> None:
    made = FindingsView(empty_session, focus)
    qtbot.addWidget(made)
    made.show()
    assert not made.changes.isVisible()


def test_a_node_that_is_gone_can_still_be_asked_for(view: MapView) -> None:
    view.show_node("queue\x1fnowhere\x1fgone")
    assert view.canvas.selected is None
    assert view.canvas.item_at(QPoint(-50, -50)) is None

"""The detail view: shows what is selected, and says why when there is nothing to show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hostile import PAYLOADS
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from app.detail import reading as reading_module
from app.filter.query import parse
from app.marks import Mark
from app.session import Session
from app.store.store import Store
from connectors.registry import open_source
from eventscope.connector import Block, Record
from tests.widgets.detail_world import NEW, created, field, idle, marked_text, orders, until
from widgets.detail import reader
from widgets.detail.copy_menu import copy_menu
from widgets.detail.detail import GONE, NOTHING_SELECTED, DetailView
from widgets.detail.field_menu import field_menu
from widgets.detail.panes import NO_PAYLOAD, NO_TEXT
from widgets.focus import Focus


@pytest.fixture
def view(qtbot: Any, focus: Focus) -> DetailView:
    made = DetailView(orders(), focus)
    qtbot.addWidget(made)
    made.resize(400, 700)
    made.show()
    focus.select_event(2)
    return made


def entries(menu: QMenu) -> dict[str, Any]:
    """The entries of a menu by what they say, of those in submenus too."""
    found = {}
    for action in menu.actions():
        found[action.text().split(":")[0]] = action
        if action.menu() is not None:
            found |= {f"{action.text()} ▸ {name}": each for name, each in entries(action.menu()).items()}  # type: ignore[arg-type]
    return found


def test_it_says_what_to_do_when_nothing_is_selected(focus: Focus, session: Session) -> None:
    assert DetailView(session, focus).empty.text() == NOTHING_SELECTED


def test_the_summary_stands_first_and_the_groups_in_their_order(view: DetailView) -> None:
    assert view.head.title.text() == "order.created"
    assert view.head.number.text() == "#2"
    assert "by order_service" in view.head.subtitle.text()
    names = [branch.name for branch in view.panes.tree.fields.groups()]
    assert names == ["Envelope", "Headers", "Payload (json)", "Source facts"]
    assert field(view, "Envelope", "type").text == "order.created"


def test_it_says_when_the_event_was_evicted(focus: Focus) -> None:
    session = Session()
    session.store = Store(1 << 20)
    view = DetailView(session, focus)
    for _ in range(40):
        session.intake.put("s", Block.of([Record(type="t", payload=b"x" * 1_000)] * 100))
    session.drain(60)
    focus.select_event(1)
    assert view._pages.currentIndex() == 0
    assert view.empty.text() == GONE


def test_what_was_read_stays_when_the_event_goes(view: DetailView) -> None:
    view.tick()
    assert view.head.gone.isHidden()
    view._session.store.clear()
    view.tick()
    assert not view.head.gone.isHidden()
    assert field(view, "Envelope", "type").text == "order.created"


def test_a_step_of_a_handler_shows_the_payload_it_handled(session: Session, focus: Focus) -> None:
    view = DetailView(session, focus)
    step = next(s for s in range(1, session.store.next_seq) if session.store.event(s).payload is None)
    focus.select_event(step)
    assert view.panes.text.line(0).text == "{"


def test_a_chosen_field_shows_its_bytes_below_and_in_the_text(view: DetailView) -> None:
    view.panes.tree.reveal(field(view, "Payload", "items[1].sku"))
    assert marked_text(view) == '"B1"'
    view.panes.tree.reveal(field(view, "Payload", "items"))
    assert json.loads(marked_text(view)) == NEW["items"]
    view.panes.tree.reveal(field(view, "Envelope", "type"))
    assert marked_text(view) == ""


def test_what_was_opened_and_chosen_stays_so_in_the_next_event(view: DetailView, focus: Focus) -> None:
    tree = view.panes.tree
    tree.reveal(field(view, "Payload", "items[0].qty"))
    tree.collapse(tree.fields.index_of(tree.fields.groups()[0]))
    focus.select_event(1)
    assert tree.current is not None
    assert (tree.current.path, tree.current.text) == ("items[0].qty", "1")
    assert marked_text(view) == "1"
    assert not tree.isExpanded(tree.fields.index_of(tree.fields.groups()[0]))
    focus.select_event(2)
    assert (tree.current.path, tree.current.text) == ("items[0].qty", "2")


def test_a_click_on_a_byte_chooses_its_field(view: DetailView, qtbot: Any) -> None:
    area = view.panes.bytes
    byte = view.panes.document.data.index(b"129.9") + 1
    area.reveal(byte)
    (x, width), _ = area.spans(area.row_of(byte), byte, byte + 1)
    at = QPoint(round(x + width / 2) + 6, area.row_rect(area.row_of(byte)).center().y())
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert view.panes.tree.current is not None
    assert view.panes.tree.current.path == "total"
    assert marked_text(view) == "129.9"


def test_a_click_in_the_text_chooses_the_field_as_well(view: DetailView, qtbot: Any) -> None:
    view.panes.tabs.setCurrentIndex(1)
    area = view.panes.text
    byte = view.panes.document.data.index(b"B1")
    row = area.row_of(byte)
    ((x, _),) = area.spans(row, byte, byte + 1)
    qtbot.mouseClick(
        area.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(x) + 9, area.row_rect(row).center().y())
    )
    assert view.panes.tree.current is not None
    assert view.panes.tree.current.path == "items[1].sku"


def test_any_field_becomes_a_filter_that_finds_its_event(view: DetailView, focus: Focus) -> None:
    store = view._session.store
    proposed: list[str] = []
    focus.filter_proposed.connect(proposed.append)
    for group, name in (
        ("Envelope", "key"), ("Envelope", "priority"), ("Envelope", "correlation"), ("Envelope", "occurred"),
        ("Headers", "x-tenant"), ("Payload", "total"), ("Payload", "items[1].sku"), ("Source facts", "channel"),
        ("Source facts", "size"),
    ):  # fmt: skip
        event = store.event(2)
        entries(field_menu(view, focus, event, field(view, group, name)))["Apply as filter"].trigger()
        assert parse(proposed[-1]).mask(store.chunks[0], 1, 2)[0], proposed[-1]
    assert proposed[5:7] == ["payload.total:129.9", "payload.items[1].sku:B1"]


def test_a_filter_can_be_joined_prepared_and_widened_to_any_element(view: DetailView, focus: Focus) -> None:
    joined, prepared, proposed = [], [], []
    focus.filter_joined.connect(lambda *told: joined.append(told))
    focus.filter_prepared.connect(prepared.append)
    focus.filter_proposed.connect(proposed.append)
    menu = entries(field_menu(view, focus, view._session.store.event(2), field(view, "Payload", "items[1].sku")))
    for name in ("… and this", "… or this", "… and not this", "Prepare as filter ▸ … and this"):
        menu[name].trigger()
    menu["Prepare as filter ▸ Not this"].trigger()
    menu["Filter on any element"].trigger()
    clause = "payload.items[1].sku:B1"
    assert joined == [(clause, "and", True), (clause, "or", True), (clause, "not", True), (clause, "and", False)]
    assert prepared == [f"-{clause}"]
    assert proposed == ["payload.items[*].sku:B1"]


def test_any_field_becomes_a_column(view: DetailView, focus: Focus) -> None:
    wanted: list[str] = []
    focus.column_wanted.connect(wanted.append)
    for group, name in (("Payload", "items[0].qty"), ("Headers", "x-tenant"), ("Envelope", "producer")):
        entries(field_menu(view, focus, view._session.store.event(2), field(view, group, name)))[
            "Apply as column"
        ].trigger()
    assert wanted == ["payload.items[0].qty", "header.x-tenant", "producer"]


def test_odd_names_make_filters_as_well(focus: Focus, qtbot: Any) -> None:
    odd = {"a b": 1, "c.d": 2, 'e"f\\': 3, "": 4, "é": 5, "[0]": 6}
    view = DetailView(orders(created(3, odd, headers='[["x y", "z"]]')), focus)
    qtbot.addWidget(view)
    focus.select_event(3)
    proposed: list[str] = []
    focus.filter_proposed.connect(proposed.append)
    (branch,) = (group for group in view.panes.tree.fields.groups() if group.name == "Payload (json)")
    for row in (*branch.children, field(view, "Headers", '"x y"')):
        entries(field_menu(view, focus, view._session.store.event(3), row))["Apply as filter"].trigger()
        assert parse(proposed[-1]).mask(view._session.store.chunks[0], 0, 3).tolist() == [False, False, True]


def test_what_holds_more_than_one_value_makes_no_filter(view: DetailView, focus: Focus) -> None:
    menu = entries(field_menu(view, focus, view._session.store.event(2), field(view, "Payload", "items")))
    assert not menu["Apply as filter"].isEnabled()
    assert menu["Apply as column"].isEnabled()


def test_values_and_paths_are_copied(view: DetailView, focus: Focus) -> None:
    clipboard = QGuiApplication.clipboard()
    menu = entries(field_menu(view, focus, view._session.store.event(2), field(view, "Payload", "items[0]")))
    menu["Copy value"].trigger()
    assert json.loads(clipboard.text()) == {"sku": "A7", "qty": 2}
    menu["Copy path"].trigger()
    assert clipboard.text() == "payload.items[0]"


def test_the_find_key_looks_in_the_event_and_goes_from_hit_to_hit(view: DetailView, qtbot: Any) -> None:
    view.panes.tree.setFocus()
    qtbot.keyClick(view.panes.tree, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert not view.find_bar.isHidden()
    view.find_bar.edit.setText("sku")
    view.find_bar.wanted.emit("sku")
    assert view.find_bar.count.text() == "1 of 2"
    assert view.panes.tree.current.path == "items[0].sku"  # type: ignore[union-attr]
    qtbot.keyClick(view.find_bar.edit, Qt.Key.Key_Return)
    assert view.panes.tree.current.path == "items[1].sku"  # type: ignore[union-attr]
    qtbot.keyClick(view.find_bar.edit, Qt.Key.Key_Return)
    assert view.find_bar.count.text() == "1 of 2"
    qtbot.keyClick(view.find_bar.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert view.find_bar.count.text() == "2 of 2"
    qtbot.keyClick(view.find_bar.edit, Qt.Key.Key_Escape)
    assert view.find_bar.isHidden()
    assert view.panes.text.hits == []


def test_within_the_detail_the_find_key_is_not_that_of_the_window(focus: Focus, qtbot: Any) -> None:
    window, pressed = QMainWindow(), []
    qtbot.addWidget(window)
    view = DetailView(orders(), focus)
    window.setCentralWidget(view)
    for key in ("Ctrl+F", "F3"):
        action = QAction(key, window, shortcut=key)
        action.triggered.connect(lambda: pressed.append(1))
        window.addAction(action)
    window.show()
    qtbot.waitActive(window)
    focus.select_event(2)
    for part in (view.panes.tree, view.panes.bytes):
        part.setFocus()
        qtbot.keyClick(part, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(part, Qt.Key.Key_F3)
        assert not view.find_bar.isHidden()
        view.find_bar.close_bar()
    assert not pressed


def test_fields_outside_of_the_payload_are_found_in_the_tree(view: DetailView) -> None:
    view.find_bar.open("order")
    assert view.panes.tree.current.path == "type"  # type: ignore[union-attr]
    rows = len(view.finder.stops())
    view.panes.tabs.setCurrentIndex(1)
    assert 0 < len(view.finder.stops()) < rows


def test_the_search_goes_on_in_the_next_event(view: DetailView, focus: Focus) -> None:
    view.find_bar.open("coupon")
    assert view.find_bar.count.text() == "none"
    focus.select_event(1)
    assert view.find_bar.count.text() == "1 found"
    view.find_bar.step(1)
    assert view.find_bar.count.text() == "1 of 1"


def test_notes_of_the_developer_are_shown(view: DetailView) -> None:
    marks = view._session.marks
    assert view.head.note.isHidden()
    marks.toggle(2, Mark.MARKED)
    marks.set_comment(2, "why twice?")
    view.tick()
    assert view.head.note.text() == "★ marked · why twice?"


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
async def test_every_hostile_payload_is_shown_in_all_panes(payload: bytes, focus: Focus, qtbot: Any) -> None:
    view = DetailView(orders(created(3, payload), Record(type="t")), focus)
    qtbot.addWidget(view)
    view.resize(400, 700)
    view.show()
    focus.select_event(3)
    await until(lambda: view.detail is not None)
    for tab in range(2):
        view.panes.tabs.setCurrentIndex(tab)
        view.grab()
    if payload:
        view.panes.bytes.pointed.emit(len(payload) - 1)
        view.panes.text.pointed.emit(0)
    assert view.panes.bytes.size_in_bytes == len(payload)


async def test_what_is_no_text_and_what_is_no_payload_is_said(focus: Focus) -> None:
    view = DetailView(orders(created(3, b"\0\1"), Record(type="t")), focus)
    focus.select_event(3)
    assert view.panes._no_text.text() == NO_TEXT
    focus.select_event(4)
    assert view.panes._no_text.text() == NO_PAYLOAD


async def test_a_large_payload_shows_its_beginning_and_then_all_of_it(focus: Focus) -> None:
    big = {"items": [{"sku": number} for number in range(100_000)]}
    view = DetailView(orders(created(3, big)), focus)
    focus.select_event(3)
    assert view.detail is None
    assert view.head.title.text() == "order.created"
    await until(lambda: "decoding" in view.line.text.text())
    assert view.line.text.text() == "Shown 64.0 KB of 1.5 MB · decoding…"
    assert view.panes.text.rows > 10
    await until(lambda: view.detail is not None)
    assert view.line.isHidden()
    assert field(view, "Payload", "items").text == "100,000 entries"
    view.find_bar.open('"sku": 77777}')
    await until(lambda: view.find_bar.count.text() == "1 of 1")
    assert view.panes.tree.current.path == "items[77777].sku"  # type: ignore[union-attr]


async def test_a_large_payload_is_given_up_when_another_event_is_chosen(focus: Focus) -> None:
    view = DetailView(orders(created(3, {"items": list(range(500_000))})), focus)
    focus.select_event(3)
    focus.select_event(2)
    await idle()
    assert view.detail is not None
    assert view.line.isHidden()
    assert view.detail.event.seq == 2


async def test_a_very_large_payload_is_read_when_asked_for(focus: Focus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_AT_ONCE", 100_000)
    view = DetailView(orders(created(3, {"items": list(range(100_000))})), focus)
    focus.select_event(3)
    await until(lambda: not view.line.load_all.isHidden())
    assert view.line.text.text().startswith("Shown 64.0 KB of ")
    assert view.panes.bytes.size_in_bytes > 100_000
    view.line.load_all.click()
    await until(lambda: view.detail is not None)
    assert field(view, "Payload", "items").text == "100,000 entries · 0, 1, 2"


def test_a_payload_of_the_usual_size_is_read_at_once(view: DetailView) -> None:
    assert view.detail is not None
    assert len(view.detail.payload) < reading_module.LARGE


@pytest.mark.parametrize("by_key", [True, False])
def test_the_menu_opens_for_the_field_that_is_meant(view: DetailView, by_key: bool) -> None:
    tree = view.panes.tree
    asked: list[str] = []
    tree.menu_wanted.disconnect()
    tree.menu_wanted.connect(lambda branch, at: asked.append(branch.path))
    tree.reveal(field(view, "Payload", "total"))
    other = field(view, "Payload", "order_id")
    at = tree.visualRect(tree.fields.index_of(other)).center()
    reason = QContextMenuEvent.Reason.Keyboard if by_key else QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(tree.viewport(), QContextMenuEvent(reason, at, tree.viewport().mapToGlobal(at)))
    assert asked == ["total" if by_key else "order_id"]


def test_the_event_is_copied_in_any_form_and_what_was_done_is_said(view: DetailView) -> None:
    assert view.detail is not None
    menu = copy_menu(view, view._session, view.detail, view.line.say)
    forms = {action.text(): action for action in menu.actions()}
    assert list(forms) == [
        "JSON", "text", "filter", "kcat command (Kafka)", "curl command (CloudEvents)", "Python for the bus",
        "pytest fixture",
    ]  # fmt: skip
    forms["JSON"].trigger()
    assert json.loads(QGuiApplication.clipboard().text())["payload"] == NEW
    assert view.line.text.text() == "Copied as JSON."
    forms["pytest fixture"].trigger()
    assert "def order_created() -> Event:" in QGuiApplication.clipboard().text()


def test_it_is_said_how_many_secrets_were_left_out(focus: Focus, qtbot: Any) -> None:
    view = DetailView(orders(created(3, {"password": "hunter2"})), focus)
    qtbot.addWidget(view)
    focus.select_event(3)
    assert view.detail is not None
    copy_menu(view, view._session, view.detail, view.line.say).actions()[0].trigger()
    assert view.line.text.text() == "Copied as JSON. 1 secret replaced by placeholders."
    assert "hunter2" not in QGuiApplication.clipboard().text()


async def test_source_facts_say_what_attaching_does_there(qtbot: Any, focus: Focus) -> None:
    session = Session()
    source = session.attach(open_source("demo:orders?rate=200"))
    await until(lambda: bool(session.drain()))
    view = DetailView(session, focus)
    qtbot.addWidget(view)
    focus.select_event(1)
    assert field(view, "Source facts", "attaching").value == source.connector.safety
    await session.close()

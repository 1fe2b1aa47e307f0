"""Keys of all places together: one sheet, one palette, one dialog; and only those that would meet conflict."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from tests.widgets.desk_world import choose
from widgets.keys.binding import Binding, owner, refusal
from widgets.keys.dialog import KeysDialog
from widgets.keys.sheet import KeySheet
from widgets.keys.tips import COMMAND
from widgets.window.command_palette import CommandPalette
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.places import places

Key = Qt.Key


async def test_every_key_of_a_place_is_on_the_sheet_in_the_palette_and_in_the_dialog(desk: Desk) -> None:
    known = [key for place in places(desk.window) for key in place.keys]
    assert {"map", "trace/tree", "trace/lanes", "latency", "detail", "start"} <= {p.path for p in places(desk.window)}
    assert len({key.id for key in known}) == len(known)
    assert {key.id for key in known} <= {binding.id for binding in desk.keyboard.bindings()}
    desk.keyboard.show_palette()
    palette = desk.window.findChild(CommandPalette)
    assert palette is not None
    texts = [entry.text for entry in palette._entries]
    assert {key.name.rstrip("…") for key in known} <= set(texts)
    assert len(set(texts)) == len(texts), "what has the same name is one entry"
    palette.close()


async def test_an_entry_of_the_palette_tells_all_keys_of_what_it_does(desk: Desk) -> None:
    desk.keyboard.show_palette()
    palette = desk.window.findChild(CommandPalette)
    assert palette is not None
    notes = {entry.text: entry.note for entry in palette._entries}
    assert notes["Pause or go on"] == "Ctrl+Space or Space"
    assert notes["Next error of the trace"] == "E"
    palette.close()


async def test_groups_of_the_sheet_hold_what_can_be_changed_and_what_cannot(desk: Desk) -> None:
    desk.keyboard.show_sheet()
    sheet = desk.window.findChild(KeySheet)
    assert sheet is not None
    headings = [label.text() for label in sheet.findChildren(QLabel) if label.property("role") == "heading"]
    assert len(set(headings)) == len(headings), "a group stands in one place"
    in_map = next(group for group in sheet.groups if group._rows[0][0].startswith("in the map"))
    told = [texts[1].text() for _, texts in in_map._rows]
    assert {"Show the whole map", "From node to node"} <= set(told)
    sheet.close()


async def test_the_dialog_refuses_only_keys_that_could_mean_two_things(desk: Desk) -> None:
    bindings = desk.keyboard.bindings()

    def refused(id_: str, key: str) -> str:
        return refusal(bindings, {}, id_, key)

    assert not refused("map.fit", "M"), "the table's M is not in the map"
    assert not refused("tree.open-all", "L"), "nor is the lanes' L in the tree"
    assert "“Next error of the trace”" in refused("tree.open-all", "E"), "both are in the tree"
    assert "“Find a command”" in refused("map.fit", "Ctrl+K"), "that is everywhere"
    assert refused("view.trace", "/"), "everywhere is also in the table and in the map"
    assert not refused("detail.find", "Ctrl+F"), "in the detail it is meant instead of the window's"
    assert "“Find without" in refused("detail.next-hit", "Ctrl+F")
    assert not refused("view.find-without-hiding-the-others", "Ctrl+F")


def test_places_meet_where_one_is_in_the_other() -> None:
    some = [
        Binding("w", "Window", "W"), Binding("a", "A", "A", place="trace"), Binding("b", "B", "B", place="trace/tree"),
        Binding("c", "C", "C", place="trace/lanes"), Binding("d", "D", "D", place="traces"),
    ]  # fmt: skip
    meeting = {
        (one.id, other.id) for one in some for other in some
        if one is not other and owner(some, {one.id: other.key}, one.id) is other
    }  # fmt: skip
    assert meeting == {
        ("w", "a"), ("w", "b"), ("w", "c"), ("w", "d"), ("a", "w"), ("b", "w"), ("c", "w"), ("d", "w"),
        ("a", "b"), ("b", "a"), ("a", "c"), ("c", "a"),
    }  # fmt: skip


async def test_a_key_of_a_place_is_changed_in_the_dialog_and_kept(desk: Desk, window: MainWindow) -> None:
    desk.keyboard.show_dialog()
    dialog = window.findChild(KeysDialog)
    assert dialog is not None
    QTest.keyClicks(dialog.search, "in the map larger")
    assert dialog.model.texts == ["Larger map"]
    QTest.keyClick(dialog.line, Key.Key_J)
    assert desk.session.settings.keys == {"map.larger": "J"}
    dialog.close()


async def test_tooltips_tell_the_keys_of_now(desk: Desk, window: MainWindow) -> None:
    fit = window.views.map.fit
    assert fit.toolTip() == "Show the whole map (0)"
    choose(desk, "map.fit", "Ctrl+F9")
    assert fit.toolTip() == "Show the whole map (Ctrl+F9)"
    choose(desk, "map.fit", "")
    assert fit.toolTip() == "Show the whole map"
    window.focus.want_window(1)
    (opened,) = window.views.detail_windows.windows
    tips = [button.toolTip() for button in opened.findChildren(QAbstractButton)]
    assert "Find in this event (Ctrl+F)" in tips
    opened.close()


async def test_every_button_that_tells_a_key_names_a_command_that_there_is(desk: Desk, window: MainWindow) -> None:
    known = {binding.id for binding in desk.keyboard.bindings()}
    told = {button.property(COMMAND) for button in window.findChildren(QAbstractButton)} - {None}
    assert told
    assert told <= known


async def test_menus_show_the_second_key_of_a_command_as_well(window: MainWindow) -> None:
    action = next(action for action in window.actions_ if action.text() == "Keys")
    assert action.shortcuts() == [QKeySequence("F1"), QKeySequence("?")]

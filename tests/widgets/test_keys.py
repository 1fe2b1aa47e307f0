"""Keys: each command has a name that stays, and a key that the user may change; what cannot be is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.session import Session
from app.settings import Settings, load_settings, save_settings
from tests.widgets.conftest import orders, put
from widgets.keys.binding import Binding, accepted, owner, refusal
from widgets.keys.dialog import KeysDialog
from widgets.keys.place_keys import PlaceKeys, now
from widgets.keys.sheet import KeySheet
from widgets.table.keys import TABLE_KEYS
from widgets.window.command_palette import CommandPalette
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish

Key = Qt.Key
Control, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

SOME = [Binding("a", "Alpha…", "A"), Binding("b", "Beta", "Ctrl+B", also="End"), Binding("c", "Gamma", "")]

STAYING = {
    "table.pause", "table.catch-up", "table.follow", "table.oldest", "table.go-to", "table.filter", "table.next-match",
    "table.previous-match", "table.next-error", "table.previous-error", "table.next-breach", "table.previous-breach",
    "table.next-of-correlation", "table.previous-of-correlation", "table.back", "table.forward", "table.mark",
    "table.next-mark", "table.previous-mark", "table.comment", "table.ignore", "table.hide-ignored",
    "table.time-reference", "table.colour-1", "table.colour-9", "table.colour-none", "table.trace", "table.copy",
    "table.deselect", "file.attach-a-source", "file.listen-for-programs", "file.try-the-demo", "file.open-a-file",
    "file.save-sources-as-profile", "file.export-shown-events", "file.export-trace", "file.quit",
    "capture.pause-or-go-on", "capture.follow-the-newest", "capture.stop-or-start-all-sources", "view.start-page",
    "view.filter", "view.trace", "view.latency", "view.subscriptions", "view.findings", "view.gauges", "view.detail",
    "view.sources", "view.all-views-side-by-side", "view.go-to-a-number-or-time", "view.colour-rules",
    "view.light-or-dark", "help.find-a-command", "help.keys", "help.change-keys", "help.filter-language",
}  # fmt: skip
"""Names that somebody's settings may hold: a command whose words change keeps its name by `known_as`."""


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))


@pytest.fixture
def settings_of_user() -> Settings:
    return Settings()


@pytest.fixture
async def desk(qapp: QApplication, settings_of_user: Settings) -> AsyncIterator[Desk]:
    window = MainWindow()
    session = Session(settings_of_user)
    put(session, orders(5))
    made = furnish(qapp, window, session)
    window.show()
    window.show_work()
    window.views.work.tick()
    window.activateWindow()
    window.views.work.table.setFocus()
    await asyncio.sleep(0)
    yield made
    await close(window)
    window.deleteLater()


def test_every_key_of_the_table_has_a_name_and_a_key_of_its_own() -> None:
    names = [known.id for known in TABLE_KEYS]
    keys = [QKeySequence(key).toString() for known in TABLE_KEYS for key in (known.key, known.also) if key]
    assert all(name.startswith("table.") for name in names)
    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys)


async def test_no_two_commands_have_the_same_name_or_key_and_known_names_stay(desk: Desk) -> None:
    bindings = desk.keyboard.bindings()
    names = [binding.id for binding in bindings]
    assert len(set(names)) == len(names)
    assert set(names) >= STAYING
    own = [(b.id, key) for b in bindings for key in (b.key, b.also) if key]
    assert {id_: other for id_, key in own if (other := owner(bindings, {id_: key}, id_))} == {}


@pytest.mark.parametrize("key", ["nonsense", "Ctrl+", "Ctrl+Foo", "Ctrl", "Ctrl+K, Ctrl+S", "Meta", "\x00"])
def test_nonsense_is_no_key(key: str) -> None:
    assert "is no key" in refusal(SOME, {}, "a", key)


@pytest.mark.parametrize("key", ["Up", "PgDown", "Tab", "Return", "Backspace"])
def test_keys_that_lists_need_are_refused(key: str) -> None:
    assert "needed in lists" in refusal(SOME, {}, "a", key)
    assert not refusal(SOME, {}, "a", f"Ctrl+{key}")
    assert not refusal([Binding("r", "Opens", key)], {"r": "F5"}, "r", key), "unless it is the command's own"


def test_a_key_that_another_command_has_is_refused_by_its_name() -> None:
    assert "the key of “Beta”" in refusal(SOME, {}, "a", "ctrl+b")
    assert "the key of “Beta”" in refusal(SOME, {}, "a", "End")
    assert "the key of “Alpha”" in refusal(SOME, {}, "c", "a")
    assert not refusal(SOME, {"b": "F5"}, "a", "Ctrl+B")
    assert not refusal(SOME, {}, "a", "A")
    assert not refusal(SOME, {}, "a", "")


def test_what_settings_have_wrong_is_left_out_and_told() -> None:
    good, wrong = accepted(SOME, {"a": "F5", "b": "quite wrong", "d": "F6", "c": "F5"})
    assert good == {"a": "F5"}
    assert len(wrong) == 3
    assert accepted(SOME, {"a": "Ctrl+B", "b": "A"}) == ({"a": "Ctrl+B", "b": "A"}, [])


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abcx"), st.sampled_from(["A", "Ctrl+B", "F5", "End", "", "Up", "huh"])))
def test_what_is_accepted_has_no_conflict(chosen):
    good, wrong = accepted(SOME, chosen)
    assert len(good) + len(wrong) == len(chosen)
    assert all(good[id_] == chosen[id_] for id_ in good)
    now = [
        key for b in SOME for key in {QKeySequence(key).toString() for key in (good.get(b.id, b.key), b.also) if key}
    ]
    assert len(set(now)) == len(now)


def test_keys_are_kept_in_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    assert save_settings(Settings().with_keys({"table.pause": "P", "file.quit": ""}), path) is None
    assert 'table.pause" = "P"' in path.read_text()
    read, complaint = load_settings(path)
    assert complaint is None
    assert read.keys == {"table.pause": "P", "file.quit": ""}
    assert save_settings(read.with_keys({}), path) is None
    assert load_settings(path)[0].keys == {}


@pytest.mark.parametrize("settings_of_user", [Settings().with_keys({"table.mark": "X", "view.light-or-dark": "F7"})])
async def test_chosen_keys_act_and_the_old_ones_do_not(desk: Desk) -> None:
    table, marks = desk.window.views.work.table, desk.session.marks
    table.go_to(2)
    QTest.keyClick(table, Key.Key_M)
    assert not len(marks.spared)
    QTest.keyClick(table, Key.Key_X)
    assert marks.spared.tolist() == [table.focus.seq]
    action = next(action for action in desk.window.actions_ if action.text() == "Light or dark")
    assert action.shortcut() == QKeySequence("F7")


@pytest.mark.parametrize("settings_of_user", [Settings().with_keys({"table.mark": "E", "no.such": "X"})])
async def test_keys_that_cannot_be_are_told_in_the_banner(desk: Desk) -> None:
    assert "“Next error”" in desk.window.banner.text
    assert desk.session.settings.keys == {}
    table = desk.window.views.work.table
    table.go_to(2)
    QTest.keyClick(table, Key.Key_M)
    assert desk.session.marks.spared.tolist() == [table.focus.seq]


async def test_question_mark_opens_the_sheet_with_the_keys_of_now(desk: Desk) -> None:
    desk.session.settings = desk.session.settings.with_keys({"table.mark": "Ctrl+F11"})
    QTest.keyClick(desk.window.views.work.table, Key.Key_Question, Shift)
    sheet = desk.window.findChild(KeySheet)
    assert sheet is not None
    shown = [label.text() for label in sheet.findChildren(QLabel)]
    assert "Ctrl+F11" in shown
    assert "M" not in shown
    sheet.close()


async def test_the_sheet_has_every_command_and_the_keys_of_each_view_by_what_they_are_for(desk: Desk) -> None:
    desk.keyboard.show_sheet()
    sheet = desk.window.findChild(KeySheet)
    assert sheet is not None
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    assert shown >= {binding.name.rstrip("…") for binding in desk.keyboard.bindings()}
    assert shown >= {"Capture menu", "Table: going somewhere", "In the trace", "In the map", "← →"}
    QTest.keyClicks(sheet.search, "in the trace error next")
    left = [label.text() for label in sheet.findChildren(QLabel) if label.isVisible()]
    assert left == ["In the trace", "E", "Next error of the trace"]
    sheet.search.setText("no such thing")
    assert sheet.nothing.isVisible()
    sheet._change_keys()
    dialog = desk.window.findChild(KeysDialog)
    assert dialog is not None
    dialog.close()


async def test_the_palette_shows_the_keys_of_now(desk: Desk) -> None:
    desk.session.settings = desk.session.settings.with_keys({"table.mark": "Ctrl+F11"})
    desk.keyboard.show_palette()
    palette = desk.window.findChild(CommandPalette)
    assert palette is not None
    assert ("Mark the row, or unmark it", "Ctrl+F11") in [(entry.text, entry.note) for entry in palette._shown]
    palette.close()


async def test_changing_a_key_in_the_dialog_acts_at_once(desk: Desk) -> None:
    desk.keyboard.show_dialog()
    dialog = desk.window.findChild(KeysDialog)
    assert dialog is not None
    QTest.keyClicks(dialog.search, "light or")
    assert dialog.model.texts == ["Light or dark"]
    QTest.keyClick(dialog.line, Key.Key_F8)
    action = next(action for action in desk.window.actions_ if action.text() == "Light or dark")
    assert action.shortcut() == QKeySequence("F8")
    assert desk.session.settings.keys == {"view.light-or-dark": "F8"}
    QTest.keyClick(dialog.line, Key.Key_K, Control)
    assert "the key of “Find a command”" in dialog.message.text()
    assert desk.session.settings.keys == {"view.light-or-dark": "F8"}
    dialog.reset.click()
    assert action.shortcut() == QKeySequence("Ctrl+D")
    assert desk.session.settings.keys == {}
    dialog.close()


def test_the_dialog_finds_changes_and_resets(qtbot: QtBot) -> None:
    told: list[dict[str, str]] = []
    window = QWidget()
    qtbot.addWidget(window)
    bindings = [Binding(key.id, key.name, key.key, key.also) for key in TABLE_KEYS]
    dialog = KeysDialog(window, bindings, {}, lambda chosen: told.append(dict(chosen)))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.keyClicks(dialog.search, "mark")
    assert all("mark" in text.lower() for text in dialog.model.texts)
    row = next(row for row, text in enumerate(dialog.model.texts) if text.startswith("Next marked"))
    dialog.list.setCurrentIndex(dialog.model.index(row, 0))
    QTest.keyClick(dialog.line, Key.Key_Control)
    assert told == []
    QTest.keyClick(dialog.line, Key.Key_J, Control | Shift)
    assert told == [{"table.next-mark": "Ctrl+Shift+J"}]
    assert dialog.list.currentIndex().row() == row, "the command stays the current one"
    dialog.none.click()
    assert told[-1] == {"table.next-mark": ""}
    dialog.reset_all.click()
    assert told[-1] == {}
    assert not dialog.reset_all.isEnabled()
    QTest.keyClicks(dialog.search, " nothing like it")
    assert dialog.model.texts == []
    assert not dialog.line.isEnabled()


def test_table_keys_are_those_of_the_user() -> None:
    keys = {key.id: key.key for key in now(TABLE_KEYS, {"table.mark": "X", "table.copy": ""})}
    assert keys["table.mark"] == "X"
    assert keys["table.copy"] == ""
    assert keys["table.ignore"] == "I"


@pytest.mark.parametrize("sign", ["/", ";", "?"])
def test_signs_act_wherever_they_are_on_the_keyboard(sign: str) -> None:
    keys = PlaceKeys(Session(), TABLE_KEYS)
    plain = keys.command(QKeyEvent(QEvent.Type.KeyPress, ord(sign), Qt.KeyboardModifier.NoModifier, sign))
    shifted = keys.command(QKeyEvent(QEvent.Type.KeyPress, Key.Key_Comma, Shift, sign))
    assert plain is not None
    assert shifted is plain
    assert keys.command(QKeyEvent(QEvent.Type.KeyPress, Key.Key_Comma, Shift, "+")) is None
    assert keys.command(QKeyEvent(QEvent.Type.KeyPress, ord(sign), Control, sign)) is None

"""The command palette: every command is in it, a few letters find one, Enter does it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from widgets.window.command_palette import CommandPalette, Entry, found


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def entries(done: list[str]) -> list[Entry]:
    names = {"Export trace": "Ctrl+E", "Export shown events": "Ctrl+S", "Light or dark": "", "Latency": "Alt+2"}
    return [Entry(name, key, lambda name=name: done.append(name)) for name, key in names.items()]  # type: ignore[misc]


@pytest.fixture
def palette(qtbot: QtBot, entries: list[Entry]) -> Iterator[CommandPalette]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    made = CommandPalette(window, entries)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.open()
    yield made
    window.close()


def test_letters_in_their_order_find_a_command_and_whole_words_come_first(entries: list[Entry]) -> None:
    assert [c.text for c in found("lat", entries)] == ["Latency"]
    assert [c.text for c in found("trace exp", entries)] == ["Export trace"]
    assert [c.text for c in found("ex", entries)] == ["Export trace", "Export shown events"]
    assert [c.text for c in found("lod", entries)] == ["Light or dark"]
    assert [c.text for c in found("", entries)] == [c.text for c in entries]
    assert found("xyz", entries) == []


def test_enter_does_the_chosen_command_and_closes(palette: CommandPalette, done: list[str]) -> None:
    QTest.keyClicks(palette.line, "export")
    QTest.keyClick(palette.line, Qt.Key.Key_Down)
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert done == ["Export shown events"]
    assert not palette.isVisible()


def test_enter_with_nothing_found_does_nothing(palette: CommandPalette, done: list[str]) -> None:
    QTest.keyClicks(palette.line, "nonsense")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert done == []
    assert palette.isVisible()


def test_a_click_does_a_command(palette: CommandPalette, done: list[str]) -> None:
    QTest.mouseClick(
        palette.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=palette.list.visualRect(palette.model.index(2, 0)).center(),
    )
    assert done == ["Light or dark"]


def test_its_list_is_a_right_model(palette: CommandPalette, qtmodeltester: Any) -> None:
    qtmodeltester.check(palette.model)
    QTest.keyClicks(palette.line, "lat")

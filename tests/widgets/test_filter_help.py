"""The window's help on filters says what the operators themselves say."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.filter.operators import FIELDS, OPEN_FIELDS
from app.filter.query import helps
from widgets.window.shortcuts_sheet import ShortcutsSheet


def test_every_field_and_every_form_stands_in_the_help(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = ShortcutsSheet.of_filters(parent)
    words = [label.text() for label in sheet.findChildren(QLabel)]
    assert list(zip(words[::2], words[1::2], strict=True)) == helps()
    for field in (*FIELDS.values(), *OPEN_FIELDS):
        assert field.example in words
        assert f"{field.name}: {field.meaning}".replace("`", "") in words

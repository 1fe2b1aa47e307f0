"""Dialogs of rules as tests open them: with a window of their own, and still there after they are closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from widgets.rules.rules_dialog import RulesDialog

DialogT = TypeVar("DialogT", bound=RulesDialog)


def shown(qtbot: QtBot, make: Callable[[QWidget], DialogT]) -> DialogT:
    """The dialog that `make` makes for a window."""
    window = QWidget()
    qtbot.addWidget(window)
    dialog = make(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog._window = window  # type: ignore[attr-defined]
    return dialog

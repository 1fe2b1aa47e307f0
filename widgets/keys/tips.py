"""Tips with keys: a button tells the key of what it does, as it is now, in its tooltip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtWidgets import QAbstractButton, QWidget

from widgets.keys.binding import shown

__all__ = ["stands_for", "tell_keys"]

COMMAND: Final = "command"


def stands_for(button: QAbstractButton, id_: str) -> None:
    """Say which command a button does; its tooltip is what describes it for those who hear it."""
    button.setProperty(COMMAND, id_)


def tell_keys(window: QWidget, keys: Mapping[str, str]) -> None:
    """Have all buttons of a window, and of those that belong to it, tell the keys of their commands."""
    for button in window.findChildren(QAbstractButton):
        if id_ := button.property(COMMAND):
            tip, key = button.accessibleDescription(), shown(keys.get(id_, ""))
            button.setToolTip(f"{tip} ({key})" if key else tip)

"""Actions: every command of the window, with its name, key and icon. Menus, palette and help list the same ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from widgets.look.icons import icon


@dataclass(frozen=True)
class Command:
    """What a menu entry says, does, and is reached by."""

    menu: str
    text: str = ""
    act: Callable[[], object] = bool
    key: str = ""
    icon: str = ""
    tip: str = ""
    known_as: str = ""
    """The name that the settings know it by, when its words were others at first."""
    also: str = ""
    """Another key that always does the same."""

    @property
    def id(self) -> str:
        """The name that the settings know it by."""
        return self.known_as or f"{slug(self.menu)}.{slug(self.text)}"

    def with_key(self, key: str) -> Command:
        """The same with another key."""
        return replace(self, key=key)


def add_actions(window: QMainWindow, commands: list[Command]) -> list[QAction]:
    """Build the menus of `window` from its commands, in their order; an empty text is a separator."""
    menus = {name: window.menuBar().addMenu(name) for name in dict.fromkeys(c.menu for c in commands)}
    actions = []
    for command in commands:
        if not command.text:
            menus[command.menu].addSeparator()
            continue
        action = make_action(window, command)
        menus[command.menu].addAction(action)
        actions.append(action)
    return actions


def make_action(window: QMainWindow, command: Command) -> QAction:
    """One command as Qt knows it."""
    action = QAction(command.text, window)
    action.triggered.connect(lambda _checked=False: command.act())
    set_key(action, command)
    if command.icon:
        action.setIcon(icon(command.icon))
    action.setToolTip(command.tip or command.text.rstrip("…"))
    return action


def set_key(action: QAction, command: Command) -> None:
    """Have a command reached by its keys."""
    action.setShortcuts([QKeySequence(key) for key in (command.key, command.also) if key])


def slug(text: str) -> str:
    """A text as a name: small letters and figures with dashes between them."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower().replace("&", "")))

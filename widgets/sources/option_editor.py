"""Option editors: the input that suits what an option may be. Each shows and tells one text; "" is the default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from connectors.options import NO, YES, Option
from widgets.look.choice import ChoiceBox
from widgets.look.icons import icon

__all__ = ["OptionEditor", "editor_of"]


class OptionEditor(QWidget):
    """What all editors have; `edited` is emitted for what the user does, not for `show_text`."""

    edited = Signal(str)

    def __init__(self, option: Option, inside: QWidget) -> None:
        super().__init__()
        self.option = option
        self.inside = inside
        inside.setAccessibleName(option.name)
        inside.setAccessibleDescription(option.help)
        self.setFocusProxy(inside)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(inside)

    def show_text(self, text: str) -> None:
        """Show the text of the option."""
        raise NotImplementedError


class LineEditor(OptionEditor):
    """A line of text, hidden for a secret; a path can also be chosen."""

    def __init__(self, option: Option) -> None:
        line = QLineEdit()
        super().__init__(option, line)
        self._line = line
        line.setPlaceholderText(placeholder(option))
        line.textEdited.connect(self.edited)
        if option.secret:
            line.setEchoMode(QLineEdit.EchoMode.Password)
            self._add_action("eye", "Show or hide what is typed", self._reveal)
        elif option.kind is Path:
            self._add_action("folder-open", "Choose a file…", self._choose)

    def show_text(self, text: str) -> None:
        if text != self._line.text():
            self._line.setText(text)

    def _add_action(self, icon_name: str, tip: str, act: Any) -> None:
        action = QAction(icon(icon_name), tip, self)
        action.triggered.connect(act)
        self._line.addAction(action, QLineEdit.ActionPosition.TrailingPosition)

    def _reveal(self) -> None:
        hidden = self._line.echoMode() == QLineEdit.EchoMode.Password
        self._line.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)

    def _choose(self) -> None:
        dialog = QFileDialog(self, f"Choose {self.option.name}")
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, path: str) -> None:
        self._line.setText(path)
        self.edited.emit(path)


class ChoiceEditor(OptionEditor):
    """One of a few values, or the default."""

    def __init__(self, option: Option) -> None:
        box = ChoiceBox()
        super().__init__(option, box)
        self._box = box
        box.addItem(f"{default_text(option)} (default)" if default_text(option) else "by default", "")
        for value in values_of(option):
            box.addItem(value, value)
        box.activated.connect(lambda at: self.edited.emit(box.itemData(at)))

    def show_text(self, text: str) -> None:
        at = self._box.findData(as_choice(self.option, text))
        self._box.setCurrentIndex(max(at, 0))


def editor_of(option: Option) -> OptionEditor:
    """The editor that suits an option."""
    return ChoiceEditor(option) if values_of(option) else LineEditor(option)


def values_of(option: Option) -> tuple[str, ...]:
    """All values of an option, if they can be listed."""
    return ("1", "0") if option.kind is bool else option.choices


def as_choice(option: Option, text: str) -> str:
    """A value as it is listed, for one that is written otherwise."""
    if option.kind is bool:
        return "1" if text.lower() in YES else "0" if text.lower() in NO else text
    return next((value for value in option.choices if value.lower() == text.lower()), text)


def default_text(option: Option) -> str:
    """The default as it would be written in a URL."""
    value = option.default
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else str(getattr(value, "value", value))


def placeholder(option: Option) -> str:
    """What stands in an empty field: the default, or an example of what to write."""
    default = default_text(option)
    if default and not option.secret:
        return f"{default} (default)"
    return f"such as {option.example}" if option.example else ""

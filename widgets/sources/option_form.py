"""The option form: the fields of a source, in the groups that its connector declares, each with help and problem."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.display import display
from connectors.draft import LAST_GROUP, Draft
from connectors.options import Option
from widgets.look.icons import icon
from widgets.look.text import label
from widgets.look.tools import tool
from widgets.sources.option_editor import OptionEditor, editor_of

__all__ = ["OptionForm"]

OPEN_GROUPS: Final = 2
"""How many groups are open from the beginning: where the source is, and what of it is read."""


class OptionForm(QScrollArea):
    """Fields for the options of one kind of source; `edited` tells name and text of what the user changes."""

    edited = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: list[OptionGroup] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def fields(self) -> dict[str, OptionField]:
        """All fields by the names of their options."""
        return {name: each for group in self._groups for name, each in group.fields.items()}

    def show_kind(self, draft: Draft) -> None:
        """Make the fields of another kind of source."""
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(8)
        self._groups = [OptionGroup(name, options) for name, options in grouped(draft.options)]
        for number, group in enumerate(self._groups):
            group.edited.connect(self.edited)
            group.unfold(number < OPEN_GROUPS)
            column.addWidget(group)
        column.addStretch(1)
        self.setWidget(page)
        self.show_texts(draft.texts)

    def show_texts(self, texts: Mapping[str, str]) -> None:
        """Show the texts of the options, and open the groups that hold some."""
        for group in self._groups:
            for name, each in group.fields.items():
                each.editor.show_text(texts.get(name, ""))
            if group.fields.keys() & texts.keys():
                group.unfold(True)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Say at each field what is wrong with it, if anything is."""
        for name, each in self.fields.items():
            each.say(problems.get(name, ""))

    def go_to(self, names: Collection[str]) -> None:
        """Put the cursor into the first of these fields."""
        for group in self._groups:
            for name, each in group.fields.items():
                if name in names:
                    group.unfold(True)
                    each.editor.setFocus()
                    self.ensureWidgetVisible(each.editor)
                    return


class OptionGroup(QWidget):
    """Fields under a heading that folds them away."""

    edited = Signal(str, str)

    def __init__(self, name: str, options: Iterable[Option]) -> None:
        super().__init__()
        self.fields = {option.name: OptionField(option) for option in options}
        self._body = QWidget()
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, 132)
        grid.setColumnStretch(1, 1)
        for row, each in enumerate(self.fields.values()):
            each.place(grid, 4 * row)
            each.edited.connect(self.edited)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._head = tool(name, f"Show or hide the options of {name}", "chevron-down", checkable=True)
        self._head.setObjectName("fold")
        self._head.toggled.connect(self._fold)
        if name:
            column.addWidget(self._head)
        column.addWidget(self._body)

    def unfold(self, shown: bool) -> None:
        """Show the fields, or hide them."""
        self._head.setChecked(shown)
        self._fold(shown)

    def _fold(self, shown: bool) -> None:
        self._body.setVisible(shown)
        self._head.setIcon(icon("chevron-down" if shown else "chevron-right"))


class OptionField(QObject):
    """Name, editor, help and problem of an option; it only places them, into the grid of its group."""

    edited = Signal(str, str)

    def __init__(self, option: Option) -> None:
        super().__init__()
        self.editor: OptionEditor = editor_of(option)
        self.editor.edited.connect(lambda text: self.edited.emit(option.name, text))
        self._name = label(option.name, "strong" if option.required else "")
        self._name.setBuddy(self.editor)
        self._help = label(option.help or option.takes, "muted", wrap=True)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()

    def place(self, grid: QGridLayout, row: int) -> None:
        """Take three rows of a grid, from `row` on, and a little space."""
        grid.addWidget(self._name, row, 0)
        grid.addWidget(self.editor, row, 1)
        grid.addWidget(self._help, row + 1, 1)
        grid.addWidget(self._problem, row + 2, 1)
        grid.setRowMinimumHeight(row + 3, 4)

    def say(self, problem: str) -> None:
        """Say what is wrong, or nothing."""
        self._problem.setText(display(f"✖ {problem}") if problem else "")
        self._problem.setVisible(bool(problem))
        mark_wrong(self.editor.inside, bool(problem))

    @property
    def problem(self) -> QLabel:
        """Where the problem is said."""
        return self._problem


def mark_wrong(editor: QWidget, wrong: bool) -> None:
    """Outline an input in red, or no longer."""
    if editor.property("wrong") != wrong:
        editor.setProperty("wrong", wrong)
        editor.style().polish(editor)


def grouped(options: Iterable[Option]) -> list[tuple[str, list[Option]]]:
    """The options by group: first those without one, then groups in the order of their query parameters.

    What is a part of the URL is declared early, wherever it belongs; what is rarely needed comes last.
    """
    listed = list(options)
    order = ["", *(option.group for option in listed if not option.part), *(option.group for option in listed)]
    names = sorted(dict.fromkeys(order), key=LAST_GROUP.__eq__)
    groups = [(name, [option for option in listed if option.group == name]) for name in names]
    return [(name, members) for name, members in groups if members]

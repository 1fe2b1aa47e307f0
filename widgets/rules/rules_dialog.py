"""The dialog of rules: a list of them, and below it the editor of the current one. Each change acts at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from widgets.look.text import label
from widgets.rules.filter_field import FilterField
from widgets.rules.rule_list import Rule, RuleList

__all__ = ["RulesDialog"]


Edited = TypeVar("Edited", contravariant=True)


class Editor(Protocol[Edited]):
    """A widget that edits a rule and emits `edited` with it, as often as it is a right one."""

    edited: SignalInstance
    filter: FilterField

    def show_rule(self, rule: Edited | None) -> None:
        """Edit a rule; without one there is nothing to edit."""


class RulesDialog(QDialog, Generic[Rule]):
    """Those who inherit from it say what a new rule is like, and what is done with the rules."""

    HINT = ""
    EMPTY = ""
    """What is said while there is no rule."""

    def __init__(self, parent: QWidget, title: str, rules: RuleList[Rule], editor: Editor[Rule]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.list = rules
        self.editor = editor
        self.hint = label("", "muted", wrap=True)
        self.add = QPushButton("Add")
        self.delete = QPushButton("Delete")
        self.list.changed.connect(self.apply)
        self.list.chosen.connect(self._show_current)
        self.list.deleted.connect(self._delete)
        self.editor.edited.connect(self._edited)
        self.add.clicked.connect(lambda: self.add_rule())
        self.delete.clicked.connect(self._delete)

    def begin(self, rules: Sequence[Rule], filter_text: str | None) -> None:
        """List these rules; with a filter, with a new one for it."""
        self.list.show_rules(rules)
        self.list.setCurrentRow(0)
        self._show_current()
        if filter_text is not None:
            self.add_rule(filter_text)

    def add_rule(self, filter_text: str = "") -> None:
        """A new rule."""
        self.list.add(self.new_rule(filter_text))
        self.apply()
        self.editor.filter.setFocus(Qt.FocusReason.OtherFocusReason)

    def apply(self) -> None:
        """Have the rules act. One without a filter is not one yet."""
        self.take([rule for rule in self.list.rules if rule.filter])
        self.show_buttons()

    @abstractmethod
    def new_rule(self, filter_text: str) -> Rule:
        """A rule for a filter."""

    @abstractmethod
    def take(self, rules: Sequence[Rule]) -> None:
        """What is done with the rules when they have changed."""

    def show_buttons(self) -> None:
        """What can be done now."""
        self.hint.setText(self.HINT if self.list.count() else self.EMPTY)
        self.delete.setEnabled(self.list.currentRow() >= 0)

    def lay_out(self, left: Sequence[QPushButton], right: Sequence[QPushButton], *under: QWidget) -> None:
        """Place all parts: buttons below the list, at the left and the right, then what lies `under` them."""
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        buttons, below = QHBoxLayout(), QHBoxLayout()
        for button in (self.add, self.delete, *left):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in right:
            buttons.addWidget(button)
        below.addStretch(1)
        below.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self.hint)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        for widget in under:
            column.addWidget(widget)
        column.addLayout(below)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)

    def _delete(self) -> None:
        self.list.remove_current()
        self.apply()

    def _edited(self, rule: Rule) -> None:
        self.list.replace_current(rule)
        self.apply()

    def _show_current(self) -> None:
        self.editor.show_rule(self.list.current)
        self.show_buttons()

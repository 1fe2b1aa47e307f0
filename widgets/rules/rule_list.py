"""The list of rules: each switched on and off, dragged or moved to another place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from app.table_setup import ColourRule, Trigger
from widgets.look.theme import current_palette

__all__ = ["Line", "Rule", "RuleList"]

RULE = Qt.ItemDataRole.UserRole
Alt = Qt.KeyboardModifier.AltModifier
Rule = TypeVar("Rule", bound=ColourRule | Trigger)


class Line(NamedTuple):
    """How a rule is drawn while it is on: what is said of it, and its ground, "" for that of the list."""

    text: str
    ground: str = ""


class RuleList(QListWidget, Generic[Rule]):
    """`changed` tells that a rule was switched or moved, `chosen` that another one is the current one."""

    changed = Signal()
    chosen = Signal()
    deleted = Signal()

    def __init__(self, name: str, line_of: Callable[[Rule], Line]) -> None:
        super().__init__()
        self._line_of: Callable[[Rule], Line] = line_of
        self.setAccessibleName(name)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setUniformItemSizes(True)
        self.itemChanged.connect(self._switched)
        self.currentRowChanged.connect(lambda _: self.chosen.emit())
        self.model().rowsMoved.connect(self.changed)

    @property
    def rules(self) -> list[Rule]:
        """The rules in their order."""
        return [self.item(row).data(RULE) for row in range(self.count())]

    @property
    def current(self) -> Rule | None:
        """The current rule, None when there is none."""
        rules, row = self.rules, self.currentRow()
        return rules[row] if row >= 0 else None

    def show_rules(self, rules: Iterable[Rule]) -> None:
        """List these rules."""
        self.clear()
        for rule in rules:
            self.add(rule)

    def add(self, rule: Rule) -> None:
        """A rule at the end, as the current one."""
        item = QListWidgetItem()
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
        self._draw(item, rule)
        self.addItem(item)
        self.setCurrentItem(item)

    def replace_current(self, rule: Rule) -> None:
        """Another rule in the place of the current one."""
        if (item := self.currentItem()) is not None:
            self._draw(item, rule)

    def remove_current(self) -> None:
        """Take the current rule away."""
        self.takeItem(self.currentRow())

    def shift(self, step: int) -> None:
        """Move the current rule up (-1) or down (1)."""
        row = self.currentRow()
        if 0 <= row + step < self.count() and row >= 0:
            item = self.takeItem(row)
            self.insertItem(row + step, item)
            self.setCurrentItem(item)
            self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step and event.modifiers() & Alt:
            self.shift(step)
        elif event.key() == Qt.Key.Key_Delete:
            self.deleted.emit()
        else:
            super().keyPressEvent(event)

    def _switched(self, item: QListWidgetItem) -> None:
        rule: Rule = item.data(RULE)
        off = item.checkState() == Qt.CheckState.Unchecked
        if rule.off != off:
            self._draw(item, replace(rule, off=off))
            self.changed.emit()

    def _draw(self, item: QListWidgetItem, rule: Rule) -> None:
        palette, line = current_palette(), self._line_of(rule)
        before = self.blockSignals(True)
        item.setData(RULE, rule)
        item.setSizeHint(QSize(0, self.fontMetrics().height() + 10))
        item.setText(line.text)
        item.setBackground(QColor(palette.background if rule.off or not line.ground else line.ground))
        item.setForeground(QColor(palette.muted if rule.off else palette.text))
        item.setCheckState(Qt.CheckState.Unchecked if rule.off else Qt.CheckState.Checked)
        self.blockSignals(before)

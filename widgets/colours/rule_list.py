"""The list of colour rules: each drawn in its tone, switched on and off, dragged or moved to another place."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from app.colours import glyph_of
from app.display import display
from app.table_setup import ColourRule
from widgets.look.theme import current_palette
from widgets.look.tones import tone

__all__ = ["RuleList"]

RULE = Qt.ItemDataRole.UserRole
Alt = Qt.KeyboardModifier.AltModifier


class RuleList(QListWidget):
    """`changed` tells that a rule was switched or moved, `chosen` that another one is the current one."""

    changed = Signal()
    chosen = Signal()
    deleted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("colour rules, the first that fits a row wins")
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setUniformItemSizes(True)
        self.itemChanged.connect(self._switched)
        self.currentRowChanged.connect(lambda _: self.chosen.emit())
        self.model().rowsMoved.connect(self.changed)

    @property
    def rules(self) -> list[ColourRule]:
        """The rules in their order."""
        return [self.item(row).data(RULE) for row in range(self.count())]

    @property
    def current(self) -> ColourRule | None:
        """The current rule, None when there is none."""
        rules, row = self.rules, self.currentRow()
        return rules[row] if row >= 0 else None

    def show_rules(self, rules: Iterable[ColourRule]) -> None:
        """List these rules."""
        self.clear()
        for rule in rules:
            self.add(rule)

    def add(self, rule: ColourRule) -> None:
        """A rule at the end, as the current one."""
        item = QListWidgetItem()
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
        self._draw(item, rule)
        self.addItem(item)
        self.setCurrentItem(item)

    def replace_current(self, rule: ColourRule) -> None:
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
        rule: ColourRule = item.data(RULE)
        off = item.checkState() == Qt.CheckState.Unchecked
        if rule.off != off:
            self._draw(item, replace(rule, off=off))
            self.changed.emit()

    def _draw(self, item: QListWidgetItem, rule: ColourRule) -> None:
        palette = current_palette()
        given = tone(rule.tone, palette.dark)
        before = self.blockSignals(True)
        item.setData(RULE, rule)
        item.setSizeHint(QSize(0, self.fontMetrics().height() + 10))
        item.setText(f"{display(glyph_of(rule))}   {display(rule.filter, limit=200) or 'no filter yet'}")
        item.setBackground(QColor(palette.background if rule.off else given.ground))
        item.setForeground(QColor(palette.muted if rule.off else palette.text))
        item.setCheckState(Qt.CheckState.Unchecked if rule.off else Qt.CheckState.Checked)
        self.blockSignals(before)

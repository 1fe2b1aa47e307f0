"""The editor of a trigger: what it waits for, how much it keeps around that, and what it does besides.

A text acts when it is finished, by Return or by leaving the line: a filter that is half written meets other rows.
"""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.store.store import Store
from app.table_setup import LONGEST_KEPT_S, MOST_LETTERS, Trigger
from widgets.filter.verdict import Edge
from widgets.look.text import label
from widgets.rules.filter_field import FilterField

__all__ = ["TriggerEditor"]

BOX = 80
"""Pixels: room for an hour in seconds."""


class TriggerEditor(QWidget):
    """Emits `edited` with the trigger as it is now, when it is another one and right."""

    edited = Signal(object)  # Trigger

    def __init__(self, store: Store, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rule: Trigger | None = None
        self.name = QLineEdit(maxLength=MOST_LETTERS, placeholderText="What the window says: payment failed")
        self.name.setAccessibleName("name of the trigger")
        self.filter = FilterField(store)
        self.before = seconds("seconds kept before")
        self.after = seconds("seconds kept after")
        self.notify = QCheckBox("Say so at the top of the window")
        self.hold = QCheckBox("Pause the window behind that row, like a breakpoint")
        self._lay_out()
        self.filter.textEdited.connect(lambda _: self.filter.judge())
        for line in (self.name, self.filter):
            line.editingFinished.connect(self.commit)
        for box in (self.before, self.after):
            box.valueChanged.connect(lambda _: self.commit())
        for choice in (self.notify, self.hold):
            choice.clicked.connect(lambda _: self.commit())

    def show_rule(self, rule: Trigger | None) -> None:
        """Edit a trigger; without one there is nothing to edit."""
        self._rule = None  # what is shown now is no change of it
        shown = rule or Trigger("")
        self.setEnabled(rule is not None)
        self.name.setText(shown.name)
        self.filter.show_filter(shown.filter)
        self.before.setValue(shown.before_s)
        self.after.setValue(shown.after_s)
        self.notify.setChecked(shown.notify)
        self.hold.setChecked(shown.hold)
        self._rule = rule

    def commit(self) -> None:
        """Take over what was written; a wrong filter stays unsaid."""
        if self._rule is None or self.filter.judge().edge is Edge.WRONG:
            return
        changed = replace(
            self._rule,
            name=self.name.text().strip(),
            filter=self.filter.text().strip(),
            before_s=self.before.value(),
            after_s=self.after.value(),
            notify=self.notify.isChecked(),
            hold=self.hold.isChecked(),
        )
        if changed != self._rule:
            self._rule = changed
            self.edited.emit(changed)

    def _lay_out(self) -> None:
        kept, acts = QHBoxLayout(), QVBoxLayout()
        for part in (self.before, label("before"), self.after, label("after")):
            kept.addWidget(part)
        kept.addStretch(1)
        acts.addWidget(self.notify)
        acts.addWidget(self.hold)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Name", self.name)
        form.addRow("Filter", self.filter)
        form.addRow("", self.filter.message)
        form.addRow("Keep", kept)
        form.addRow("And", acts)


def seconds(name: str) -> QDoubleSpinBox:
    """A box for a number of seconds."""
    box = QDoubleSpinBox(maximum=LONGEST_KEPT_S, decimals=1, suffix=" s")
    box.setKeyboardTracking(False)
    box.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    box.setFixedWidth(BOX)
    box.setAccessibleName(name)
    return box

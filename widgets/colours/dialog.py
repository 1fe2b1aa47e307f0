"""The dialog of colour rules. Each change shows in the tables at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.session import Session
from app.table_setup import ColourRule
from app.usual_colours import usual_rules
from widgets.colours.rule_editor import RuleEditor
from widgets.colours.rule_list import RuleList
from widgets.look.text import label
from widgets.look.tones import TONES

__all__ = ["ColoursDialog"]

HINT = (
    "Rows get the tone and the sign of the first rule whose filter they pass. "
    "Drag a rule, or press Alt+Up and Alt+Down, to move it."
)
EMPTY = "There are no rules yet. Add one, or the usual ones: lost, failed, retried, late and slow rows."


class ColoursDialog(QDialog):
    """Lists the rules of a session's table; with a `filter`, begins with a new rule for it."""

    def __init__(self, parent: QWidget, session: Session, filter_text: str | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Colour rules")
        self._session = session
        self.list = RuleList()
        self.editor = RuleEditor(session.store)
        self.hint = label("", "muted", wrap=True)
        self.add = QPushButton("Add")
        self.delete = QPushButton("Delete")
        self.up = QPushButton("Up")
        self.down = QPushButton("Down")
        self.usual = QPushButton("Add the usual rules")
        self._lay_out()
        self._connect()
        self.list.show_rules(session.settings.table.colours)
        self.list.setCurrentRow(0)
        self._show_current()
        if filter_text is not None:
            self.add_rule(filter_text)
        self.resize(640, 520)

    def add_rule(self, filter_text: str = "") -> None:
        """A new rule in a tone that none has yet."""
        used = {rule.tone for rule in self.list.rules}
        free = next((name for name in TONES if name not in used), TONES[0])
        self.list.add(ColourRule(filter_text, free))  # type: ignore[arg-type]
        self._apply()
        self.editor.filter.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_usual(self) -> None:
        known = {rule.filter for rule in self.list.rules}
        for rule in usual_rules(self._session.settings.budgets_ms):
            if rule.filter not in known:
                self.list.add(rule)
        self._apply()

    def _delete(self) -> None:
        self.list.remove_current()
        self._apply()

    def _edited(self, rule: ColourRule) -> None:
        self.list.replace_current(rule)
        self._apply()

    def _apply(self) -> None:
        """A rule without a filter is not one yet."""
        rules = tuple(rule for rule in self.list.rules if rule.filter)
        self._session.settings = self._session.settings.with_table(colours=rules)
        self._session.colours.set_rules(rules)
        self._show_buttons()

    def _show_current(self) -> None:
        self.editor.show_rule(self.list.current)
        self._show_buttons()

    def _show_buttons(self) -> None:
        row, count = self.list.currentRow(), self.list.count()
        self.hint.setText(HINT if count else EMPTY)
        self.delete.setEnabled(row >= 0)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)

    def _connect(self) -> None:
        self.list.changed.connect(self._apply)
        self.list.chosen.connect(self._show_current)
        self.list.deleted.connect(self._delete)
        self.editor.edited.connect(self._edited)
        self.add.clicked.connect(lambda: self.add_rule())
        self.delete.clicked.connect(self._delete)
        self.up.clicked.connect(lambda: self.list.shift(-1))
        self.down.clicked.connect(lambda: self.list.shift(1))
        self.usual.clicked.connect(self._add_usual)

    def _lay_out(self) -> None:
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        buttons, below = QHBoxLayout(), QHBoxLayout()
        for button in (self.add, self.delete, self.up, self.down):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.usual)
        below.addStretch(1)
        below.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self.hint)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        column.addWidget(self.editor)
        column.addLayout(below)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)

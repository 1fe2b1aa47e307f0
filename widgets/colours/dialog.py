"""The dialog of colour rules. Each change shows in the tables at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QPushButton, QWidget

from app.colours import glyph_of
from app.display import display
from app.session import Session
from app.table_setup import ColourRule
from app.usual_colours import usual_rules
from widgets.colours.rule_editor import RuleEditor
from widgets.look.theme import current_palette
from widgets.look.tones import TONES, tone
from widgets.rules.rule_list import Line, RuleList
from widgets.rules.rules_dialog import RulesDialog

__all__ = ["ColoursDialog"]


class ColoursDialog(RulesDialog[ColourRule]):
    """Lists the rules of a session's table; with a `filter`, begins with a new rule for it."""

    HINT = (
        "Rows get the tone and the sign of the first rule whose filter they pass. "
        "Drag a rule, or press Alt+Up and Alt+Down, to move it."
    )
    EMPTY = "There are no rules yet. Add one, or the usual ones: lost, failed, retried, late and slow rows."

    def __init__(self, parent: QWidget, session: Session, filter_text: str | None = None) -> None:
        editor = RuleEditor(session.store)
        super().__init__(parent, "Colour rules", RuleList("colour rules, the first that fits a row wins", line), editor)
        self._session = session
        self.up = QPushButton("Up")
        self.down = QPushButton("Down")
        self.usual = QPushButton("Add the usual rules")
        self.up.clicked.connect(lambda: self.list.shift(-1))
        self.down.clicked.connect(lambda: self.list.shift(1))
        self.usual.clicked.connect(self._add_usual)
        self.lay_out((self.up, self.down), (self.usual,), editor)
        self.begin(session.settings.table.colours, filter_text)
        self.resize(640, 520)

    def new_rule(self, filter_text: str) -> ColourRule:
        """A new rule in a tone that none has yet."""
        used = {rule.tone for rule in self.list.rules}
        free = next((name for name in TONES if name not in used), TONES[0])
        return ColourRule(filter_text, free)  # type: ignore[arg-type]

    def take(self, rules: Sequence[ColourRule]) -> None:
        """Colour rows by these rules from now on."""
        self._session.settings = self._session.settings.with_table(colours=tuple(rules))
        self._session.colours.set_rules(self._session.settings.table.colours)

    def show_buttons(self) -> None:
        """What can be done now."""
        super().show_buttons()
        row, count = self.list.currentRow(), self.list.count()
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)

    def _add_usual(self) -> None:
        known = {rule.filter for rule in self.list.rules}
        for rule in usual_rules(self._session.settings.budgets_ms):
            if rule.filter not in known:
                self.list.add(rule)
        self.apply()


def line(rule: ColourRule) -> Line:
    """A rule with its sign, on the ground of its tone."""
    text = f"{display(glyph_of(rule))}   {display(rule.filter, limit=200) or 'no filter yet'}"
    return Line(text, tone(rule.tone, current_palette().dark).ground)

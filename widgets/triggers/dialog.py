"""The dialog of triggers. What is changed acts on the rows that come from then on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.session import Session
from app.table_setup import Trigger
from widgets.look.text import label
from widgets.rules.rule_list import Line, RuleList
from widgets.rules.rules_dialog import RulesDialog
from widgets.triggers.editor import TriggerEditor
from widgets.triggers.wording import line_of, state_of

__all__ = ["TriggersDialog"]

LOOK_MS = 500


class TriggersDialog(RulesDialog[Trigger]):
    """Lists the triggers of a session; with a `filter`, begins with a new one for it."""

    HINT = (
        "When a row comes that passes the filter, the rows around it stay in memory while others go. "
        "is:trigger selects the rows that were met. Triggers keep at most an eighth of the memory, the newest firings."
    )
    EMPTY = (
        "There are no triggers yet. One waits for a row, keeps what came before and after it, and tells you: "
        "type:PaymentFailed, or error:*timeout*, or latency>2s."
    )

    def __init__(self, parent: QWidget, session: Session, filter_text: str | None = None) -> None:
        editor = TriggerEditor(session.store)
        super().__init__(parent, "Triggers", RuleList("triggers", lambda rule: Line(line_of(rule))), editor)
        self._session = session
        self._editor = editor
        self.state = label("", "muted", wrap=True)
        self.lay_out((), (), editor, self.state)
        self.begin(session.settings.table.triggers, filter_text)
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._tell)
        self._look.start()
        self.resize(640, 560)

    def new_rule(self, filter_text: str) -> Trigger:
        """One that keeps and tells, and does not pause."""
        return Trigger(filter_text)

    def take(self, rules: Sequence[Trigger]) -> None:
        """Wait for what these triggers say from now on; the session follows its settings."""
        self._session.settings = self._session.settings.with_table(triggers=tuple(rules))

    def show_buttons(self) -> None:
        """What can be done now."""
        super().show_buttons()
        self._tell()

    def done(self, result: int) -> None:
        """What was written last counts as well."""
        self._editor.commit()
        super().done(result)

    def _tell(self) -> None:
        self.state.setText(state_of(self._session.triggers, self.list.current))

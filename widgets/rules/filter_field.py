"""The filter of a rule: a line whose edge says whether it is right, and below it what is wrong or doubtful."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from app.store.store import Store
from widgets.filter.verdict import Edge, Verdict, judged
from widgets.look.fonts import mono_font
from widgets.look.text import label

__all__ = ["FilterField"]


class FilterField(QLineEdit):
    """`message` is the label to be placed below it."""

    def __init__(self, store: Store) -> None:
        super().__init__(placeholderText="Rows that pass this filter: phase:failed, latency>50ms, type:order.*")
        self._store = store
        self.setObjectName("filter")
        self.setFont(mono_font())
        self.setAccessibleName("filter of the rule")
        self.message = label("", "error", wrap=True)

    def show_filter(self, text: str) -> None:
        """Have a filter in the line."""
        self.setText(text)
        self.judge()

    def judge(self) -> Verdict:
        """Say what is to be said of the filter as it is now."""
        verdict = judged(self.text(), self._store)
        self.message.setText(verdict.told)
        self.message.setProperty("tone", "critical" if verdict.edge is Edge.WRONG else "high")
        self.setAccessibleDescription(verdict.told)
        self.setProperty("edge", verdict.edge.value)
        self.setProperty("wrong", verdict.edge is Edge.WRONG)
        for widget in (self, self.message):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        return verdict

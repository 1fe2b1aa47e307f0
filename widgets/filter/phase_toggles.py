"""Phase toggles: which steps of an event's life the table shows, one small button for each."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from eventscope.step import Phase
from widgets.look.icons import icon
from widgets.table.row_painter import PHASE_ICONS

__all__ = ["HIDDEN_AT_FIRST", "PhaseToggles"]

HIDDEN_AT_FIRST: Final = frozenset({Phase.DELIVERED.label})
"""A delivered row says little that the handled or failed row after it does not say."""

_OWN_PHASE: Final = re.compile(r"(?<![\w.])phase[:!<>=]")
STEPPED_ASIDE: Final = "The filter's text says which phases are shown."


class PhaseToggles(QWidget):
    """Pressed phases are shown. Where the filter's text names phases itself, the toggles step aside."""

    changed = Signal()

    def __init__(self, hidden: Collection[str] = HIDDEN_AT_FIRST, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("phases shown")
        self._counts: Mapping[int, int] = {}
        self._aside = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.buttons = {phase: self._button(phase, phase.label not in hidden) for phase in Phase}
        for button in self.buttons.values():
            row.addWidget(button)
        self._describe()

    def clause(self, text: str) -> str:
        """What must be added to the filter `text` to hide the phases that are not pressed."""
        hidden = [phase.label for phase, button in self.buttons.items() if not button.isChecked()]
        return f"-phase:{','.join(hidden)}" if hidden and not _OWN_PHASE.search(text) else ""

    def show_text(self, text: str) -> None:
        """Step aside when the filter's text names phases."""
        aside = _OWN_PHASE.search(text) is not None
        if aside is not self._aside:
            self._aside = aside
            self.setEnabled(not aside)
            self._describe()

    def show_counts(self, counts: Mapping[int, int]) -> None:
        """Tell in the tooltips how many rows of each phase were seen."""
        if counts != self._counts:
            self._counts = dict(counts)
            self._describe()

    def show_all(self) -> None:
        """Press all, without telling."""
        for button in self.buttons.values():
            button.setChecked(True)
        self._describe()

    def _button(self, phase: Phase, shown: bool) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(True)
        button.setChecked(shown)
        button.setIcon(icon(*PHASE_ICONS[phase]))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(self._toggled)
        return button

    def _toggled(self) -> None:
        self._describe()
        self.changed.emit()

    def _describe(self) -> None:
        for phase, button in self.buttons.items():
            state, act = ("shown", "hide") if button.isChecked() else ("hidden", "show")
            name = phase.label.capitalize()
            count = f"{self._counts.get(phase, 0):,}"
            text = f"{name}: {count} rows, {state}. Click to {act} them."
            button.setToolTip(text if self.isEnabled() else f"{name}: {count} rows. {STEPPED_ASIDE}")
            button.setAccessibleName(f"{name} rows {state}")

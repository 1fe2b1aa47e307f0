"""The filter bar: the line in which a filter is written, what it lets through, and chips that write it by click."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.filter.matches import Matches
from app.filter.observed import observed
from app.filter.operators import FIELDS, OPEN_FIELDS
from app.filter.query import FilterError, parse
from app.session import Session
from eventscope.event import EventPriority
from eventscope.step import Phase
from widgets.filter.category_chips import CategoryChips
from widgets.filter.category_clause import narrowed
from widgets.filter.edit import Edge, FilterEdit
from widgets.filter.phase_toggles import HIDDEN_AT_FIRST, PhaseToggles
from widgets.filter.suggestions import History, Suggestion, suggestions
from widgets.focus import Focus
from widgets.look.text import label

__all__ = ["FilterBar"]

DEBOUNCE_MS: Final = 150
MEANINGS: Final = {
    **{field.name: field.meaning.replace("`", "") for field in FIELDS.values()},
    **{field.prefix: field.meaning.replace("`", "") for field in OPEN_FIELDS},
}
NAMES: Final = {
    "priority": [priority.name.lower() for priority in reversed(EventPriority)],
    "phase": [phase.label for phase in Phase],
}

REFRESH_S: Final = 0.1
"""Counts change ten times a second at most: faster ones cannot be read."""


def many(count: int) -> str:
    """How many rows have a value."""
    return f"{count:,} row" + ("s" if count != 1 else "")


class FilterBar(QWidget):
    """Emits `filter_changed` with an `app.filter.query.Filter` whenever another one is to be applied."""

    filter_changed = Signal(object)
    left = Signal()

    def __init__(self, session: Session, focus: Focus, matches: Matches, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._matches = matches
        self._history = History()
        self._begun = False
        self._applied = ""
        self._refreshed = 0.0
        self.edit = FilterEdit(self._suggest)
        self.chips = CategoryChips()
        self.phases = PhaseToggles(session.settings.hidden_phases or HIDDEN_AT_FIRST)
        self._count = label("", "number")
        self._message = label("", "error")
        self._progress = QProgressBar(textVisible=False, maximum=1000)
        self._pause = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._lay_out()
        self._connect()
        self._show_text("")

    @property
    def text(self) -> str:
        """What is written in the line."""
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Write `text` and apply it at once."""
        self.edit.setText(text)
        self.apply()

    def propose(self, text: str) -> None:
        """Apply a filter that another view asks for; an empty one shows everything, all phases included."""
        if not text:
            self.phases.show_all()
        self.set_text(text)

    def add_clause(self, clause: str) -> None:
        """Narrow the filter by a further clause."""
        self.set_text(narrowed(self.text.strip(), clause))

    def focus_filter(self) -> None:
        """Go to the line, to write."""
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    def tick(self) -> None:
        """Apply what is chosen from the start, then bring the counts up to date when it is time."""
        if not self._begun:
            self.apply()
        now = time.monotonic()
        if now - self._refreshed >= REFRESH_S:
            self._refreshed = now
            self._show_counts()

    def apply(self) -> None:
        """Apply the text if it is a filter, else say what is wrong with it."""
        self._begun = True
        self._pause.stop()
        text = self.text.strip()
        try:
            parse(text)
            wanted = parse(self._composed(text))
        except FilterError as error:
            self._show_error(error)
            return
        self._show_applied(text)
        if self._composed(text) != self._applied:
            self._applied = self._composed(text)
            self.filter_changed.emit(wanted)

    def _composed(self, text: str) -> str:
        clause = self.phases.clause(text)
        return narrowed(text, clause) if clause else text

    def _show_error(self, error: FilterError) -> None:
        sentence = f"{error.message} (at column {error.position + 1})"
        self.edit.show_edge(Edge.WRONG, sentence)
        self._message.setText(f"✖  {sentence}")
        self._message.show()
        self._message.raise_()

    def _show_applied(self, text: str) -> None:
        self._history.add(text)
        self.edit.show_edge(Edge.APPLIED if text else Edge.EMPTY)
        self._message.hide()

    def _typed(self, text: str) -> None:
        self.edit.show_edge(Edge.PENDING)
        self._show_text(text)
        self._pause.start()

    def _show_text(self, text: str) -> None:
        self.chips.show_text(text)
        self.phases.show_text(text)

    def _show_counts(self) -> None:
        scanned, total = self._matches.progress
        part = f" · {scanned / total:.0%}" if scanned < total else ""
        self._count.setText(f"{len(self._matches):,} of {total:,}{part}")
        self._progress.setValue(scanned * 1000 // total if scanned < total else 0)
        self.chips.show_counts(self._session.tally.categories)
        self.phases.show_counts(self._session.tally.phases)

    def _suggest(self, text: str) -> list[Suggestion]:
        return suggestions(text, MEANINGS, self._values, self._history.texts)

    def _values(self, field: str, beginning: str) -> Iterable[tuple[str, str]]:
        """Names that are known beforehand, else what the field has had in this capture, with counts."""
        if field in NAMES:
            return [(name, "") for name in NAMES[field] if name.startswith(beginning.lower())]
        return [(value, many(count)) for value, count in observed(self._session.store, field, beginning)]

    def _connect(self) -> None:
        self._pause.timeout.connect(self.apply)
        self.edit.textChanged.connect(self._typed)
        self.edit.entered.connect(self.apply)
        self.edit.left.connect(self.left)
        self.chips.text_changed.connect(self.set_text)
        self.phases.changed.connect(self.apply)

    def _lay_out(self) -> None:
        self.setObjectName("filterbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._count.setAccessibleName("how many rows match")
        self._progress.setAccessibleName("progress of the search")
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.edit, 1)
        line.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 12, 6)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self._progress)
        column.addLayout(self._make_below())

    def _make_below(self) -> QGridLayout:
        """Chips, and over them the error if there is one: the table below must not move while one types."""
        self._message.setAutoFillBackground(True)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._message.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._message.setContentsMargins(0, 6, 0, 0)
        self._message.hide()
        below = QGridLayout()
        below.setContentsMargins(0, 2, 0, 0)
        below.setHorizontalSpacing(12)
        below.setColumnStretch(0, 1)
        below.addWidget(self.chips, 0, 0)
        below.addWidget(self.phases, 0, 1, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._message, 0, 0, 1, 2)
        return below

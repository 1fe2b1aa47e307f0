"""The work area: the filter bar over the event table, and how they act on each other."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.filter.matches import Matches
from app.session import Session
from widgets.filter.bar import FilterBar
from widgets.focus import Focus
from widgets.table.event_table import EventTable


class WorkArea(QWidget):
    """What is in the middle of the window."""

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matches = Matches(session.store)
        self.table = EventTable(session, focus, self.matches)
        self.filter_bar = FilterBar(session, focus, self.matches)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter_bar)
        column.addWidget(self.table, 1)

    def tick(self) -> None:
        """Apply what is new to the table, then count it in the bar."""
        self.table.tick()
        self.filter_bar.tick()

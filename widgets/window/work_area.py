"""The work area: the filter bar over the event table, and how they act on each other."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.filter.effective import Effective
from app.filter.matches import Matches
from app.filter.query import parse
from app.session import Session
from app.table_setup import Grouping, TableSetup
from widgets.filter.bar import FilterBar
from widgets.filter.completion import Completion
from widgets.filter.find_line import FindLine
from widgets.focus import Focus
from widgets.table.event_table import EventTable
from widgets.table.find import Find
from widgets.triggers.firings import Firings

FORWARDED: Final = (
    "filter_wanted", "clause_wanted", "trace_wanted", "pause_toggled", "catch_up_wanted", "place_wanted",
    "colour_wanted", "trigger_wanted", "ignored_toggled", "help_wanted", "said", "check_wanted", "typed",
)  # fmt: skip
"""What the lower table asks for, the upper one asks for."""


class WorkArea(QWidget):
    """What is in the middle of the window.

    `table` lists the rows that match. When the others are dimmed or the table is split, it lists all of them, and the
    rows that match are found beside it, for the lower table if there is one.
    """

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._setup = TableSetup()
        self._filter = Effective(parse(""), parse(""))
        self.matches = Matches(session.store)
        self.found: Matches | None = None
        """The rows that match, while `table` lists the others as well."""
        self.table = EventTable(session, focus, self.matches)
        self.below: EventTable | None = None
        self.filter_bar = FilterBar(session, focus, self.matches)
        self.filter_bar.filter_changed.connect(self._apply)
        self.filter_bar.found.resumed.connect(self.tick)
        focus.filter_prepared.connect(self.filter_bar.prepare)
        focus.filter_joined.connect(self.filter_bar.join)
        self.table.clause_wanted.connect(self.filter_bar.join)
        self.table.typed.connect(self.filter_bar.begin)
        self._serve(self.table)
        self.firings = Firings(session, focus, self)
        self.find_line = FindLine(Completion(session), lambda: session.store)
        self.finding = Find(session, focus, self.find_line, self.table)
        focus.horizon_changed.connect(self._hold)
        self._tables = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        self._tables.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter_bar)
        column.addWidget(self.find_line)
        column.addWidget(self._tables, 1)

    def tick(self) -> None:
        """Pause where a trigger says so, follow the setup, apply the news to the tables, then count them in the bar."""
        self.firings.tick()
        if self._session.settings.table is not self._setup:
            self._arrange(self._session.settings.table)
        if self.below is not None:
            self.below.tick()
        elif self.found is not None and self.found.update():
            self.table.viewport().update()
        self.table.tick()
        self.finding.tick()
        self.filter_bar.tick()

    @property
    def written_at(self) -> float:
        """When the last key of a filter or a search came (s of `time.perf_counter`)."""
        return max(self.filter_bar.edit.written_at, self.find_line.edit.written_at)

    @property
    def matching(self) -> Matches:
        """The rows that match, whether the table lists others as well or not."""
        return self.matches if self.found is None else self.found

    def open_find(self) -> None:
        """Ask what to look for in the table that is looked at, without hiding the other rows."""
        self.finding.open(self.below if self.below is not None and self.below.hasFocus() else self.table)

    def toggle_dim(self) -> None:
        """Dim rows that do not match, or hide them again."""
        self.filter_bar.modes.dim.click()

    def toggle_split(self) -> None:
        """Show all rows above those that match, or these alone again."""
        self.filter_bar.modes.split.click()

    def group(self, grouping: Grouping) -> None:
        """Fold repeated rows, show the latest of each type or key alone, or every row."""
        self._session.settings = self._session.settings.with_table(group=grouping)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc in a table stops a search that runs, then ends a find, before it means anything else there."""
        if isinstance(event, QKeyEvent) and (event.type(), event.key()) == (QEvent.Type.KeyPress, Qt.Key.Key_Escape):
            return self.filter_bar.found.give_up() or self.finding.give_up()
        return super().eventFilter(watched, event)

    def close_searches(self) -> None:
        """End the threads that search and sort."""
        for table in (self.table, self.below):
            if table is not None:
                table.layers.close()
        self.finding.close()
        for matches in (self.matches, self.found):
            if matches is not None:
                matches.close()

    def _arrange(self, setup: TableSetup) -> None:
        """Show rows in the way that the setup asks for now."""
        before, self._setup = self._setup, setup
        if (setup.dim, setup.split) != (before.dim, before.split):
            self._find_beside(setup.dim or setup.split)
            self._split(setup.split)
            self.table.light(self.found if setup.dim else None)
            self.filter_bar.found.watch(self.matching)
            self._apply(self._filter)
        self.table.folds.show(setup.group if not setup.split else "")
        if self.below is not None:
            self.below.folds.show(setup.group)

    def _apply(self, filters: Effective) -> None:
        self._filter = filters
        self.matching.looked_at = self.table.anchor.seq
        self.table.set_filter(filters.wanted if self.found is None else filters.context)
        if self.below is not None:
            self.below.set_filter(filters.wanted)
        elif self.found is not None:
            self.found.set_filter(filters.wanted)

    def _find_beside(self, wanted: bool) -> None:
        if wanted and self.found is None:
            self.found = Matches(self._session.store)
            self.found.horizon = self._focus.horizon
        elif self.found is not None and not wanted:
            self.found.close()
            self.found = None

    def _split(self, wanted: bool) -> None:
        if wanted and self.below is None and self.found is not None:
            self.below = EventTable(self._session, self._focus, self.found)
            self.below.setAccessibleName("events that match")
            self._forward(self.below)
            self.finding.serve(self.below)
            self._tables.addWidget(self.below)
            self._tables.setSizes([self.height() // 2] * 2)
        elif self.below is not None and not wanted:
            self.below.hide()
            self.finding.leave(self.below)
            self.below.layers.close()
            self.below.deleteLater()
            self.below = None

    def _serve(self, table: EventTable) -> None:
        """Do what an empty table offers."""
        table.installEventFilter(self)
        table.vacancy.invert_wanted.connect(self.filter_bar.invert)
        table.vacancy.removal_wanted.connect(self.filter_bar.remove)

    def _forward(self, below: EventTable) -> None:
        """What the lower table asks for, the upper one asks for."""
        self._serve(below)
        for name in FORWARDED:
            getattr(below, name).connect(getattr(self.table, name))

    def _hold(self, horizon: int | None) -> None:
        """The tables do so by themselves."""
        if self.found is not None and self.below is None:
            self.found.horizon = horizon

"""The event table: the live list of what happened, newest at the bottom unless it is sorted."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.columns.fields import field_of
from app.filter.matches import Matches
from app.filter.query import Filter
from app.listing.layers import Layers, Make
from app.listing.listing import Listing
from app.listing.order import Direction
from app.session import Session
from widgets.focus import Focus
from widgets.keys.place_keys import PlaceKeys, is_typed
from widgets.table.column_header import ColumnHeader
from widgets.table.commands import open_window
from widgets.table.event_model import Index
from widgets.table.folds import Folds
from widgets.table.found_rows import with_found
from widgets.table.gesture_view import GestureView
from widgets.table.hunt import Hunt
from widgets.table.jumps import Jumps
from widgets.table.keys import TABLE_KEYS
from widgets.table.live import Live, LiveState
from widgets.table.live_watch import LiveWatch
from widgets.table.menu import open_cell_menu
from widgets.table.notes import Notes
from widgets.table.row_painter import Strip
from widgets.table.sorting import Sorting
from widgets.table.vacancy import Vacancy

__all__ = ["EventTable"]

Update = QItemSelectionModel.SelectionFlag

LEAST_ROWS: Final = 4
"""However low the window, so many rows are seen, also of two tables above each other."""


class EventTable(GestureView):
    """Shows the matches of a filter; `live_changed` says whether it shows the newest of them."""

    filter_wanted = Signal()
    typed = Signal(str)
    found_wanted = Signal(object)  # 1 or -1: to the next row that is looked for
    clause_wanted = Signal(str)
    trace_wanted = Signal()
    pause_toggled = Signal()
    catch_up_wanted = Signal()
    start_wanted = Signal()
    place_wanted = Signal(object)  # EventTable
    colour_wanted = Signal(str)
    trigger_wanted = Signal(str)
    ignored_toggled = Signal()
    help_wanted = Signal()
    said = Signal(str)
    check_wanted = Signal(object)  # Source
    live_changed = Signal(object)  # Live

    def __init__(self, session: Session, focus: Focus, matches: Matches, parent: QWidget | None = None) -> None:
        super().__init__(session, focus, matches, parent)
        self.layers = Layers(matches, session.store)
        self.sought: Listing | None = None
        """The rows that somebody looks for without hiding the others."""
        self.columns = ColumnHeader(session, self, self.rows, self.painter, self.rows_in_view)
        self.setModel(self.rows)
        self.columns.set_up()
        self.horizontalHeader().customContextMenuRequested.connect(self.stay)
        self.setMinimumHeight(self.horizontalHeader().sizeHint().height() + LEAST_ROWS * self.painter.row_height)
        self.jumps = Jumps(session.store, self.layers)
        self.folds = Folds(self)
        self.hunt = Hunt(self)
        self.hunt.found.connect(self.go_to)
        self.notes = Notes(self)
        self.gutter.marked.connect(self.notes.toggle_row)
        self.gutter.folded.connect(self.folds.click)
        self._keys = PlaceKeys(session, TABLE_KEYS)
        self._watch = LiveWatch(session, focus)
        self._live = Live(LiveState.FOLLOWING)
        self._direction: Direction | None = None
        self._sorting = Sorting()
        self._dated = False
        self._column = 0
        """The column of the cell that was chosen last: rows may go and come, the reader stays there."""
        self.vacancy = Vacancy(session, matches, self)  # Qt would scroll a child of the viewport away
        self.vacancy.clear_wanted.connect(partial(focus.propose_filter, ""))
        self.vacancy.check_wanted.connect(self.check_wanted)
        self.vacancy.row_wanted.connect(focus.select_event)
        self.anchor.changed.connect(self._tell_live)
        self.columns.sort_wanted.connect(self.sort_by)
        self.horizontalHeader().customContextMenuRequested.connect(lambda _: self.stay())
        self.columns.rearranged.connect(self._settle)
        focus.column_wanted.connect(self.add_column)
        self.doubleClicked.connect(lambda _: open_window(self))
        focus.event_changed.connect(self._show_event)
        focus.trace_changed.connect(self.repaint_rows)
        focus.horizon_changed.connect(self._hold)
        self._sort()

    def tick(self) -> None:
        """Show what is new; nothing moves unless the table follows."""
        self.columns.tick()
        self._sort()
        with self.anchor.moving():
            changed = self.rows.tick()
        if changed:
            self._settle()
        if self.rows.lent.tick():
            self.repaint_rows()
        if self.anchor.following or self.rows.dated != self._dated:
            self._dated = self.rows.dated
            self.columns.learn(*self.rows_in_view())
        self.notes.tick()
        self.vacancy.tick()
        self._tell_live()

    def set_filter(self, wanted: Filter) -> None:
        """Show what passes another filter; what was at the top stays there if it still passes."""
        with self.anchor.moving():
            self.rows.set_filter(wanted)
        self._settle()
        self._tell_live()

    def group(self, make: Make | None) -> None:
        """Show groups of rows as `make` says, or each row with None; the order stays."""
        self.layers.group(make)
        self._list()

    def sort_by(self, field: str) -> None:
        """Sort by a field, with "-" before it for the largest first; "" is the order of arrival."""
        self.session.settings = self.session.settings.with_table(sort=field)
        self.columns.tick()
        self._sort()

    def add_column(self, field: str) -> None:
        """Show a field in a column of its own."""
        try:
            self.columns.add(field)
        except ValueError as error:
            self.said.emit(str(error))

    def follow(self) -> None:
        """Show the newest rows, in the order of arrival, and go on doing so."""
        if self._sorting.field:
            self.sort_by("")
        self.anchor.follow()

    def go_to_end(self) -> None:
        """Show the last row: the newest one, unless rows are sorted."""
        if self._sorting.field:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        else:
            self.follow()

    def stay(self, *_: object) -> None:
        """Stand still at what is shown now, as if the reader had scrolled back to it."""
        self.anchor.suspend()

    def act_on_pill(self) -> None:
        """What a click on the state pill means now."""
        if self._live.state in (LiveState.SCROLLED_BACK, LiveState.SORTED):
            self.follow()
        elif self._live.state is LiveState.STOPPED:
            self.start_wanted.emit()
        else:
            self.pause_toggled.emit()

    def go_to(self, row: int | None) -> None:
        """Select a row, or nothing happens when there is none to go to."""
        if row is not None:
            self.setCurrentIndex(self.rows.index(row, self._column))

    def currentChanged(self, current: Index, previous: Index) -> None:
        """The reader chose a row: stand still, and tell the other views."""
        if self.anchor.is_moving:
            return
        super().currentChanged(current, previous)
        self._column = max(current.column(), 0)
        seq = self.rows.seq_at(current.row()) if current.isValid() else None
        if seq is not None and self.session.store.keeps(seq):
            self.anchor.suspend()
            self.focus.choose(self.session.store, seq)
        self.repaint_rows()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes the first visible row the current one; nobody has chosen it."""
        with self.anchor.moving():
            super().focusInEvent(event)
        self._restore_selection()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.folds.press(event):
            return event.accept()
        command = self._keys.command(event)
        if command is None:
            return self.typed.emit(event.text()) if is_typed(event) else super().keyPressEvent(event)
        command(self)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.open_menu()
        elif index.isValid():
            self._open_menu(index, event.globalPos())

    def open_menu(self) -> None:
        """What can be done with the current cell, below it."""
        index = self.currentIndex()
        if index.isValid():
            self.scrollTo(index)
            self._open_menu(index, self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))

    def _open_menu(self, index: QModelIndex, at: QPoint) -> None:
        self.anchor.suspend()
        open_cell_menu(self, index, at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        with self.anchor.moving():
            super().resizeEvent(event)
        self.columns.arrange()
        self.anchor.settle()
        self.vacancy.fill(self.viewport().geometry())

    def strips(self, area: QRect) -> list[Strip]:
        """The rows that `area` of the viewport touches, each with how many it stands for and whether it was found."""
        return with_found(self.folds.looks(super().strips(area)), self.sought)

    def _list(self) -> None:
        """Show the rows of the layer that is on top now."""
        with self.anchor.moving():
            self.rows.show(self.layers.top)
        self._settle()
        self._tell_live()

    def _sort(self) -> None:
        """Sort as the settings say, if rows are not so already."""
        sorting = self.columns.sorting
        if sorting == self._sorting:
            return
        self._sorting = sorting
        self.layers.sort(Direction(field_of(sorting.field), sorting.descending) if sorting.field else None)
        self._list()
        if not sorting.field and self.currentIndex().isValid():
            self.anchor.suspend()
            self._scroll_to_selection()
        elif not sorting.field:
            self.anchor.follow()

    def _settle(self) -> None:
        if self.layers.direction is not self._direction:
            self._direction = self.layers.direction
            self.anchor.begin_at_top()
        self.anchor.settle()
        self._restore_selection()
        self.repaint_rows()

    def _restore_selection(self) -> None:
        """Rows were renumbered: select the row where the selected event is now."""
        with self.anchor.moving():
            row = self.jumps.row_of(self.focus.seq)
            index = self.rows.index(-1 if row is None else row, self._column)
            if index != self.currentIndex() or not index.isValid():
                self.selectionModel().setCurrentIndex(index, Update.ClearAndSelect | Update.Rows)

    def _show_event(self, seq: int | None) -> None:
        """Another view selected an event: show it, if the filter lets it through."""
        row = self.jumps.row_of(seq)
        if row != self.currentIndex().row():
            self._restore_selection()
            if row is not None:
                self.anchor.suspend()
                self._scroll_to_selection()
        self.repaint_rows()

    def _scroll_to_selection(self) -> None:
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.EnsureVisible)

    def _hold(self, horizon: int | None) -> None:
        self.rows.listing.horizon = horizon
        self.tick()

    def _tell_live(self) -> None:
        live = self._watch.live(self.anchor, self._sorting.label, is_sorted=self.layers.is_settled)
        if live != self._live:
            self._live = live
            self.live_changed.emit(live)

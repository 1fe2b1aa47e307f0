"""The event table: the live list of what happened, newest at the bottom.

It is a QTableView as to header, selection, scrolling and accessibility, but paints its rows itself: Qt would call
into Python some sixty times for each row that is visible.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.filter.matches import Matches
from app.filter.query import Filter
from app.session import Session
from widgets.focus import Focus
from widgets.look.theme import theme
from widgets.table.anchor import Anchor
from widgets.table.column_header import ColumnHeader
from widgets.table.columns import COLUMNS
from widgets.table.event_model import EventModel, Index
from widgets.table.jumps import Jumps
from widgets.table.keys import command_of
from widgets.table.live import Live, LiveState
from widgets.table.live_watch import LiveWatch
from widgets.table.menu import open_row_menu
from widgets.table.row_painter import Look, RowPainter, Slot, Strip
from widgets.table.vacancy import Vacancy

__all__ = ["EventTable"]

Update = QItemSelectionModel.SelectionFlag


class EventTable(QTableView):
    """Shows the matches of a filter; `live_changed` says whether it shows the newest of them."""

    filter_wanted = Signal()
    clause_wanted = Signal(str)
    trace_wanted = Signal()
    pause_toggled = Signal()
    catch_up_wanted = Signal()
    start_wanted = Signal()
    check_wanted = Signal(object)  # Source
    live_changed = Signal(object)  # Live

    def __init__(self, session: Session, focus: Focus, matches: Matches, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.focus = focus
        self.rows = EventModel(session, matches, self)
        self.painter = RowPainter()
        self._set_up()
        self.anchor = Anchor(self, self.rows, self.painter.row_height)
        self.columns = ColumnHeader(self, self.rows, self.painter)
        self.setModel(self.rows)
        self.columns.set_up()
        self.jumps = Jumps(session.store, matches)
        self._watch = LiveWatch(session, focus)
        self._live = Live(LiveState.FOLLOWING)
        self._vacancy = Vacancy(session, matches, self)  # Qt would scroll a child of the viewport away
        self._vacancy.clear_wanted.connect(partial(focus.propose_filter, ""))
        self._vacancy.check_wanted.connect(self.check_wanted)
        self.anchor.changed.connect(self._tell_live)
        focus.event_changed.connect(self._show_event)
        focus.trace_changed.connect(self._repaint)
        focus.horizon_changed.connect(self._hold)
        theme().changed.connect(self._recolour)

    def tick(self) -> None:
        """Show what is new; nothing moves unless the table follows."""
        with self.anchor.moving():
            changed = self.rows.tick()
        if changed:
            self._settle()
        if self.anchor.following:
            self.columns.learn(*self._visible(self.viewport().rect()))
        self._vacancy.tick()
        self._tell_live()

    def set_filter(self, wanted: Filter) -> None:
        """Show what passes another filter; what was at the top stays there if it still passes."""
        with self.anchor.moving():
            self.rows.set_filter(wanted)
        self._settle()
        self._tell_live()

    def follow(self) -> None:
        """Show the newest rows, and go on doing so."""
        self.anchor.follow()

    def stay(self) -> None:
        """Stand still at what is shown now, as if the reader had scrolled back to it."""
        self.anchor.suspend()

    def act_on_pill(self) -> None:
        """What a click on the state pill means now."""
        if self._live.state is LiveState.SCROLLED_BACK:
            self.follow()
        elif self._live.state is LiveState.STOPPED:
            self.start_wanted.emit()
        else:
            self.pause_toggled.emit()

    def go_to(self, row: int | None) -> None:
        """Select a row, or nothing happens when there is none to go to."""
        if row is not None:
            self.setCurrentIndex(self.rows.index(row, max(self.currentIndex().column(), 0)))

    def currentChanged(self, current: Index, previous: Index) -> None:
        """The reader chose a row: stand still, and tell the other views."""
        if self.anchor.is_moving:
            return
        super().currentChanged(current, previous)
        row = self.rows.row(current.row()) if current.isValid() else None
        if row is not None:
            self.anchor.suspend()
            self.focus.select_event(row.seq, row.correlation_id)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes the first visible row the current one; nobody has chosen it."""
        with self.anchor.moving():
            super().focusInEvent(event)
        self._restore_selection()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = command_of(event)
        if command is None:
            return super().keyPressEvent(event)
        command(self)
        event.accept()

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """From nowhere the arrow keys begin at the lowest row in view; Qt would go to the very first."""
        if self.currentIndex().isValid():
            return super().moveCursor(action, modifiers)
        _, lowest = self._visible(self.viewport().rect())
        return self.rows.index(min(lowest, self.rows.rowCount() - 1), 0)

    def keyboardSearch(self, search: str) -> None:
        """Nothing: Qt would read the whole model, row by row."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Who clicks on a row wants it to stay, also when it was selected already."""
        super().mousePressEvent(event)
        if self.indexAt(event.position().toPoint()).isValid():
            self.anchor.suspend()

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        if event.angleDelta().y() < 0 and self.anchor.at_end:
            self.anchor.follow()
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            self.anchor.suspend()
            open_row_menu(self, index, event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        with self.anchor.moving():
            super().resizeEvent(event)
        self.columns.arrange()
        self.anchor.settle()
        self._vacancy.fill(self.viewport().geometry())

    def paintEvent(self, event: QPaintEvent) -> None:
        area, top = event.rect(), self.verticalScrollBar().value()
        strips = [
            Strip(number * self.painter.row_height - top, row, self._look(row.seq, row.correlation_id, text))
            for number, row, text in self.rows.rows(*self._visible(area))
        ]
        painter = QPainter(self.viewport())
        self.painter.paint(painter, self._slots(area.left(), area.right()), strips, self.viewport().width())

    def _visible(self, area: QRect) -> tuple[int, int]:
        """The first and last row that `area` of the viewport touches."""
        top, height = self.verticalScrollBar().value(), self.painter.row_height
        return (top + area.top()) // height, (top + area.bottom()) // height

    def _look(self, seq: int, correlation_id: str | None, text: str) -> Look:
        traced = correlation_id is not None and correlation_id == self.focus.correlation_id
        return Look(text, seq == self.focus.seq, traced)

    def _slots(self, left: int, right: int) -> list[Slot]:
        """The columns that lie between `left` and `right`."""
        header, slots = self.horizontalHeader(), []
        for number, column in enumerate(COLUMNS):
            at, width = header.sectionViewportPosition(number), header.sectionSize(number)
            if width and at <= right and at + width >= left:
                slots.append(Slot(column, at, width))
        return slots

    def _settle(self) -> None:
        self.anchor.settle()
        self._restore_selection()
        self.viewport().update()

    def _restore_selection(self) -> None:
        """Rows were renumbered: select the row where the selected event is now."""
        with self.anchor.moving():
            row = self.jumps.row_of(self.focus.seq)
            index = self.rows.index(-1 if row is None else row, 0)
            if index != self.currentIndex() or not index.isValid():
                self.selectionModel().setCurrentIndex(index, Update.ClearAndSelect | Update.Rows)

    def _show_event(self, seq: int | None) -> None:
        """Another view selected an event: show it, if the filter lets it through."""
        row = self.jumps.row_of(seq)
        if row != self.currentIndex().row():
            self._restore_selection()
            if row is not None:
                self.anchor.suspend()
                self.scrollTo(self.rows.index(row, 0), QAbstractItemView.ScrollHint.EnsureVisible)
        self.viewport().update()

    def _hold(self, horizon: int | None) -> None:
        self.rows.matches.horizon = horizon
        self.tick()

    def _tell_live(self) -> None:
        live = self._watch.live(self.anchor)
        if live != self._live:
            self._live = live
            self.live_changed.emit(live)

    def _recolour(self) -> None:
        self.painter.recolour()
        self.viewport().update()

    def _repaint(self) -> None:
        self.viewport().update()

    def _set_up(self) -> None:
        self.setAccessibleName("events")
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(self.painter.row_height)

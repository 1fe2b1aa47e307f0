"""The lane table: a trace as a conversation between services, in causal order from top to bottom."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from app.traces.nodes import Trace
from widgets.look.theme import theme
from widgets.trace.lane_header import LaneHeader
from widgets.trace.lane_painter import ROW_PX, LanePainter
from widgets.trace.lane_plan import GUTTER, LEAST_PX
from widgets.trace.lane_rows import LaneModel, LaneRow
from widgets.trace.page_table import PageTable
from widgets.trace.rows import is_error

__all__ = ["LaneTable"]


class LaneTable(PageTable):
    """Shows a trace; its keys are in `widgets.trace.keys`."""

    chosen = Signal(object)  # seq: int, of the message or delivery that the developer went to

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = LaneModel(self)
        self._trace = Trace("")
        self._spread = False
        self.setModel(self.rows)
        self.setItemDelegate(LanePainter(self))
        self._header = LaneHeader(self.rows)
        self.setHorizontalHeader(self._header)
        self._header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._header.sectionClicked.connect(lambda _: self.toggle_spread())
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("conversation of the trace")
        theme().changed.connect(self._repaint)

    def show_trace(self, trace: Trace) -> None:
        """Show a trace, or what one that is shown has become; the selected row stays."""
        self._trace = trace
        with self.quietly():
            self.rows.show_trace(trace, spread=self._spread)
        self._fit()

    def select_seq(self, seq: int | None) -> bool:
        """Go to the row of an event, without telling; False when it has none here."""
        here = self._current()
        if here is not None and seq in seqs_of(here):
            return True
        row = next((n for n, each in enumerate(self.rows.items) if seq is not None and seq in seqs_of(each)), None)
        with self.quietly():
            self.go_to(row)
        return row is not None

    def spread(self, each: bool) -> None:
        """Give each listener a lane of its own, or all of them one."""
        self._spread = each
        self.show_trace(self._trace)

    def toggle_spread(self) -> None:
        """A lane for each listener, or one for all again."""
        self.spread(not self._spread)

    def next_error(self, step: int = 1) -> None:
        """Go to the next (or with -1 to the previous) message where something went wrong."""
        here = self.currentIndex().row()
        errors = [n for n, row in enumerate(self.rows.items) if goes_wrong(row)]
        ahead = [n for n in errors if (n - here) * step > 0] or errors
        if ahead:
            self.setCurrentIndex(self.rows.index(ahead[0 if step > 0 else -1], 0))

    def go_to_undone(self) -> None:
        """Go to what the current message takes back, or to what takes it back."""
        here = self.currentIndex().row()
        ends = [
            arc.top if arc.bottom == here else arc.bottom for arc in self.rows.arcs if here in (arc.top, arc.bottom)
        ]
        if ends:
            self.setCurrentIndex(self.rows.index(ends[0], 0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        at = event.position().toPoint()
        row = self.rows.item(self.indexAt(at))
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self._tell(row, at.x() + self.horizontalOffset())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        row = self.rows.item(current)
        if row is not None and not self.is_quiet:
            self.setAccessibleDescription(self.rows.sentence(row))
            self._tell(row)

    def _tell(self, row: LaneRow, x: int | None = None) -> None:
        """Say which event was gone to: the delivery whose arrow's end is at a pixel, else the message."""
        if row.node is None or row.node.seq is None:
            return
        width, plan = self.columnWidth(0), self.rows.plan
        hit = [
            node.seq
            for arrival in (row.arrivals if x is not None else ())
            for node in arrival.nodes[:1]
            if arrival.place != row.origin and abs(plan.x(arrival.place, width) - (x or 0)) < LEAST_PX // 4
        ]
        self.chosen.emit(hit[0] if hit else row.node.seq)

    def _current(self) -> LaneRow | None:
        return self.rows.item(self.currentIndex())

    def _fit(self) -> None:
        self.setColumnWidth(0, max(self.viewport().width(), self.rows.plan.least_width, GUTTER))
        self._repaint()

    def _repaint(self) -> None:
        self.viewport().update()
        self._header.viewport().update()


def seqs_of(row: LaneRow) -> set[int]:
    """The rows of the store that a message and its arrivals stand for."""
    nodes = [row.node] if row.node is not None else []
    return {seq for node in (*nodes, *(n for a in row.arrivals for n in a.nodes)) for seq in node.seqs}


def goes_wrong(row: LaneRow) -> bool:
    """Whether a message tells of a failure, or failed somewhere."""
    return row.node is not None and (is_error(row.node) or any(is_error(n) for a in row.arrivals for n in a.nodes))

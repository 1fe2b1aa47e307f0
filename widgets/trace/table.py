"""The trace table: the tree of one trace, walked with the keys of a tree."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.traces.nodes import NodeKind, Trace
from widgets.look.theme import theme
from widgets.trace.header import TraceHeader
from widgets.trace.model import TraceColumn, TraceModel
from widgets.trace.page_table import PageTable
from widgets.trace.painter import TracePainter, disclosure, event_width
from widgets.trace.rows import Line, TraceRows

__all__ = ["TraceTable"]

ROW_PX: Final = 24
MOST_MEASURED: Final = 200
MOST_EVENT_SHARE: Final = 0.45
MOST_COMPACT_SHARE: Final = 0.7
LEAST_TIMELINE: Final = 150
"""Pixels that captions leave to the timeline."""

Widths = dict[TraceColumn, int]
LAYOUTS: Final[tuple[tuple[int, Widths], ...]] = (
    (900, dict(zip(TraceColumn, (240, 150, 184, 72, 82), strict=False))),
    (640, {TraceColumn.EVENT: 216, TraceColumn.WHO: 172, TraceColumn.WAIT: 72, TraceColumn.HANDLE: 82}),
    (440, {TraceColumn.EVENT: 180, TraceColumn.WHO: 120}),
    (0, {TraceColumn.EVENT: 180}),
)
"""Columns beside the timeline, by the least width of the table that has room for them."""


class TraceTable(PageTable):
    """Shows a trace. ← and → close and open branches; the other keys are in `widgets.trace.keys`."""

    chosen = Signal(object)  # seq: int, of the line that the developer went to

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = TraceRows()
        self.lines = TraceModel(self)
        self._unfolded: frozenset[int] = frozenset()
        self._zero = 0
        self._widths: Widths = {}
        self.setModel(self.lines)
        self.setItemDelegate(TracePainter(self))
        self._header = TraceHeader(self.lines)
        self.setHorizontalHeader(self._header)
        self._header.setStretchLastSection(True)
        self._header.sectionClicked.connect(self._unfold_clicked)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("events of the trace")
        theme().changed.connect(self._repaint)

    def show_trace(self, trace: Trace) -> None:
        """Show a trace, or what one that is shown has become; the selected line stays."""
        another = trace.correlation_id != self.rows.trace.correlation_id
        if another:
            self._unfolded, self._zero = frozenset(), 0
        top = self.lines.item(self.lines.index(self.rowAt(0), 0))
        self.rows.show(trace)
        self._refresh(self._current_key())
        self._keep_top(None if top is None else top.key)
        if another:
            self._widen_event()

    def select_seq(self, seq: int | None) -> bool:
        """Go to the line of a row, without telling; False when this trace has none."""
        key = None if seq is None else self.rows.reveal(seq)
        if key is None:
            self._go(None)
            return False
        line = self._current()
        if line is None or line.key != key:
            self._refresh(key)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = self._current()
        if event.key() == Qt.Key.Key_Left and line is not None:
            self._close_or_climb(line)
        elif event.key() == Qt.Key.Key_Right and line is not None:
            self._open_or_descend(line)
        else:
            super().keyPressEvent(event)

    def open_all(self, opened: bool) -> None:
        """Open or close every branch."""
        self.rows.open_all(opened)
        self._refresh(self._current_key())

    def open_level(self) -> None:
        """Open one level more."""
        self._turn_level(self.rows.open_level)

    def close_level(self) -> None:
        """Close the lowest level that is open."""
        self._turn_level(self.rows.close_level)

    def next_error(self, step: int = 1) -> None:
        """Go to the next (or with -1 to the previous) line where something went wrong."""
        key = self.rows.next_error(self._current_key(), step)
        if key is not None:
            self._refresh(key, tell=True)

    def count_from_here(self) -> None:
        """Count times from the start of the current line, or when they are, from the start of the trace again."""
        line = self._current()
        start = 0 if line is None else line.node.start_ns
        self._zero = 0 if start == self._zero else start
        self._refresh(self._current_key())

    def next_event(self, step: int = 1) -> None:
        """Go to the next (or with -1 to the previous) visible event, past its deliveries."""
        here = self.currentIndex().row()
        events = [n for n, line in enumerate(self.lines.items) if line.node.kind is NodeKind.EVENT]
        ahead = [n for n in events if (n - here) * step > 0]
        if ahead:
            self.setCurrentIndex(self.lines.index(ahead[0 if step > 0 else -1], 0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        line = self.lines.item(index)
        if line is not None and index.column() == TraceColumn.EVENT and line.node.children:
            area = self.visualRect(index)
            if disclosure(area, line.node).contains(event.position().toPoint()):
                return self._set_open(line, not line.opened)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        line = self.lines.item(self.indexAt(event.position().toPoint()))
        if line is not None and line.node.children:
            self._set_open(line, not line.opened)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        line = self.lines.item(current)
        if line is not None and line.node.seq is not None and not self.is_quiet:
            self.chosen.emit(line.node.seq)

    def _current(self) -> Line | None:
        return self.lines.item(self.currentIndex())

    def _current_key(self) -> Hashable | None:
        line = self._current()
        return None if line is None else line.key

    def _close_or_climb(self, line: Line) -> None:
        if line.opened:
            self._set_open(line, False)
        else:
            self._go(self.rows.parent_of(line.key), tell=True)

    def _open_or_descend(self, line: Line) -> None:
        if line.node.children and not line.opened:
            self._set_open(line, True)
        elif line.node.children:
            self.setCurrentIndex(self.lines.index(self.currentIndex().row() + 1, 0))

    def _turn_level(self, turn: Callable[[], None]) -> None:
        turn()
        self._refresh(self._current_key())

    def _set_open(self, line: Line, opened: bool) -> None:
        self.rows.set_open(line.key, opened)
        self._refresh(self._current_key())

    def _refresh(self, key: Hashable | None, *, tell: bool = False) -> None:
        """Show what is visible now and go to a line, or if a closed branch hides it, to the one above."""
        with self.quietly():
            self.lines.show_trace(self.rows.trace, self.rows.visible(), self._unfolded, self._zero)
        while key is not None and self.lines.row_of(key) is None:
            key = self.rows.parent_of(key)
        self._go(key, tell=tell)
        self._header.viewport().update()

    def _keep_top(self, key: Hashable | None) -> None:
        """Leave what is read where it is, when lines came above it."""
        row = None if key is None else self.lines.row_of(key)
        if row is not None and row != self.rowAt(0):
            self.scrollTo(self.lines.index(row, 0), QAbstractItemView.ScrollHint.PositionAtTop)

    def _go(self, key: Hashable | None, *, tell: bool = False) -> None:
        with self.quietly(not tell):
            self.go_to(None if key is None else self.lines.row_of(key))

    def _unfold_clicked(self, section: int) -> None:
        """A click on a folded pause in the header draws it to scale, another one folds it again."""
        area = self._header.axis_area()
        x = self._header.mapFromGlobal(self.cursor().pos()).x() - area.left()
        fold = self.lines.axis.fold_at(x, area.width()) if section == TraceColumn.TIMELINE else None
        if fold is not None:
            self.unfold(fold.start)
        elif section == TraceColumn.TIMELINE:
            self.unfold(None)

    def unfold(self, start: int | None) -> None:
        """Draw the pause that starts at this time to scale; with None, fold all again."""
        self._unfolded = frozenset() if start is None else self._unfolded | {start}
        self._refresh(self._current_key())

    def unfold_all(self) -> None:
        """Draw all pauses to scale."""
        self._unfolded |= {stretch.start for stretch in self.lines.axis.stretches if stretch.folded}
        self._refresh(self._current_key())

    def _fit_columns(self) -> None:
        """Show the columns for which there is room; the timeline takes the rest."""
        width = self.viewport().width()
        widths = next(widths for least, widths in LAYOUTS if width >= least)
        if widths is not self._widths:
            self._widths = widths
            self.lines.compact = TraceColumn.WHO not in widths
            for column in TraceColumn:
                if column is not TraceColumn.TIMELINE:
                    self.setColumnHidden(column, column not in widths)
                    self.setColumnWidth(column, widths.get(column, 0))
        self._widen_event()

    def _widen_event(self) -> None:
        """Let captions of deep lines be read, as far as that leaves room for the timeline."""
        lines = self.lines.items[:MOST_MEASURED]
        said = [(line.node, self.lines.text(line, TraceColumn.EVENT), self.lines.note(line.node)) for line in lines]
        wanted = max((event_width(*each) for each in said), default=0)
        share = MOST_COMPACT_SHARE if self.lines.compact else MOST_EVENT_SHARE
        width = self.viewport().width()
        beside = sum(self._widths.values()) - self._widths.get(TraceColumn.EVENT, 0)
        most = min(int(width * share), max(width - beside - LEAST_TIMELINE, 0))
        least = self._widths.get(TraceColumn.EVENT, 0)
        self.setColumnWidth(TraceColumn.EVENT, max(min(wanted, most), least))

    def _repaint(self) -> None:
        self.viewport().update()
        self._header.viewport().update()

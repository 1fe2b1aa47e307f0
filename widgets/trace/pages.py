"""The pages of a trace: the same events as a tree, as a conversation, as streams and as text. One selection for all.

Only the page that is seen is built.
"""

from __future__ import annotations

from typing import Final, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.session import Session
from app.traces.nodes import Trace
from widgets.keys.place_keys import KeyFilter, PlaceKeys
from widgets.look.segments import Segments
from widgets.trace.json_page import JsonPage
from widgets.trace.keys import LANE_KEYS, TRACE_KEYS, TREE_KEYS
from widgets.trace.lane_table import LaneTable
from widgets.trace.stream_page import StreamPage
from widgets.trace.table import TraceTable

__all__ = ["JSON", "LANES", "STREAMS", "TREE", "TracePages"]

TREE, LANES, STREAMS, JSON = range(4)
CHOICES: Final = (
    ("Tree", "What caused what"),
    ("Lanes", "Who said what to whom, and what was taken back"),
    ("Streams", "The histories of the aggregates that it touches, by version"),
    ("JSON", "The trace as an export writes it"),
)


class Page(Protocol):
    """What each page can do."""

    def show_trace(self, trace: Trace) -> None:
        """Show a trace, or what one that is shown has become."""

    def select_seq(self, seq: int | None) -> bool:
        """Go to a row, without telling; False when this page has none for it."""

    def next_error(self, step: int = 1) -> None:
        """Go to the next (or with -1 to the previous) error."""


class TracePages(QWidget):
    """Shows one trace."""

    chosen = Signal(object, object)  # seq: int, correlation id: str, of this trace or of another one

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trace = Trace("")
        self.choice = Segments("trace as", CHOICES)
        self.table = TraceTable()
        self.lanes = LaneTable()
        self.streams = StreamPage(session)
        self.json = JsonPage(session.store)
        self._pages: tuple[Page, ...] = (self.table, self.lanes, self.streams, self.json)
        self._seq: int | None = None
        self._selected: tuple[object, ...] | None = None
        KeyFilter(PlaceKeys(session, TREE_KEYS), self.table, [self.table])
        KeyFilter(PlaceKeys(session, LANE_KEYS), self.lanes, [self.lanes])
        KeyFilter(PlaceKeys(session, TRACE_KEYS), self, [self.table, self.lanes, self.streams.table, self.json])
        self._stack = QStackedWidget()
        for page in (self.table, self.lanes, self.streams, self.json):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.choice.changed.connect(lambda _: self._turn())
        self.table.chosen.connect(self._choose)
        self.lanes.chosen.connect(self._choose)
        self.streams.chosen.connect(self._choose)

    @property
    def page(self) -> Page:
        """The page that is seen."""
        return self._pages[self.choice.number]

    def show_trace(self, trace: Trace, seq: int | None) -> None:
        """Show a trace with row `seq` selected."""
        self.trace, self._seq = trace, seq
        self.page.show_trace(trace)
        if self._selected != (self.page, trace.correlation_id, seq):
            # Only once: a branch that somebody closed above it stays closed while the trace grows.
            self.select_seq(seq)

    def select_seq(self, seq: int | None) -> bool:
        """Go to a row, without telling."""
        self._seq = seq
        found = self.page.select_seq(seq)
        self._selected = (self.page, self.trace.correlation_id, seq) if found else None
        return found

    def next_error(self, step: int = 1) -> None:
        """Go to the next (or with -1 to the previous) error."""
        self.page.next_error(step)

    def _turn(self) -> None:
        self._stack.setCurrentIndex(self.choice.number)
        self.show_trace(self.trace, self._seq)

    def _choose(self, seq: int, trace: str | None = None) -> None:
        self._seq = seq
        self.chosen.emit(seq, trace or self.trace.correlation_id)

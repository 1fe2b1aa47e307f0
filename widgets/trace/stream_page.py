"""The streams page: the histories of the aggregates that a trace touches, in the order of their versions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QStackedLayout, QWidget

from app.commands.row_text import clock_time
from app.display import display
from app.session import Session
from app.store.lookup import Lookup
from app.store.store import Evicted, Store
from app.traces.nodes import Trace
from app.traces.streams import Entry, Stream
from app.traces.versions import versioned
from widgets.look.fonts import ui_font
from widgets.look.keyed_rows import KeyedRows
from widgets.look.text import label
from widgets.look.theme import current_palette, theme
from widgets.trace.page_table import PageTable

__all__ = ["StreamLine", "StreamPage"]

Role = Qt.ItemDataRole
NOTHING: Final = (
    "No event of this trace says of which aggregate it is and which version it makes. Event stores number the events "
    "of an aggregate; a header or field such as “aggregate_version” beside a key or an id shows here as a stream."
)
MOST_EVENTS: Final = 500
"""Events of a trace that are asked for their aggregate."""
ROW_PX: Final = 24


@dataclass(frozen=True, slots=True)
class StreamLine:
    """A line: the head of a stream (no `version`), an event, or with `missing` the versions before it that never came.

    `seq` is None of a head. `trace` is the event's correlation.
    """

    key: Hashable
    title: str
    version: int | None = None
    seq: int | None = None
    time: str = ""
    who: str = ""
    note: str = ""
    trace: str | None = None
    wrong: bool = False


class StreamModel(KeyedRows[StreamLine]):
    """Lines of streams."""

    titles = ("Version", "Event", "Who", "Time", "")

    def key(self, item: StreamLine) -> Hashable:
        return item.key

    def cell(self, item: StreamLine, column: int, role: int) -> Any:
        if role == Role.DisplayRole:
            return self._text(item, column)
        if role == Role.AccessibleTextRole:
            return ", ".join(filter(None, (self._text(item, n) for n in range(len(self.titles)))))
        if role == Role.ForegroundRole and item.wrong:
            return QColor(current_palette().critical)
        if role == Role.FontRole and item.seq is None and not item.wrong:
            return ui_font(bold=True)
        return None

    def _text(self, item: StreamLine, column: int) -> str:
        version = "" if item.version is None else f"{item.version:,}"
        return (version, item.title, item.who, item.time, item.note)[column]


class StreamPage(QWidget):
    """Shows the streams of one trace; events of other traces that belong to them as well."""

    chosen = Signal(object, object)  # seq: int, correlation id: str | None

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.horizon: int | None = None
        """Events from this row on are not shown; None for all."""
        self._seq: int | None = None
        self._lookup = Lookup("read the streams of a trace")
        self.lines = StreamModel(self)
        self.table = PageTable()
        self._empty = label(NOTHING, "empty", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        set_up(self.table, self.lines)
        self.table.selectionModel().currentChanged.connect(self._tell)
        theme().changed.connect(self.table.viewport().update)

    def show_trace(self, trace: Trace) -> None:
        """Show the streams that a trace touches; what is in a file comes when a thread has read it."""
        seqs = [event.row.seq for event in trace.meaning.ordered[:MOST_EVENTS]] if trace.meaning else []
        self._lookup.ask(partial(places_in, self._session.store, seqs), self._show_streams)

    def _show_streams(self, places: list[tuple[str, str]]) -> None:
        """Show the streams at these places, each once, in the order of their first event."""
        told = [stream for place in places if (stream := self._session.streams.stream(*place)) is not None]
        entries = [(stream, sorted(self._seen(stream.entries))) for stream in told]
        self._lookup.ask(partial(lines_of, self._session.store, entries), self._show_lines)

    def _seen(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        return (entry for entry in entries if self.horizon is None or entry.seq < self.horizon)

    def _show_lines(self, lines: list[StreamLine]) -> None:
        with self.table.quietly():
            self.lines.show(lines)
        self._stack.setCurrentIndex(int(bool(lines)))
        self.select_seq(self._seq)

    def select_seq(self, seq: int | None) -> bool:
        """Go to the line of a row, without telling."""
        self._seq = seq
        row = next((n for n, line in enumerate(self.lines.items) if seq is not None and line.seq == seq), None)
        with self.table.quietly():
            self.table.go_to(row)
        return row is not None

    def next_error(self, step: int = 1) -> None:
        """Go to the next (or with -1 to the previous) gap or conflict."""
        here = self.table.currentIndex().row()
        wrong = [n for n, line in enumerate(self.lines.items) if line.wrong]
        ahead = [n for n in wrong if (n - here) * step > 0] or wrong
        if ahead:
            self.table.setCurrentIndex(self.lines.index(ahead[0 if step > 0 else -1], 0))

    def _tell(self, current: QModelIndex) -> None:
        line = self.lines.item(current)
        if line is not None and line.seq is not None and not self.table.is_quiet:
            self.chosen.emit(line.seq, line.trace)


def places_in(store: Store, seqs: Sequence[int]) -> list[tuple[str, str]]:
    """Source and key of the streams to which these events say that they belong. Any thread may ask."""
    try:
        cells = store.cells(seqs, ("source", "type", "key", "headers", "payload"))
    except Evicted:
        return []
    told = dict.fromkeys((source, said.key) for source, *rest in cells if (said := versioned(*rest)) is not None)
    return list(told)


def lines_of(store: Store, streams: Sequence[tuple[Stream, Sequence[Entry]]]) -> list[StreamLine]:
    """The lines of streams with so many of their entries. Any thread may ask."""
    lines: list[StreamLine] = []
    for stream, entries in streams:
        lines.append(StreamLine((stream.source, stream.key), head_of(stream), note=display(stream.source)))
        for before, entry in pairwise((None, *entries)):
            if entry is not None:
                lines += entry_lines(store, stream, before, entry)
    return lines


def entry_lines(store: Store, stream: Stream, before: Entry | None, entry: Entry) -> Iterator[StreamLine]:
    """The line of an entry, below one for the versions that are missing before it."""
    if before is not None and entry.version > before.version + 1:
        first, last = before.version + 1, entry.version - 1
        which = f"version {first:,} is" if first == last else f"versions {first:,} to {last:,} are"
        yield StreamLine(("gap", stream.key, first), f"{which} missing", wrong=True)
    twice = before is not None and before.version == entry.version
    try:
        event = store.event(entry.seq)
    except Evicted:
        yield StreamLine(entry, "(evicted)", entry.version)
        return
    yield StreamLine(
        (stream.source, *entry),
        display(event.type or "(no type)"),
        entry.version,
        entry.seq,
        clock_time(event.occurred_at or event.observed_at),
        display(event.producer or ""),
        "second event with this version" if twice else "",
        event.correlation_id,
        wrong=twice,
    )


def head_of(stream: Stream) -> str:
    """What a stream is called."""
    return f"{display(stream.kind)} {display(stream.key)}"


def set_up(table: PageTable, lines: StreamModel) -> None:
    """Give a table its rows, and columns of a fitting width."""
    table.setModel(lines)
    table.verticalHeader().setDefaultSectionSize(ROW_PX)
    table.setWordWrap(False)
    table.setAccessibleName("streams of the trace")
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setStretchLastSection(True)
    for column, width in enumerate((70, 240, 150, 110)):
        header.resizeSection(column, width)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)

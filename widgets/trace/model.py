"""The trace as a table: its visible lines under the columns event, who, hop, wait, handle and timeline."""

from __future__ import annotations

from collections.abc import Hashable
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QObject, Qt

from app.columns.wording import latency_text
from app.display import display
from app.traces.absent import Absent
from app.traces.events import CLOCK, CYCLE, DUPLICATE, NOT_CAPTURED, NOT_PUBLISHED, REDELIVERED, SELF_PARENT
from app.traces.nodes import NodeKind, Trace, TraceNode
from app.traces.spans import SPAN
from widgets.look.keyed_rows import KeyedRows
from widgets.look.tools import plain_tip
from widgets.trace.rows import Line
from widgets.trace.time import TimeAxis, span_text

__all__ = ["LINE", "TraceColumn", "TraceModel", "caption", "spoken", "tip_of"]

Role = Qt.ItemDataRole
LINE: Final = Role.UserRole
ERROR_LIMIT: Final = 120


class TraceColumn(IntEnum):
    """The columns from left to right."""

    EVENT = 0
    WHO = 1
    HOP = 2
    WAIT = 3
    HANDLE = 4
    TIMELINE = 5


BADGES: Final = {
    CYCLE: "It names its own effect as its cause: the circle was cut here.",
    SELF_PARENT: "It names itself as its cause.",
    DUPLICATE: "Another event has the same id.",
    REDELIVERED: "It was published again with the same id.",
    NOT_PUBLISHED: "Its publishing was not captured: it came before this capture began, or was lost.",
    CLOCK: "Its times disagree with those of its cause: the clocks differ. It is placed by cause.",
    NOT_CAPTURED: "Not captured: it was filtered at its source, or comes from a system that is not watched.",
    SPAN: "The events below name this span of their sender as their cause. Which event it was is not known.",
    Absent.BEFORE: "Not captured: it came before this capture began.",
    Absent.EVICTED: "No longer kept: it was evicted to stay within the memory budget.",
}
"""What the badges of the core mean, in words."""


class TraceModel(KeyedRows[Line]):
    """Lines of one trace; `axis` maps their times to pixels."""

    titles = ("Event", "Who", "Hop", "Wait, ms", "Handle, ms", "Timeline")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.axis = TimeAxis([])
        self.trace = Trace("")
        self.compact = False
        """There is no room for Who: a delivery is told by its handler, what became of it by its icon."""

    def show_trace(self, trace: Trace, lines: list[Line], unfolded: frozenset[int], zero: int = 0) -> None:
        """Show these lines of a trace; pauses that start at a time in `unfolded` are drawn to scale, and times count
        from `zero` (ns from the start of the trace).
        """
        self.trace = trace
        self.axis = TimeAxis.over(
            [0, *(node.start_ns for node in trace.nodes)], [0, *(node.end_ns for node in trace.nodes)], unfolded, zero
        )
        self.show(lines)

    def text(self, line: Line, column: int) -> str:
        """What a cell says."""
        short = self.compact and column == TraceColumn.EVENT and line.node.kind is NodeKind.DELIVERY
        return text_of(line.node, TraceColumn.WHO if short else column)

    def note(self, node: TraceNode) -> str:
        """What is said behind a caption: what was taken back, what a hop is for, why it failed."""
        if node.undoes is not None:
            return f"takes back {display(self.trace.nodes[node.undoes].title)}"
        if node.way is not None:
            return node.way + (f", attempt {node.attempts:,}" if node.attempts > 1 else "")
        if node.kind is NodeKind.GHOST:
            return ", ".join(node.badges)
        return "not undone" if node.left else display(node.error or "", limit=ERROR_LIMIT)

    def key(self, item: Line) -> Hashable:
        return item.key

    def cell(self, item: Line, column: int, role: int) -> Any:
        if role == LINE:
            return item
        if role == Role.DisplayRole:
            return self.text(item, column)
        if role == Role.ToolTipRole:
            return plain_tip("\n".join(filter(None, (tip_of(item.node), self._more(item.node)))))
        if role == Role.AccessibleTextRole:
            return self._spoken(item) if column == TraceColumn.EVENT else text_of(item.node, column)
        return None

    def _spoken(self, line: Line) -> str:
        return ", ".join(filter(None, (spoken(line), "" if line.node.error else self.note(line.node))))

    def _more(self, node: TraceNode) -> str:
        """What takes a node back, and how it stands with its budget."""
        by = "" if node.undone_by is None else f"taken back by {display(self.trace.nodes[node.undone_by].title)}"
        over = f"took {span_text(node.total_ns or 0)} in all, more than its priority's budget" if node.over else ""
        note = "" if node.error or node.kind is NodeKind.GHOST else self.note(node)
        return "\n".join(filter(None, (note, by, over)))


def text_of(node: TraceNode, column: int) -> str:
    """What a cell says."""
    match column:
        case TraceColumn.EVENT:
            return caption(node)
        case TraceColumn.WHO:
            return display(node.who or "")
        case TraceColumn.HOP:
            return display(node.hop or "")
        case TraceColumn.WAIT:
            return latency_text(node.wait_ns)
        case TraceColumn.HANDLE:
            return latency_text(node.handle_ns)
        case _:
            return f"{span_text(node.start_ns)} to {span_text(node.end_ns)}"


def caption(node: TraceNode) -> str:
    """The type of an event, or what became of a delivery."""
    if node.kind is not NodeKind.DELIVERY or node.state is None:
        return display(node.title) or "(no type)"
    times = f" × {node.attempts}" if node.attempts > 1 else ""
    return f"{node.state}{times}"


def tip_of(node: TraceNode) -> str:
    """All that is known of a line, a fact a line."""
    kind = "" if node.kind is NodeKind.EVENT else f" ({node.kind})"
    facts = [
        f"{display(node.title)}{kind}",
        f"by {display(node.who)}" if node.who and node.kind in (NodeKind.EVENT, NodeKind.HOP) else "",
        f"of {display(node.type)}" if node.type and node.kind is NodeKind.DELIVERY else "",
        f"on {display(node.hop)}" if node.hop else "",
        f"{caption(node)}" if node.kind is NodeKind.DELIVERY else "",
        f"from {span_text(node.start_ns)} to {span_text(node.end_ns)}",
        f"waited {span_text(node.wait_ns)}" if node.wait_ns is not None else "",
        f"handled in {span_text(node.handle_ns)}" if node.handle_ns is not None else "",
        f"Error: {display(node.error)}" if node.error else "",
        *(BADGES.get(badge, badge) for badge in node.badges),
    ]
    return "\n".join(filter(None, facts))


def spoken(line: Line) -> str:
    """A line for those who hear it."""
    node = line.node
    branch = ("opened, " if line.opened else "closed, ") if node.children else ""
    who = f", {display(node.who)}" if node.who else ""
    wait = f", waited {span_text(node.wait_ns)}" if node.wait_ns is not None else ""
    handle = f", handled in {span_text(node.handle_ns)}" if node.handle_ns is not None else ""
    error = f", error {display(node.error)}" if node.error else ""
    marks = "".join(f", {badge}" for badge in node.badges)
    return f"level {node.depth + 1}, {branch}{caption(node)}{who}{wait}{handle}{error}{marks}"

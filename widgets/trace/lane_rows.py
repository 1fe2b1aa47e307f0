"""The rows of the lanes: a message each, and a pause where nothing happened for long."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from PySide6.QtCore import QObject, Qt

from app.display import display
from app.traces.delivery import DeliveryState
from app.traces.lanes import Lanes, Message, lanes_of
from app.traces.nodes import Trace, TraceNode
from widgets.look.keyed_rows import KeyedRows
from widgets.look.tools import plain_tip
from widgets.trace.lane_plan import LanePlan
from widgets.trace.model import caption
from widgets.trace.time import folded_pauses, merged, span_text

__all__ = ["LANE_ROW", "Arc", "Arrival", "LaneModel", "LaneRow"]

Role = Qt.ItemDataRole
LANE_ROW: Final = Role.UserRole

WORST: Final = (
    DeliveryState.DEAD_LETTERED,
    DeliveryState.DROPPED,
    DeliveryState.FAILED,
    DeliveryState.RETRYING,
    DeliveryState.RUNNING,
    DeliveryState.HANDLED,
)
"""What is shown of several deliveries to one lane: the first of these."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a message arrives: a column, how it went there, and how often it was tried."""

    place: int
    state: DeliveryState
    attempts: int
    late: bool
    nodes: tuple[TraceNode, ...]


@dataclass(frozen=True, slots=True)
class LaneRow:
    """A message with the columns that it comes from and goes to; with no node, a pause of `pause_ns`."""

    key: Hashable
    node: TraceNode | None
    origin: int = 0
    arrivals: tuple[Arrival, ...] = ()
    passed_from: int | None = None
    asked_by: int | None = None
    undoes: str = ""
    """The title of what it takes back."""
    pause_ns: int = 0


@dataclass(frozen=True, slots=True)
class Arc:
    """The line from a row that takes something back up to the row of what it takes back."""

    top: int
    bottom: int
    from_place: int
    to_place: int
    bow: int
    """How far it bows out, in steps: arcs at one lane must not lie on each other."""


class LaneModel(KeyedRows[LaneRow]):
    """The messages of a trace in causal order; `plan` has their columns."""

    titles = ("Conversation",)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lanes = Lanes()
        self.plan = LanePlan(self.lanes)
        self.arcs: list[Arc] = []

    def show_trace(self, trace: Trace, *, spread: bool = False) -> None:
        """Show the conversation of a trace."""
        self.lanes = lanes_of(trace)
        self.plan = LanePlan(self.lanes, trace.saga.leader if trace.saga else "", spread=spread)
        rows = [row_of(message, trace, self.plan) for message in self.lanes.messages]
        paused = with_pauses(rows, trace)
        self.arcs = arcs_of(paused, self.lanes.messages)
        self.show(paused)

    def arcs_at(self, row: int) -> list[Arc]:
        """The arcs that pass a row."""
        return [arc for arc in self.arcs if arc.top <= row <= arc.bottom]

    def key(self, item: LaneRow) -> Hashable:
        return item.key

    def cell(self, item: LaneRow, column: int, role: int) -> Any:
        if role == LANE_ROW:
            return item
        if role in (Role.DisplayRole, Role.AccessibleTextRole):
            return self.sentence(item)
        if role == Role.ToolTipRole:
            return plain_tip("\n".join(self.facts(item)))
        return None

    def sentence(self, row: LaneRow) -> str:
        """A row for those who hear it."""
        return ", ".join(self.facts(row))

    def facts(self, row: LaneRow) -> list[str]:
        """What a row tells, a fact each."""
        if row.node is None:
            return [f"nothing for {span_text(row.pause_ns)}"]
        names = [column.name for column in self.plan.columns]
        asked = [f"asked by {names[row.asked_by]}"] if row.asked_by is not None else []
        passed = [f"passed on from {names[row.passed_from]}"] if row.passed_from is not None else []
        marks = ["failed"] if row.node.fails else ["not undone"] if row.node.left else []
        undoes = [f"takes back {row.undoes}"] if row.undoes else []
        heard = [
            f"{display(node.title)}: {caption(node)}" + (f", {display(node.error)}" if node.error else "")
            for arrival in row.arrivals
            for node in arrival.nodes
        ]
        first = f"{display(row.node.title)} from {names[row.origin]} after {span_text(row.node.start_ns)}"
        return [first, *asked, *passed, *marks, *undoes, *(heard or ["nobody handles it"])]


def row_of(message: Message, trace: Trace, plan: LanePlan) -> LaneRow:
    """A message as a row."""
    node, by_place = trace.nodes[message.node], dict[int, list[TraceNode]]()
    for head in message.heads:
        by_place.setdefault(plan.place(head.lane), []).append(trace.nodes[head.node])
    return LaneRow(
        key=node.key,
        node=node,
        origin=plan.place(message.origin),
        arrivals=tuple(arrival(place, nodes) for place, nodes in sorted(by_place.items())),
        passed_from=None if message.passed_from is None else plan.place(message.passed_from),
        asked_by=None if message.asked_by is None else plan.place(message.asked_by),
        undoes="" if node.undoes is None else display(trace.nodes[node.undoes].title),
    )


def arrival(place: int, nodes: Sequence[TraceNode]) -> Arrival:
    """What became of a message at one column."""
    states = {node.state for node in nodes}
    state = next((state for state in WORST if state in states), DeliveryState.RUNNING)
    late = any(node.over for node in nodes)
    return Arrival(place, state, max(node.attempts for node in nodes), late, tuple(nodes))


def with_pauses(rows: Sequence[LaneRow], trace: Trace) -> list[LaneRow]:
    """The rows, with one more wherever nothing happened for much longer than is usual in this trace."""
    busy = merged([node.start_ns for node in trace.nodes], [node.end_ns for node in trace.nodes])
    folds = folded_pauses(busy)
    pauses = [(stop, start) for (_, stop), (start, _) in pairwise(busy) if stop in folds]
    shown: list[LaneRow] = []
    for row in rows:
        while pauses and row.node is not None and row.node.start_ns >= pauses[0][1]:
            begin, end = pauses.pop(0)
            if shown:
                shown.append(LaneRow(("pause", begin), None, pause_ns=end - begin))
        shown.append(row)
    return shown


def arcs_of(rows: Sequence[LaneRow], messages: Sequence[Message]) -> list[Arc]:
    """The arcs between the rows of what takes back and of what is taken back."""
    places = [place for place, row in enumerate(rows) if row.node is not None]
    arcs: list[Arc] = []
    for number, message in enumerate(messages):
        if message.undoes is not None:
            top, bottom = places[message.undoes], places[number]
            lane, target = rows[bottom].origin, rows[top].origin
            bow = sum(arc.from_place == lane and arc.bottom >= top for arc in arcs[-8:])
            arcs.append(Arc(top, bottom, lane, target, bow))
    return arcs

"""Trace: one correlation as a tree of events and their deliveries, in causal order."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from app.traces.delivery import DeliveryState

if TYPE_CHECKING:
    from app.traces.meaning import Meaning
    from app.traces.saga import Outcome, Saga
    from app.traces.summary import TraceState
    from app.traces.tree import Item, Tree


class NodeKind(StrEnum):
    """What a node of a trace stands for.

    A HOP is the event above it once more, as it was seen on another channel. A GHOST is a cause that others name and
    that was not captured.
    """

    EVENT = "event"
    HOP = "hop"
    DELIVERY = "delivery"
    GHOST = "ghost"


@dataclass(slots=True, eq=False)
class TraceNode:
    """One line of the tree. `index` and `parent` are places in `Trace.nodes`, `children` counts nodes.

    `seq` is the row to show for it (None for a ghost), `seqs` all rows that it stands for. `start_ns`
    and `end_ns` count from the start of the trace; a delivery waits for `wait_ns` from its start on,
    and its handler takes `handle_ns`, all attempts together; None when that was not measured. `who`
    is the producer of an event, the subscription of a delivery.

    `undoes` is the node of the event that this one takes back, `undone_by` the one that takes this one back. `way` says
    of a hop that it is a retry or a dead letter. `total_ns` is the time from publish to the end of a delivery, `over`
    that its priority allows less. `fails` says that an event tells of a failure, `left` that one was not undone
    although a later step failed. `key` is what the node is known by while the trace grows: its first row, or of a
    ghost, the missing id.
    """

    index: int
    parent: int | None
    depth: int
    kind: NodeKind
    seq: int | None
    seqs: tuple[int, ...]
    title: str
    who: str | None = None
    hop: str | None = None
    type: str | None = None
    category: str | None = None
    priority: int = -1
    start_ns: int = 0
    wait_ns: int | None = None
    handle_ns: int | None = None
    end_ns: int = 0
    state: DeliveryState | None = None
    attempts: int = 0
    error: str | None = None
    badges: tuple[str, ...] = ()
    children: int = 0
    undoes: int | None = None
    undone_by: int | None = None
    fails: bool = False
    way: str | None = None
    total_ns: float | None = None
    over: bool = False
    left: bool = False
    key: Hashable = None


@dataclass(slots=True)
class Trace:
    """`nodes` has every cause before its effects, and each node's descendants right behind it.

    `started_at` is in ns since the epoch. `complete` says that nothing is known to be missing or under way.
    `state` is how it stands, where whoever asked for it knows. `outcome` is what became of the saga that it is, None of
    an ordinary trace; of a long one it is told of all rows, and `saga` only of those that are shown.
    `tree` lays out the events and deliveries that `meaning` talks about.
    """

    correlation_id: str
    started_at: int = 0
    duration_ns: int = 0
    complete: bool = False
    warnings: list[str] = field(default_factory=list)
    nodes: list[TraceNode] = field(default_factory=list)
    tree: Tree | None = None
    meaning: Meaning | None = None
    state: TraceState | None = None
    outcome: Outcome | None = None

    @property
    def saga(self) -> Saga | None:
        """The saga that it is, or None for an ordinary trace."""
        return None if self.meaning is None else self.meaning.saga

    @property
    def parents_by_seq(self) -> dict[int, int | None]:
        """By which row each row was caused, in causal order."""
        return {seq: parent for seq, parent, _ in self.rows()}

    def index_of(self, item: Item) -> int:
        """The node of an event or a delivery; raises KeyError where there is none."""
        if self.tree is None:
            raise KeyError(item)
        return self.tree.index_of(item)

    def rows(self) -> list[tuple[int, int | None, int]]:
        """Number, number of the causing row, and depth of each row, in causal order."""
        return self.tree.rows() if self.tree else []

    def ancestors(self, index: int) -> Iterator[TraceNode]:
        """The nodes above a node, the nearest first."""
        parent = self.nodes[index].parent
        while parent is not None:
            yield self.nodes[parent]
            parent = self.nodes[parent].parent

    def descendants(self, index: int) -> Iterator[TraceNode]:
        """The nodes below a node, in order."""
        depth = self.nodes[index].depth
        for node in islice(self.nodes, index + 1, None):
            if node.depth <= depth:
                return
            yield node

    def node_of(self, seq: int) -> TraceNode | None:
        """The node that stands for a row."""
        return next((node for node in self.nodes if seq in node.seqs), None)

"""Trace tree: the events of a trace laid out as lines, each cause before its effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.traces.delivery import Delivery
from app.traces.events import CLOCK, NOT_CAPTURED, Key, TracedEvent, is_early
from app.traces.nodes import NodeKind, TraceNode


@dataclass(frozen=True, slots=True, eq=False)
class Ghost:
    """An event that others name as their cause and that was not captured."""

    key: Key


Item = TracedEvent | Delivery | Ghost


@dataclass(slots=True)
class Place:
    """Where an item stands: under node `parent`; `cause` is the nearest captured row above."""

    item: Item
    parent: int | None
    depth: int
    cause: int | None


class Tree:
    """Lines in causal order; among the effects of one cause by time, then by number.

    `parents` and `depths` say of each row by which row it was caused, and how many causes it has.
    """

    def __init__(self, events: Sequence[TracedEvent], start: int) -> None:
        self.nodes: list[TraceNode] = []
        self.parents: dict[int, int | None] = {}
        self.depths: dict[int, int] = {}
        self.index_of: dict[object, int] = {}
        """The node of each event and delivery."""
        self._start = start
        self._ghosts: dict[Key, Ghost] = {}
        self._roots: list[Item] = []
        self._below: dict[Item, list[Item]] = {}
        for event in events:
            self._hang(event)
        self._walk()

    def _hang(self, event: TracedEvent) -> None:
        for delivery in event.deliveries:
            self._below.setdefault(event, []).append(delivery)
        if event.parent is not None:
            above: Item = causing_delivery(event.parent, event) or event.parent
            self._below.setdefault(above, []).append(event)
        elif event.missing is not None:
            ghost = self._ghosts.setdefault(event.missing, Ghost(event.missing))
            self._below.setdefault(ghost, []).append(event)
        else:
            self._roots.append(event)

    def _walk(self) -> None:
        """Depth first, without recursion: a trace may be as deep as it is long."""
        stack = self._places([*self._roots, *self._ghosts.values()], None, 0, None)
        while stack:
            place = stack.pop()
            node = self._node(place)
            below = self._below.get(place.item, ())
            node.children = len(below)
            self.nodes.append(node)
            stack += self._places(below, node.index, place.depth + 1, self._tell(place))

    def _places(self, items: Sequence[Item], parent: int | None, depth: int, cause: int | None) -> list[Place]:
        """The last one first, as a stack needs it."""
        ordered = sorted(items, key=self._order, reverse=True) if len(items) > 1 else items
        return [Place(item, parent, depth, cause) for item in ordered]

    def _order(self, item: Item) -> tuple[int, int]:
        match item:
            case TracedEvent():
                return item.row.at, item.row.seq
            case Delivery():
                return item.rows[0].at, item.rows[0].seq
            case Ghost():
                return min(self._order(below) for below in self._below[item])

    def _tell(self, place: Place) -> int | None:
        """Note by which row the rows of an item were caused; the row that causes what lies below."""
        match place.item:
            case TracedEvent(published=row) if row is not None:
                self._note(row.seq, place.cause)
                return row.seq
            case Delivery(rows=rows):
                for row in rows:
                    self._note(row.seq, place.cause)
        return place.cause

    def _note(self, seq: int, cause: int | None) -> None:
        self.parents[seq] = cause
        self.depths[seq] = 0 if cause is None else self.depths[cause] + 1

    def _node(self, place: Place) -> TraceNode:
        node = TraceNode(len(self.nodes), place.parent, place.depth, NodeKind.GHOST, None, (), "")
        self.index_of[place.item] = node.index
        match place.item:
            case TracedEvent():
                self._fill_event(node, place.item)
            case Delivery():
                self._fill_delivery(node, place.item)
            case Ghost():
                node.title, node.badges = place.item.key[1], (NOT_CAPTURED,)
                node.start_ns = node.end_ns = self._order(place.item)[0] - self._start
        return node

    def _fill_event(self, node: TraceNode, event: TracedEvent) -> None:
        row = event.row
        ends = [row.at, *(delivery.end for delivery in event.deliveries)]
        node.kind, node.seq = NodeKind.HOP if event.is_hop else NodeKind.EVENT, row.seq
        node.seqs = (row.seq,) if event.published else ()
        node.title, node.who, node.hop = row.type or "(no type)", row.producer, row.channel
        node.type, node.category, node.priority = row.type, row.category, row.priority
        node.start_ns, node.end_ns = row.at - self._start, max(ends) - self._start
        node.badges = (*event.badges, *((CLOCK,) if is_early(event) else ()))

    def _fill_delivery(self, node: TraceNode, delivery: Delivery) -> None:
        row, wait = delivery.rows[-1], delivery.wait_ns
        node.kind, node.seq = NodeKind.DELIVERY, row.seq
        node.seqs = tuple(sorted(step.seq for step in delivery.rows))
        node.title = delivery.subscription or "(no subscription)"
        node.who, node.hop = delivery.subscription, row.channel
        node.type, node.category, node.priority = row.type, row.category, row.priority
        node.start_ns = max(delivery.begin - max(wait or 0, 0) - self._start, 0)
        node.end_ns = delivery.end - self._start
        node.wait_ns, node.handle_ns, node.total_ns = wait, delivery.handle_ns, delivery.total_ns
        node.state, node.attempts, node.error = delivery.state, delivery.attempts, delivery.error
        node.badges = (CLOCK,) if delivery.backwards else ()


def causing_delivery(parent: TracedEvent, child: TracedEvent) -> Delivery | None:
    """The delivery whose handler published `child`, when that is certain, not when it is merely likely.

    It is certain if all deliveries of the parent were captured with the times of their handlers, on the
    child's own clock, and exactly one of these was running.
    """
    published = parent.published
    if published is None or child.published is None or published.source != child.row.source:
        return None
    if published.fanout != len(parent.deliveries) or not all(delivery.runs for delivery in parent.deliveries):
        return None
    running = [delivery for delivery in parent.deliveries if delivery.ran_at(child.row.at)]
    return running[0] if len(running) == 1 else None

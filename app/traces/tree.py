"""Trace tree: the events of a trace laid out as lines, each cause before its effects."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.traces.delivery import Delivery
from app.traces.events import CLOCK, NOT_CAPTURED, Key, TracedEvent, is_early
from app.traces.forest import Growth
from app.traces.nodes import NodeKind, TraceNode
from app.traces.wording import wording


@dataclass(frozen=True, slots=True, eq=False)
class Ghost:
    """An event that others name as their cause and that was not captured."""

    key: Key


Item = TracedEvent | Delivery | Ghost


class Tree:
    """Lines in causal order; among the effects of one cause by time, then by number.

    While events are added, the nodes of all others stay the objects that they are, with new places.
    """

    def __init__(self) -> None:
        self.nodes: list[TraceNode] = []
        self.items: list[Item] = []
        """What each node stands for."""
        self.made: list[Item] = []
        """Those whose nodes the last growth made, or made anew."""
        self._start = 0
        self._nodes: dict[Item, TraceNode] = {}
        self._roots: list[Item] = []
        self._ghosts: dict[Key, Ghost] = {}
        self._below: dict[Item, list[Item]] = {}
        self._effects: dict[TracedEvent, dict[TracedEvent, None]] = {}
        self._above: dict[TracedEvent, TracedEvent | Key | None] = {}

    def grow(self, growth: Growth, start: int) -> None:
        """Take in what changed in a forest; times count from `start`, the first time of the trace."""
        if start != self._start:
            self._start = start
            self._nodes.clear()
        anew = {*growth.stepped, *(event for event in growth.added if event.deliveries)}
        for event in (*growth.removed, *growth.moved):
            self._unhang(event, anew)
        for event in growth.removed:
            self._forget(event)
            self._effects.pop(event, None)
        for event in (*growth.moved, *growth.added):
            self._hang(event, anew)
        for event in anew - growth.removed:
            self._forget(event)
            self._gather(event)
        self._walk()

    def index_of(self, item: Item) -> int:
        """The place of the node of an event or a delivery."""
        return self._nodes[item].index

    def node_of(self, item: Item) -> TraceNode:
        """The node of an event or a delivery."""
        return self._nodes[item]

    def below(self, events: Iterable[TracedEvent]) -> set[TracedEvent]:
        """These events and all their effects."""
        found: set[TracedEvent] = set()
        waiting = list(events)
        while waiting:
            event = waiting.pop()
            if event not in found:
                found.add(event)
                waiting += self._effects.get(event, ())
        return found

    def rows(self) -> list[tuple[int, int | None, int]]:
        """Of each row its number, by which row it was caused, and how many causes it has, in causal order."""
        causes: list[tuple[int | None, int]] = []
        told: list[tuple[int, int | None, int]] = []
        for item, node in zip(self.items, self.nodes, strict=True):
            cause, depth = (None, 0) if node.parent is None else causes[node.parent]
            if isinstance(item, TracedEvent) and item.published is not None:
                told.append((item.published.seq, cause, depth))
                cause, depth = item.published.seq, depth + 1
            elif isinstance(item, Delivery):
                told += ((row.seq, cause, depth) for row in item.rows)
            causes.append((cause, depth))
        return told

    def _hang(self, event: TracedEvent, anew: set[TracedEvent]) -> None:
        """Put an event below what caused it, where that is not put together anew anyway."""
        above = self._above[event] = event.parent or event.missing
        if isinstance(above, TracedEvent):
            self._effects.setdefault(above, {})[event] = None
            if above not in anew:
                insort(self._below.setdefault(causing_delivery(above, event) or above, []), event, key=self._order)
        elif above is not None:
            ghost = self._ghosts.setdefault(above, Ghost(above))
            insort(self._below.setdefault(ghost, []), event, key=self._order)
        else:
            insort(self._roots, event, key=self._order)

    def _unhang(self, event: TracedEvent, anew: set[TracedEvent]) -> None:
        above = self._above.pop(event)
        self._nodes.pop(event, None)
        if isinstance(above, TracedEvent):
            self._effects[above].pop(event, None)
            anew.add(above)
        elif above is not None:
            self._below[self._ghosts[above]].remove(event)
            if not self._below[self._ghosts[above]]:
                del self._below[self._ghosts.pop(above)]
        else:
            self._roots.remove(event)

    def _forget(self, event: TracedEvent) -> None:
        """Take an event's node and deliveries away."""
        self._nodes.pop(event, None)
        for item in self._below.pop(event, ()):
            if isinstance(item, Delivery):
                self._nodes.pop(item, None)
                self._below.pop(item, None)

    def _gather(self, event: TracedEvent) -> None:
        """Put what lies below an event together."""
        if event.deliveries:
            self._below[event] = list(event.deliveries)
        for effect in self._effects.get(event, ()):
            self._below.setdefault(causing_delivery(event, effect) or event, []).append(effect)
        for item in (event, *event.deliveries):
            if item in self._below:
                self._below[item].sort(key=self._order)

    def _walk(self) -> None:
        """Depth first, without recursion: a trace may be as deep as it is long."""
        nodes, items, made = list[TraceNode](), list[Item](), list[Item]()
        known, families = self._nodes, self._below
        for ghost in self._ghosts.values():
            known.pop(ghost, None)
        waiting = list[Item]()
        below: Sequence[Item] = self._all_roots()
        parent: int | None = None
        depth = 0
        while True:  # in one loop, which makes nothing but new nodes: it goes over thousands at each growth
            for item in reversed(below):
                if (node := known.get(item)) is None:
                    node = known[item] = self._node(item)
                    made.append(item)
                node.parent, node.depth = parent, depth
                waiting.append(item)
            if not waiting:
                break
            item = waiting.pop()
            node, below = known[item], families.get(item, ())
            node.index, node.children = len(nodes), len(below)
            parent, depth = node.index, node.depth + 1
            nodes.append(node)
            items.append(item)
        self.nodes, self.items, self.made = nodes, items, made

    def _all_roots(self) -> Sequence[Item]:
        return sorted((*self._roots, *self._ghosts.values()), key=self._order) if self._ghosts else self._roots

    def _order(self, item: Item) -> tuple[int, int]:
        match item:
            case TracedEvent():
                return item.row.at, item.row.seq
            case Delivery():
                return item.rows[0].at, item.rows[0].seq
            case Ghost():
                return min(self._order(below) for below in self._below[item])

    def _node(self, item: Item) -> TraceNode:
        node = TraceNode(0, None, 0, NodeKind.GHOST, None, (), "")
        match item:
            case TracedEvent():
                self._fill_event(node, item)
            case Delivery():
                self._fill_delivery(node, item)
            case Ghost():
                node.title, node.badges = item.key[1], (NOT_CAPTURED,)
                node.start_ns = node.end_ns = self._order(item)[0] - self._start
        node.key = node.kind, node.seqs[0] if node.seqs else node.title if node.seq is None else node.seq
        return node

    def _fill_event(self, node: TraceNode, event: TracedEvent) -> None:
        row = event.row
        ends = [row.at, *(delivery.end for delivery in event.deliveries)]
        node.kind, node.seq = NodeKind.HOP if event.is_hop else NodeKind.EVENT, row.seq
        node.seqs = (row.seq,) if event.published else ()
        node.title, node.who, node.hop = row.type or "(no type)", row.producer, row.channel
        node.type, node.category, node.priority = row.type, row.category, row.priority
        node.start_ns, node.end_ns = row.at - self._start, max(ends) - self._start
        node.fails = wording(row.type).failure
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

"""Meaning: what the events of a trace say about each other beyond cause and time, noted in the nodes of its tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.store.store import Store
from app.traces.events import TracedEvent
from app.traces.facts import NO_FACTS, Facts, facts_of
from app.traces.forest import Growth
from app.traces.hops import way_of
from app.traces.nodes import Trace, TraceNode
from app.traces.saga import Outcome, Saga, saga_of
from app.traces.tree import Tree
from app.traces.undo import CausalOrder, Undo, undos
from app.traces.wording import wording

__all__ = ["Meaning", "Reader", "settle"]

MOST_READ: Final = 1_000
"""Payloads of so many events of one trace are looked into, the first ones."""

PLAIN_WORDS: Final = re.compile(rb"ompensat|[Ss]aga")
"""What a payload of a trace whose types say nothing must have to be looked into."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The events in causal order, what takes back what, and the saga that they make up."""

    ordered: Sequence[TracedEvent]
    undone: Mapping[TracedEvent, Undo]
    saga: Saga | None


class Reader:
    """Finds what events say, looking only at what changed.

    The saga is told by the first events, unless by the `whole` trace: of so many more, none would be found in time.
    """

    def __init__(self, store: Store, *, whole: bool = False) -> None:
        self._store = store
        self._most = None if whole else MOST_READ
        self._order = CausalOrder()
        self._first: set[TracedEvent] = set()
        self._telling: dict[TracedEvent, bool] = {}
        self._known: dict[TracedEvent, Facts] = {}
        self._undone: dict[TracedEvent, Undo] = {}
        self._saga: Saga | None = None
        self._marked: list[TraceNode] = []

    def read(self, growth: Growth, tree: Tree) -> Meaning:
        """What the events of a tree say that has grown so, noted in its nodes; raises Evicted."""
        moved = tree.below(growth.moved).difference(growth.added)
        first = self._order.change(growth.removed | moved, [*growth.added, *moved])
        ordered = self._order.events
        if first < MOST_READ:
            first = 0 if self._learn(ordered[:MOST_READ]) else first
        self._undone = undos(ordered, self._known, self._undone, first)
        looked_at = ordered[: self._most]
        if first < len(looked_at) or not growth.stepped.isdisjoint(self._first):
            self._first = set(looked_at)
            taken = [undo for event, undo in self._undone.items() if event in self._first]
            self._saga = saga_of(looked_at, taken, self._known)
        meaning = Meaning(ordered, self._undone, self._saga)
        self._write(meaning, tree)
        return meaning

    def _learn(self, first: Sequence[TracedEvent]) -> bool:
        """Look into the payloads of the first events; whether what is known of old ones is another than before.

        Of a trace in which nothing may have to be undone nothing is known.
        """
        unread = [event for event in first if event not in self._telling]
        payloads = dict(zip(unread, self._payloads(unread), strict=True))
        for event, payload in payloads.items():
            in_payload = bool(payload and PLAIN_WORDS.search(payload))
            self._telling[event] = bool(event.row.headers) or says_something(event) or in_payload
        told = first if any(map(self._telling.__getitem__, first)) else ()
        unknown = [event for event in told if event not in self._known]
        payloads |= dict(zip(late := [e for e in unknown if e not in payloads], self._payloads(late), strict=True))
        before, self._known = (
            self._known,
            {event: self._known.get(event) or facts_of(event.row.headers, payloads.get(event)) for event in told},
        )
        for event in (*unknown, *before):
            event.facts = self._known.get(event, NO_FACTS)
        return bool(late) or (bool(before) and not told)

    def _payloads(self, events: Sequence[TracedEvent]) -> list[bytes | None]:
        return (
            [payload for (payload,) in self._store.cells([e.row.seq for e in events], ("payload",))] if events else []
        )

    def _write(self, meaning: Meaning, tree: Tree) -> None:
        """Note it in the nodes."""
        for node in self._marked:
            node.undoes = node.undone_by = None
            node.left, node.fails = False, wording(node.type).failure
        for event in self._hops(tree):
            node = tree.node_of(event)
            node.way, node.attempts = way_of(event), event.facts.attempts or 0
        self._marked = []
        for event, undo in meaning.undone.items():
            by = tree.node_of(event)
            by.undoes, by.fails = tree.index_of(undo.target), False
            done = [tree.node_of(each) for each in (undo.target, *undo.covers)]
            for node in done:
                node.undone_by = by.index
            self._marked += by, *done
        for event in meaning.saga.left if meaning.saga else ():
            tree.node_of(event).left = True
            self._marked.append(tree.node_of(event))

    def _hops(self, tree: Tree) -> Iterator[TracedEvent]:
        """The hops whose way may be another than before: those of new nodes, and those whose payloads are read."""
        for item in (*tree.made, *self._known):
            if isinstance(item, TracedEvent) and item.is_hop:
                yield item


def says_something(event: TracedEvent) -> bool:
    """Whether a name says that something can be undone, was undone, or failed."""
    words = wording(event.row.type)
    return words.reversible or words.failure or words.undoes is not None


def settle(trace: Trace, outcome: Outcome | None) -> None:
    """Let a trace say what became of it, and mark nothing as left behind that this does not name."""
    trace.outcome = outcome
    for event in trace.saga.left if trace.saga else ():
        node = trace.nodes[trace.index_of(event)]
        node.left = outcome is not None and node.title in outcome.left

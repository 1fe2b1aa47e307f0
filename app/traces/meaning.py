"""Meaning: what the events of a trace say about each other beyond cause and time, noted in the nodes of its tree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.store.store import Store
from app.traces.events import TracedEvent
from app.traces.facts import NO_FACTS, facts_of
from app.traces.hops import way_of
from app.traces.saga import Saga, saga_of
from app.traces.tree import Tree
from app.traces.undo import Known, Undo, causal_order, undos
from app.traces.wording import wording

__all__ = ["Meaning", "meaning_of", "write"]

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


def meaning_of(store: Store, events: Sequence[TracedEvent]) -> Meaning:
    """What these events say."""
    ordered = causal_order(events)
    known = facts(store, ordered)
    undone = undos(ordered, known)
    for event in ordered:
        event.facts = known.get(event, NO_FACTS)
    return Meaning(ordered, undone, saga_of(ordered, undone.values(), known))


def facts(store: Store, ordered: Sequence[TracedEvent]) -> Known:
    """What headers and payloads say, of a trace in which anything may have to be undone."""
    first = ordered[:MOST_READ]
    payloads = store.cells([event.row.seq for event in first], ("payload",))
    telling = any(event.row.headers or says_something(event) for event in first)
    if not telling and not any(payload and PLAIN_WORDS.search(payload) for (payload,) in payloads):
        return {}
    return {event: facts_of(event.row.headers, payload) for event, (payload,) in zip(first, payloads, strict=True)}


def says_something(event: TracedEvent) -> bool:
    """Whether a name says that something can be undone, was undone, or failed."""
    words = wording(event.row.type)
    return words.reversible or words.failure or words.undoes is not None


def write(meaning: Meaning, tree: Tree) -> None:
    """Note it in the nodes."""
    nodes, index_of = tree.nodes, tree.index_of
    for event in meaning.ordered:
        node = nodes[index_of[event]]
        node.fails = wording(event.row.type).failure
        if event.is_hop:
            node.way, node.attempts = way_of(event), event.facts.attempts or 0
    for event, undo in meaning.undone.items():
        by = index_of[event]
        nodes[by].undoes = index_of[undo.target]
        nodes[by].fails = False
        for done in (undo.target, *undo.covers):
            nodes[index_of[done]].undone_by = by
    for event in meaning.saga.left if meaning.saga else ():
        nodes[index_of[event]].left = True

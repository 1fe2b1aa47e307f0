"""Findings: what the map says is probably wrong, each in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.topology.map import MapEdge, MapNode, NodeKind, TopologyMap
from eventscope.step import Phase

SECOND: Final = 1_000_000_000

PATIENCE_S: Final = 10
"""A subscription that never fired is worth a word after this long."""

FAILING_SHARE: Final = 0.05
"""A subscription is failing when more than this share of its latest attempts fail."""

STORM: Final = 20
"""Retries that are worth a word, if they are also so many that they make up a good part of all attempts."""
STORM_SHARE: Final = 0.3


class FindingKind(StrEnum):
    """What was found."""

    DEAD_SUBSCRIPTION = "dead subscription"
    NOBODY_HANDLES = "nobody handles"
    FAILING = "failing"
    UNDECLARED = "undeclared"
    NO_CONSUMER = "no consumer"
    CONSUMER_GONE = "consumer gone"
    NOWHERE = "routes nowhere"
    STANDSTILL = "stands still"
    DEAD_LETTERS = "dead letters"
    UNACKED = "not acknowledged"
    GIVEN_UP = "given up"
    RETRY_STORM = "retry storm"
    LEFT_BEHIND = "not undone"
    STUCK = "stuck"
    VERSION_GAP = "version gap"
    VERSION_CONFLICT = "version conflict"
    OVER_BUDGET = "over budget"
    HIT_RATE = "hit rate"


@dataclass(frozen=True, slots=True)
class Finding:
    """`text` says what was found; `since` when (ns), 0 where nobody knows.

    It is about node `node` (its id on the map), or else about what `key` names. `seq` and `trace` are the evidence: a
    row of the store, and its correlation. `phase` narrows the node's events to those in question, `filter` says itself
    which those are.
    """

    kind: FindingKind
    node: str
    text: str
    since: int = 0
    key: str = ""
    seq: int | None = None
    trace: str | None = None
    phase: Phase | None = None
    filter: str = ""


def find(picture: TopologyMap, now: int) -> list[Finding]:
    """All findings of a map at `now` (ns since the epoch), in the order of its nodes."""
    incoming: dict[str, list[MapEdge]] = {node.id: [] for node in picture.nodes}
    outgoing: dict[str, list[MapEdge]] = {node.id: [] for node in picture.nodes}
    for edge in picture.edges:
        incoming[edge.target].append(edge)
        outgoing[edge.source].append(edge)
    found: list[Finding] = []
    for node in picture.nodes:
        if node.kind is NodeKind.TYPE:
            found += about_type(node, outgoing[node.id])
        elif node.kind is NodeKind.SUBSCRIPTION and node.declared:
            found += about_declared(node, now)
        elif node.kind is NodeKind.SUBSCRIPTION and node.stray:
            found.append(
                Finding(FindingKind.UNDECLARED, node.id, f"{node.name} handles events, but nobody declared it.")
            )
        if node.kind is NodeKind.SUBSCRIPTION:
            found += list(about_failures(node, incoming[node.id])) or about_given_up(node, incoming[node.id])
            found += about_retries(node, incoming[node.id])
    return found


def about_type(node: MapNode, outgoing: list[MapEdge]) -> Iterator[Finding]:
    """An event that nobody handles: it goes to no subscription, and the bus says so."""
    if node.unhandled and not outgoing:
        events, them = ("event was", "it") if node.unhandled == 1 else ("events were", "them")
        text = f"{node.unhandled:,} {node.name} {events} published, and nobody handles {them}."
        yield Finding(FindingKind.NOBODY_HANDLES, node.id, text)


def about_declared(node: MapNode, now: int) -> Iterator[Finding]:
    """A dead subscription: declared for a while, and it never got an event."""
    age_s = (now - (node.declared_at or now)) // SECOND
    if not node.observed and age_s >= PATIENCE_S:
        text = f"{node.name} was declared {duration(age_s)} ago and never fired."
        yield Finding(FindingKind.DEAD_SUBSCRIPTION, node.id, text)


def about_failures(node: MapNode, incoming: list[MapEdge]) -> Iterator[Finding]:
    """A subscription whose handler keeps failing."""
    rate = sum(edge.rate for edge in incoming)
    failing = sum(edge.rate * edge.error_share for edge in incoming)
    if node.errors and failing > FAILING_SHARE * rate:
        dead = sum(edge.dead_lettered for edge in incoming)
        tail = f", {dead:,} went to dead letters" if dead else ""
        text = f"{node.name} failed {node.errors:,} of {max(node.count, node.errors):,} times{tail}."
        yield Finding(FindingKind.FAILING, node.id, text)


def about_given_up(node: MapNode, incoming: list[MapEdge]) -> Iterator[Finding]:
    """Events that nobody will handle any more: dead letters."""
    if dead := sum(edge.dead_lettered for edge in incoming):
        events = "1 event" if dead == 1 else f"{dead:,} events"
        text = f"{node.name} gave up {events} for good (dead letters)."
        yield Finding(FindingKind.GIVEN_UP, node.id, text, phase=Phase.DEAD_LETTERED)


def about_retries(node: MapNode, incoming: list[MapEdge]) -> Iterator[Finding]:
    """A subscription that is busy with trying again."""
    retried, attempts = sum(edge.retried for edge in incoming), sum(edge.count for edge in incoming)
    if retried >= STORM and retried > STORM_SHARE * attempts:
        text = f"{node.name} is busy with retries: {retried:,} of {attempts:,} attempts were to be repeated."
        yield Finding(FindingKind.RETRY_STORM, node.id, text, phase=Phase.RETRIED)


def duration(seconds: int) -> str:
    """Seconds in the unit that a person would use."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"

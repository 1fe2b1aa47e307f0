"""Map facts: what the map tells in words about a node or an edge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from app.commands.row_text import clock_time
from app.display import display
from app.topology.findings import Finding, FindingKind, duration
from app.topology.map import MapEdge, MapNode, NodeKind
from eventscope.chart import LinkKind
from widgets.latency.head import ms_text

__all__ = ["LOOKS", "age_text", "edge_facts", "many", "name_of", "node_facts", "rate_text", "short", "troubles"]

NAME_LIMIT = 80
KINDS = {
    NodeKind.PRODUCER: "producer",
    NodeKind.TYPE: "event type",
    NodeKind.PATTERN: "declared pattern",
    NodeKind.SUBSCRIPTION: "subscription",
    NodeKind.GROUP: "consumer group",
}
"""What a node is called, where that is not the name of its kind."""

FAILING_SHARE = 0.05
STALE_S: Final = 30
"""Figures that are older say how old they are."""

LOOKS: Final = {
    FindingKind.FAILING: ("circle-x", "critical"),
    FindingKind.NOBODY_HANDLES: ("triangle-alert", "high"),
    FindingKind.DEAD_SUBSCRIPTION: ("circle-slash", "high"),
    FindingKind.UNDECLARED: ("circle-question-mark", "muted"),
    FindingKind.NO_CONSUMER: ("unplug", "critical"),
    FindingKind.CONSUMER_GONE: ("unplug", "high"),
    FindingKind.NOWHERE: ("route-off", "high"),
    FindingKind.STANDSTILL: ("circle-pause", "critical"),
    FindingKind.DEAD_LETTERS: ("skull", "critical"),
    FindingKind.UNACKED: ("hourglass", "high"),
    FindingKind.GIVEN_UP: ("skull", "critical"),
    FindingKind.RETRY_STORM: ("rotate-cw", "high"),
    FindingKind.LEFT_BEHIND: ("undo-2", "critical"),
    FindingKind.STUCK: ("clock", "high"),
    FindingKind.VERSION_GAP: ("layers", "critical"),
    FindingKind.VERSION_CONFLICT: ("layers-2", "critical"),
    FindingKind.OVER_BUDGET: ("clock", "high"),
    FindingKind.HIT_RATE: ("chart-spline", "high"),
}
"""Icon and colour of each kind of finding."""

PLACES: Final = {
    FindingKind.NO_CONSUMER, FindingKind.CONSUMER_GONE, FindingKind.NOWHERE,
    FindingKind.STANDSTILL, FindingKind.DEAD_LETTERS, FindingKind.UNACKED,
}  # fmt: skip
"""What is found at the places of brokers; the rest is seen in the node itself."""

WAYS: Final = {
    LinkKind.DEAD_LETTER: "what dies goes this way",
    LinkKind.ALTERNATE: "what finds no other way goes this way",
    LinkKind.DELAY: "what has waited goes this way",
}


def name_of(node: MapNode) -> str:
    """The node's name as one harmless line."""
    return display(node.name, limit=NAME_LIMIT) or "(no name)"


def troubles(node: MapNode, failing: float, findings: Sequence[Finding] = ()) -> list[tuple[str, str, str]]:
    """What is wrong with a node: icon, colour and words. `failing` is the share of its attempts that fail now."""
    found = [(*LOOKS[finding.kind], display(finding.text)) for finding in findings if finding.kind in PLACES]
    if node.kind is NodeKind.SUBSCRIPTION and failing > FAILING_SHARE:
        found.append(("circle-x", "critical", f"failing now: {failing:.0%} of attempts"))
    if node.kind is NodeKind.SUBSCRIPTION and not node.observed:
        found.append(("circle-slash", "muted", "never fired"))
    if node.kind is NodeKind.TYPE and node.unhandled and node.unhandled == node.count:
        found.append(("triangle-alert", "high", "nobody handles it"))
    return found


def node_facts(node: MapNode, failing: float, findings: Sequence[Finding] = (), now: int = 0) -> str:
    """A node in one line, at `now` (ns since the epoch)."""
    parts = [
        name_of(node),
        KINDS.get(node.kind, str(node.kind)),
        f"on {display(node.channel, limit=NAME_LIMIT)}" if node.channel else "",
        f"handler {display(node.handler, limit=NAME_LIMIT)}" if node.handler else "",
        display(node.text, limit=NAME_LIMIT),
        *told(node),
        *traffic(node.count, node.rate, node.errors, node.last_seen),
        f"types {', '.join(display(name, limit=NAME_LIMIT) for name in node.types)}" if node.types else "",
        *(words.rstrip(".") for _, _, words in troubles(node, failing, findings)),
        "seen, but the broker does not tell of it" if node.stray and node.kind is not NodeKind.SUBSCRIPTION else "",
        "" if node.observed or node.kind is NodeKind.SUBSCRIPTION else "declared, not seen yet",
        age_text(node.charted_at, now),
    ]
    return " · ".join(filter(None, parts))


def told(node: MapNode) -> Iterator[str]:
    """The figures of a place in words, as far as they are known."""
    figures, reader = node.figures, "member" if node.kind is NodeKind.GROUP else "consumer"
    dead = "s" if figures.dead_letters != 1 else ""
    words = (
        (figures.partitions, f"{many(figures.partitions, 'partition')}"),
        (figures.dead_letters, f"{figures.dead_letters:,} dead letter{dead}"),
        (figures.depth, f"{many(figures.depth, 'message')} ready"),
        (figures.unacked, f"{figures.unacked:,} unacknowledged"),
        (figures.lag, f"{figures.lag:,} behind"),
        (figures.consumers, many(figures.consumers, reader)),
        (figures.rate, f"{rate_text(figures.rate)} in"),
    )
    return (text for value, text in words if value >= 0)


def many(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def short(count: int) -> str:
    """A number in at most four characters, or about that: `980`, `12k`, `3.4M`."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= size:
            return f"{count // size}{unit}" if count >= 10 * size else f"{count / size:.1f}{unit}"
    return str(count)


def age_text(taken_at: int | None, now: int) -> str:
    """How old figures are, if they are old."""
    age_s = 0 if taken_at is None else (now - taken_at) // 10**9
    return f"as told at {clock_time(taken_at or 0)[:8]}, {duration(age_s)} ago" if age_s > STALE_S else ""


def edge_facts(edge: MapEdge, source: MapNode, target: MapNode) -> str:
    """An edge in one line."""
    parts = [
        f"{name_of(source)} → {name_of(target)}",
        display(edge.text, limit=NAME_LIMIT),
        WAYS.get(edge.kind, ""),
        *traffic(edge.count, edge.rate, edge.errors, edge.last_seen),
        f"{edge.retried:,} retried" if edge.retried else "",
        f"{edge.dead_lettered:,} dead-lettered" if edge.dead_lettered else "",
        f"{edge.dropped:,} dropped" if edge.dropped else "",
        f"{ms_text(edge.mean_ms)} ms on average" if edge.mean_ms is not None else "",
        "" if edge.observed or edge.text or source.charted_at else "declared, not seen yet",
    ]
    return " · ".join(filter(None, parts))


def traffic(count: int, rate: float, errors: int, last_seen: int | None) -> list[str]:
    """How much, how often, how much of it failed, and when last."""
    if last_seen is None:
        return []
    failed = f"{errors:,} failed" if errors else ""
    return [f"{count:,} in all", rate_text(rate), failed, f"last {clock_time(last_seen)[:8]}"]


def rate_text(rate: float) -> str:
    """Events a second in at most five characters and a unit."""
    if rate < 0.05:
        return "0/s"
    return f"{rate:.1f}/s" if rate < 99.95 else f"{rate:,.0f}/s"

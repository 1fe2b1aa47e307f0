"""Map facts: what the map tells in words about a node or an edge, and the filter that shows its events."""

from __future__ import annotations

from app.commands.row_text import clock_time
from app.display import display
from app.topology.map import MapEdge, MapNode, NodeKind
from widgets.filter.category_clause import quoted
from widgets.latency.head import ms_text

__all__ = ["edge_facts", "edge_filter", "name_of", "node_facts", "node_filter", "rate_text", "troubles"]

NAME_LIMIT = 80
KINDS = {
    NodeKind.PRODUCER: "producer",
    NodeKind.TYPE: "event type",
    NodeKind.PATTERN: "declared pattern",
    NodeKind.SUBSCRIPTION: "subscription",
}
FIELDS = {NodeKind.PRODUCER: "producer", NodeKind.TYPE: "type", NodeKind.SUBSCRIPTION: "subscription"}

FAILING_SHARE = 0.05


def name_of(node: MapNode) -> str:
    """The node's name as one harmless line."""
    return display(node.name, limit=NAME_LIMIT) or "(no name)"


def troubles(node: MapNode, failing: float) -> list[tuple[str, str, str]]:
    """What is wrong with a node: icon, colour and words. `failing` is the share of its attempts that fail now."""
    found = []
    if node.kind is NodeKind.SUBSCRIPTION and failing > FAILING_SHARE:
        found.append(("circle-x", "critical", f"failing now: {failing:.0%} of attempts"))
    if node.kind is NodeKind.SUBSCRIPTION and not node.observed:
        found.append(("circle-slash", "muted", "never fired"))
    if node.kind is NodeKind.TYPE and node.unhandled and node.unhandled == node.count:
        found.append(("triangle-alert", "high", "nobody handles it"))
    return found


def node_facts(node: MapNode, failing: float) -> str:
    """A node in one line."""
    parts = [
        name_of(node),
        KINDS[node.kind],
        f"on {display(node.channel, limit=NAME_LIMIT)}" if node.channel else "",
        f"handler {display(node.handler, limit=NAME_LIMIT)}" if node.handler else "",
        *traffic(node.count, node.rate, node.errors, node.last_seen),
        *(words for _, _, words in troubles(node, failing)),
        "" if node.observed or node.kind is NodeKind.SUBSCRIPTION else "declared, not seen yet",
    ]
    return " · ".join(filter(None, parts))


def edge_facts(edge: MapEdge, source: MapNode, target: MapNode) -> str:
    """An edge in one line."""
    parts = [
        f"{name_of(source)} → {name_of(target)}",
        *traffic(edge.count, edge.rate, edge.errors, edge.last_seen),
        f"{edge.retried:,} retried" if edge.retried else "",
        f"{edge.dead_lettered:,} dead-lettered" if edge.dead_lettered else "",
        f"{edge.dropped:,} dropped" if edge.dropped else "",
        f"{ms_text(edge.mean_ms)} ms on average" if edge.mean_ms is not None else "",
        "" if edge.observed else "declared, not seen yet",
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


def node_filter(node: MapNode) -> str | None:
    """The filter for a node's events; None where the language has no word for it (groups, unknown names)."""
    field = FIELDS.get(node.kind)
    if node.id.startswith("group") or field is None or node.name.startswith(("(", "…")):
        return None
    return f"{field}:{quoted(node.name)}"


def edge_filter(source: MapNode, target: MapNode) -> str | None:
    """The filter for the events that go along an edge."""
    return " ".join(filter(None, (node_filter(source), node_filter(target)))) or None

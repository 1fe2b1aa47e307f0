"""Findings at brokers: queues without a consumer, exchanges that route nowhere, groups that stand still, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.topology.charts import Charted, Charts
from app.topology.findings import PATIENCE_S, SECOND, Finding, FindingKind
from app.topology.homes import spot_id
from app.topology.map import MapNode, TopologyMap
from eventscope.connector import PlaceKind

PATIENCE: Final = PATIENCE_S * SECOND
UNACKED_PATIENCE: Final = 30 * SECOND
"""A handler may well need some seconds for a message."""


def find_at_places(charts: Charts, picture: TopologyMap, now: int) -> list[Finding]:
    """All findings about what brokers tell, at `now` (ns since the epoch)."""
    nodes = {node.id: node for node in picture.nodes}
    leave = {edge.source for edge in picture.edges if not nodes[edge.target].ours}
    found: list[Finding] = []
    for (broker, spot), charted in sorted(charts.places.items()):
        node = nodes[spot_id(broker, spot)]
        if charted.place.ours:
            continue
        if spot.kind is PlaceKind.EXCHANGE and node.id not in leave and not charted.place.idle:
            found += about_exchange(charted, node, now)
        elif spot.kind is PlaceKind.GROUP:
            found += about_group(charted, node, now)
        elif spot.kind is PlaceKind.QUEUE:
            found += about_queue(charted, node, now)
        found += about_dead_letters(charted, node)
    return found


def about_exchange(charted: Charted, node: MapNode, now: int) -> Iterator[Finding]:
    """Nothing is bound to it."""
    if now - charted.since >= PATIENCE:
        text = f"Exchange {node.name} routes nowhere: nothing is bound to it, so what is published there is lost."
        yield Finding(FindingKind.NOWHERE, node.id, text, charted.since)


def about_group(charted: Charted, node: MapNode, now: int) -> Iterator[Finding]:
    """It is behind and does not move, or nobody is in it any more."""
    lag, done = charted.trends.get("lag"), charted.trends.get("done")
    empty = charted.alone_since is not None
    if lag and done and lag.value > 0 and lag.rising and now - done.still_since >= PATIENCE:
        who = ", it has no member" if empty else ""
        text = f"Group {node.name} stands still: it is {lag.value:,} behind and falls further behind{who}."
        yield Finding(FindingKind.STANDSTILL, node.id, text, done.still_since)
    elif empty and charted.had_readers:
        text = f"Group {node.name} lost its last member."
        yield Finding(FindingKind.CONSUMER_GONE, node.id, text, charted.alone_since or 0)


def about_queue(charted: Charted, node: MapNode, now: int) -> Iterator[Finding]:
    """Nobody reads from it, or somebody who reads does not acknowledge."""
    depth, since = charted.trends.get("depth"), charted.alone_since
    if since is not None and not charted.place.idle:
        yield from about_reader(charted, node, now, since)
    unacked, done = charted.trends.get("unacked"), charted.trends.get("done")
    if unacked and unacked.value > 0:
        still_since = max(unacked.still_since, done.still_since if done else 0)
        if now - still_since >= UNACKED_PATIENCE:
            wait = f", and {_messages(depth.value)} behind them" if depth and depth.value else ""
            text = f"Queue {node.name}: {_messages(unacked.value)} delivered and never acknowledged{wait}."
            yield Finding(FindingKind.UNACKED, node.id, text, still_since)


def about_reader(charted: Charted, node: MapNode, now: int, since: int) -> Iterator[Finding]:
    """A queue without a consumer, which matters when messages wait in it."""
    depth = charted.trends.get("depth")
    if depth and depth.value and now - since >= PATIENCE:
        grows = ", and they become more" if depth.rising else ""
        verb = "waits" if depth.value == 1 else "wait"
        text = f"Queue {node.name} has no consumer: {_messages(depth.value)} {verb} in it{grows}."
        yield Finding(FindingKind.NO_CONSUMER, node.id, text, since)
    elif charted.had_readers:
        yield Finding(FindingKind.CONSUMER_GONE, node.id, f"Queue {node.name} lost its last consumer.", since)


def about_dead_letters(charted: Charted, node: MapNode) -> Iterator[Finding]:
    """Messages that failed come in."""
    dead = charted.trends.get("dead_letters")
    if dead and dead.rising:
        text = f"Dead letters come in: {dead.risen:,} more in {node.kind} {node.name}, {dead.value:,} in all."
        yield Finding(FindingKind.DEAD_LETTERS, node.id, text, dead.rising_since or 0)


def _messages(count: int) -> str:
    return f"{count:,} message" if count == 1 else f"{count:,} messages"

"""Changes: what is different in a broker from one chart to the next, in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from eventscope.connector import Chart, Link, LinkKind, Place, PlaceKind, Spot

LASTING: Final = (PlaceKind.EXCHANGE, PlaceKind.TOPIC, PlaceKind.QUEUE, PlaceKind.GROUP)
"""Programs come and go; their number is told at what they are attached to."""

MOST_ALIKE: Final = 5
"""More changes of one sort at once are told in one sentence."""


@dataclass(frozen=True, slots=True)
class Change:
    """What changed at a place. `at` is when it was noticed, in ns since the epoch."""

    at: int
    broker: str
    spot: Spot
    text: str


def changes(before: Chart, after: Chart) -> list[Change]:
    """What is different between two charts of one broker, told shortly."""
    old, new = ({place.spot: place for place in chart.places if not place.ours} for chart in (before, after))
    sorts: dict[str, list[tuple[Spot, str]]] = defaultdict(list)
    for sort, spot, text in (*_lives(old, new), *_readers(old, new), *_ways(before, after, old.keys() & new.keys())):
        sorts[sort].append((spot, text))
    return [
        Change(after.taken_at, after.broker, spot, text)
        for sort, told in sorts.items()
        for spot, text in (told if len(told) <= MOST_ALIKE else [(told[0][0], sort.format(count=f"{len(told):,}"))])
    ]


Told = tuple[str, Spot, str]
"""What is said when there are many of it, the place, and what is said of it alone."""


def _lives(old: dict[Spot, Place], new: dict[Spot, Place]) -> Iterator[Told]:
    for words, known, others in (("new", new, old), ("gone", old, new)):
        for spot in known:
            if spot not in others and spot.kind in LASTING:
                yield f"{{count}} {spot.kind}s are {words}", spot, f"{spot.kind} {spot.name} is {words}"


def _readers(old: dict[Spot, Place], new: dict[Spot, Place]) -> Iterator[Told]:
    for spot in (spot for spot in new if spot in old):
        who = "member" if spot.kind is PlaceKind.GROUP else "consumer"
        was, now = old[spot].figures.consumers, new[spot].figures.consumers
        if was > 0 and now == 0:
            yield f"{{count}} {spot.kind}s lost their last {who}", spot, f"{spot.kind} {spot.name} lost its last {who}"
        elif was != now and min(was, now) >= 0:
            text = f"{spot.kind} {spot.name} has {_many(now, who)}, {was:,} before"
            yield f"{{count}} {spot.kind}s have other numbers of {who}s", spot, text
        was, now = old[spot].figures.partitions, new[spot].figures.partitions
        if was != now and min(was, now) > 0:
            text = f"{spot.kind} {spot.name} has {_many(now, 'partition')}, {was:,} before"
            yield f"{{count}} {spot.kind}s have other numbers of partitions", spot, text


def _ways(before: Chart, after: Chart, both: Iterable[Spot]) -> Iterator[Told]:
    """Bindings between places that were and are there."""
    known = set(both)
    old, new = (
        {link for link in chart.links if {link.origin, link.target} <= known and _is_binding(link)}
        for chart in (before, after)
    )
    for words, links in (("is bound to", new - old), ("is not bound any more to", old - new)):
        for link in sorted(links, key=repr):
            by = f" by {link.text}" if link.text else ""
            text = f"{link.target.kind} {link.target.name} {words} exchange {link.origin.name}{by}"
            yield f"{{count}} bindings have come or gone: each {words} its exchange", link.target, text


def _is_binding(link: Link) -> bool:
    return link.origin.kind is PlaceKind.EXCHANGE and link.kind is LinkKind.FLOW


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"

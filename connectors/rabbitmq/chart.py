"""A chart of a virtual host, made of what the management API tells. Whatever it tells: nothing is taken on trust."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.rabbitmq.bindings import OUR_QUEUES
from connectors.rabbitmq.chart_deaths import dead_ends, ways_of_the_dead
from connectors.rabbitmq.rows import DEFAULT, Row, count, in_words, inner, rate, text
from eventscope.connector import Figures, Link, Place, PlaceKind, Spot

__all__ = ["Told", "chart_parts"]

BUILT_IN: Final = "amq."
"""How the names of exchanges begin that every broker has."""


@dataclass(frozen=True)
class Told:
    """Rows of the management API; each as it came."""

    exchanges: Sequence[Row] = ()
    queues: Sequence[Row] = ()
    bindings: Sequence[Row] = ()
    consumers: Sequence[Row] = ()
    connections: Sequence[Row] = ()


def chart_parts(told: Told) -> tuple[tuple[Place, ...], tuple[Link, ...]]:
    """All places and links; what belongs to temporary taps, ours and others', is left out."""
    queues = [row for row in told.queues if not _is_tap(text(row, "name"))]
    readers = _readers(told)
    links = [*_bound(told.bindings), *ways_of_the_dead(queues), *_consumed(readers)]
    dead = dead_ends(queues, told.bindings)
    places = [*_exchanges(told.exchanges, links), *(_queue(row, dead) for row in queues), *_programs(readers)]
    known = {place.spot for place in places}
    return tuple(places), tuple(link for link in links if link.origin in known and link.target in known)


def _is_tap(queue: str) -> bool:
    return queue.startswith(OUR_QUEUES)


def _bound(bindings: Iterable[Row]) -> Iterator[Link]:
    """Bindings to queues and to other exchanges. What is bound to the default exchange says nothing: every queue is."""
    for row in bindings:
        source, target = text(row, "source"), text(row, "destination")
        if source and not _is_tap(target):
            kind = PlaceKind.EXCHANGE if text(row, "destination_type") == "exchange" else PlaceKind.QUEUE
            condition = text(row, "routing_key") or in_words(inner(row, "arguments"))
            yield Link(Spot(PlaceKind.EXCHANGE, source), Spot(kind, target), condition)


def _exchanges(rows: Iterable[Row], links: Sequence[Link]) -> Iterator[Place]:
    """Exchanges, those of every broker only if they are used."""
    used = {spot for link in links for spot in (link.origin, link.target)}
    for row in rows:
        spot = Spot(PlaceKind.EXCHANGE, text(row, "name") or DEFAULT)
        stats = inner(row, "message_stats")
        usual = spot.name == DEFAULT or spot.name.startswith(BUILT_IN)
        if not usual or spot in used or count(stats, "publish_in") > 0:
            figures = Figures(rate=rate(stats, "publish_in"), done=count(stats, "publish_in"))
            alternate = text(inner(row, "arguments"), "alternate-exchange")
            idle = usual or bool(alternate)
            yield Place(*spot, figures, _words(row, text(row, "type")), idle=idle)


def _queue(row: Row, dead: frozenset[str]) -> Place:
    name, stats = text(row, "name"), inner(row, "message_stats")
    done = [count(stats, kind) for kind in ("ack", "deliver_no_ack", "get_no_ack")]
    figures = Figures(
        depth=count(row, "messages_ready"),
        unacked=count(row, "messages_unacknowledged"),
        dead_letters=count(row, "messages") if name in dead else -1,
        rate=rate(stats, "publish"),
        consumers=count(row, "consumers"),
        done=sum(max(n, 0) for n in done) if stats else -1,
    )
    is_stream = text(row, "type") == "stream"
    return Place(PlaceKind.QUEUE, name, figures, _words(row, text(row, "type")), idle=name in dead or is_stream)


def _words(row: Row, kind: str) -> str:
    policy = text(row, "policy")
    state = text(row, "state")
    parts = (kind, f"policy {policy}" if policy else "", state if state not in ("running", "") else "")
    return " · ".join(filter(None, parts))


def _readers(told: Told) -> Counter[tuple[str, str]]:
    """How often each program consumes from each queue: (queue, program)."""
    names = _names(told.connections)
    found = Counter((text(inner(row, "queue"), "name"), _program(row, names)) for row in told.consumers)
    return Counter({(queue, program): n for (queue, program), n in found.items() if not _is_tap(queue)})


def _consumed(readers: Counter[tuple[str, str]]) -> Iterator[Link]:
    for (queue, program), number in readers.items():
        words = f"{number:,} consumers" if number > 1 else ""
        yield Link(Spot(PlaceKind.QUEUE, queue), Spot(PlaceKind.CONSUMER, program), words)


def _programs(readers: Counter[tuple[str, str]]) -> Iterator[Place]:
    numbers: Counter[str] = Counter()
    for (_, program), number in readers.items():
        numbers[program] += number
    for program, number in numbers.items():
        yield Place(PlaceKind.CONSUMER, program, Figures(consumers=number))


def _names(connections: Iterable[Row]) -> Mapping[str, str]:
    """The names that programs give their connections, by the names that the broker gives them."""
    return {text(row, "name"): text(row, "user_provided_name") for row in connections}


def _program(consumer: Row, names: Mapping[str, str]) -> str:
    """Who consumes: by its own name, else by user and host."""
    at = inner(consumer, "channel_details")
    host, user = text(at, "peer_host"), text(at, "user")
    return names.get(text(at, "connection_name")) or (f"{user}@{host}" if user or host else "(unknown program)")

"""Where messages go that die in a queue, and which queues are there for the dead.

A queue whose messages expire and that nobody reads is a waiting room: what leaves it has waited, and is not dead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from connectors.rabbitmq.rows import Row, count, inner, text
from eventscope.connector import Link, LinkKind, PlaceKind, Spot

__all__ = ["Death", "dead_ends", "deaths", "ways_of_the_dead"]


class Death(NamedTuple):
    """To which exchange the dead of a queue go, under which key (None: the one that they came with)."""

    queue: str
    exchange: str
    key: str | None
    waiting_room: bool


def deaths(queues: Iterable[Row]) -> Iterator[Death]:
    """Those queues whose dead go somewhere, by argument or by policy; an argument wins."""
    for row in queues:
        policy, arguments = inner(row, "effective_policy_definition"), inner(row, "arguments")
        told = {name: policy[name] for name in policy} | {
            name.removeprefix("x-"): value for name, value in arguments.items()
        }
        if isinstance(told.get("dead-letter-exchange"), str):
            key = told.get("dead-letter-routing-key")
            waits = "message-ttl" in told and count(row, "consumers") == 0
            exchange = text(told, "dead-letter-exchange")
            yield Death(text(row, "name"), exchange, key if isinstance(key, str) else None, waits)


def ways_of_the_dead(queues: Iterable[Row]) -> Iterator[Link]:
    """A link from each such queue to its exchange, or straight to the queue that the default exchange would choose."""
    for death in deaths(queues):
        kind = LinkKind.DELAY if death.waiting_room else LinkKind.DEAD_LETTER
        target = Spot(PlaceKind.EXCHANGE, death.exchange) if death.exchange else Spot(PlaceKind.QUEUE, death.key or "")
        yield Link(Spot(PlaceKind.QUEUE, death.queue), target, death.key or "", kind)


def dead_ends(queues: Sequence[Row], bindings: Iterable[Row]) -> frozenset[str]:
    """The queues that are there for the dead: what dies elsewhere is routed to them, and nothing else is.

    Where a queue gives its dead back to an exchange that it is bound to itself, they are tried again.
    """
    sources: dict[str, set[str]] = defaultdict(set)
    for row in bindings:
        if (source := text(row, "source")) and text(row, "destination_type") == "queue":
            sources[text(row, "destination")].add(source)
    dying = [death for death in deaths(queues) if not death.waiting_room]
    straight = {death.key for death in dying if not death.exchange and death.key}
    graves = {death.exchange for death in dying if death.exchange and death.exchange not in sources[death.queue]}
    names = [text(row, "name") for row in queues]
    return frozenset(name for name in names if (sources[name] <= graves if sources[name] else name in straight))

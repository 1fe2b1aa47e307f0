"""Charts: what a broker says of itself, as places and links that a monitor can draw. Plain data, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

__all__ = ["UNTOLD", "Chart", "Figures", "Link", "LinkKind", "Place", "PlaceKind", "Spot"]

UNTOLD: Final = -1
"""A figure that the broker does not tell."""


class PlaceKind(StrEnum):
    """What a place is, in the order in which messages pass through."""

    PRODUCER = "producer"
    EXCHANGE = "exchange"
    TOPIC = "topic"
    QUEUE = "queue"
    GROUP = "group"
    CONSUMER = "consumer"


class LinkKind(StrEnum):
    """Why messages go from one place to another."""

    FLOW = "flow"
    """They are routed, read or delivered along it."""
    DEAD_LETTER = "dead letter"
    """They go there when they were refused, expired or found no room."""
    ALTERNATE = "alternate"
    """They go there when no other way was found."""
    DELAY = "delay"
    """They go there after they have waited."""


class Spot(NamedTuple):
    """Which place of a chart is meant."""

    kind: PlaceKind
    name: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of a place as the broker tells them; UNTOLD (-1) where it does not.

    `depth` messages wait, `unacked` are delivered and not acknowledged, `lag` is how far a group is
    behind, `dead_letters` lie here because they failed elsewhere. `rate` is messages a second coming in.
    `consumers` are attached now. `done` counts what was finished for good: acknowledged messages of a
    queue, the sum of a group's offsets; it only serves to see whether anything moves.
    """

    depth: int = UNTOLD
    unacked: int = UNTOLD
    lag: int = UNTOLD
    dead_letters: int = UNTOLD
    rate: float = UNTOLD
    consumers: int = UNTOLD
    partitions: int = UNTOLD
    done: int = UNTOLD

    @property
    def alive(self) -> bool:
        """Whether they show that messages are or were here."""
        return any(n > 0 for n in (self.depth, self.unacked, self.lag, self.dead_letters, self.rate, self.done))


@dataclass(frozen=True, slots=True)
class Place:
    """An exchange, a topic, a queue, a group, or a program that publishes or consumes.

    `text` tells more in a few words, such as "topic exchange · policy ha". `ours` marks what exists only
    because we watch. `idle` marks what may well stand without a way on, such as a queue for dead letters.
    """

    kind: PlaceKind
    name: str
    figures: Figures = Figures()
    text: str = ""
    ours: bool = False
    idle: bool = False

    @property
    def spot(self) -> Spot:
        """By which links mean it."""
        return Spot(self.kind, self.name)


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A way from `origin` to `target`; `text` tells its condition or share: a routing key, partitions."""

    origin: Spot
    target: Spot
    text: str = ""
    kind: LinkKind = LinkKind.FLOW


@dataclass(frozen=True, slots=True)
class Chart:
    """All places and links that are known of one broker at `taken_at` (ns since the epoch).

    `broker` names it, the same for every source that watches it: their charts become one. `note` is a
    sentence on what is missing and why, empty when nothing is. `source` names the source that charted it at first,
    when this is shown again; empty otherwise.
    """

    broker: str
    places: tuple[Place, ...] = ()
    links: tuple[Link, ...] = ()
    taken_at: int = 0
    note: str = ""
    source: str = ""

"""A chart of a cluster: its topics from the metadata, and its groups where they were asked for."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from connectors.kafka.groups import Group, Member, by_topic
from connectors.kafka.metadata import ClusterView, Partition
from connectors.wording import many
from eventscope.connector import Figures, Link, Place, PlaceKind, Spot

__all__ = ["MOST_TOPICS", "broker_of", "for_the_dead", "group_parts", "topic_places"]

MOST_TOPICS: Final = 500
MOST_NUMBERS: Final = 8
"""So many partitions of a share are told by number."""

DEAD: Final = re.compile(r"(?:^|[._-])(?:dlt|dlq|dead[._-]?letters?(?:[._-]queue)?)$", re.IGNORECASE)
"""How the names of topics end that frameworks put failed records into."""

Parts = tuple[list[Place], list[Link]]


def broker_of(view: ClusterView) -> str:
    """The cluster, named by its first broker: the same whichever broker was asked."""
    _, host, port, *_ = min(view.brokers, default=(0, "nowhere", 0))
    return f"Kafka {host}:{port}"


def for_the_dead(topic: str) -> bool:
    """Whether a topic is there for records that failed, by its name."""
    return DEAD.search(topic) is not None


def topic_places(
    view: ClusterView, read: Collection[str], ends: Mapping[Partition, int], begins: Mapping[Partition, int]
) -> tuple[list[Place], str]:
    """The topics, those that are read first, and a note if there are too many of them."""
    names = sorted((name for name, topic in view.known.items() if not topic.internal), key=lambda n: (n not in read, n))
    dead: Counter[str] = Counter()
    for partition, end in ends.items():
        if partition in begins and for_the_dead(partition.topic):
            dead[partition.topic] += end - begins[partition]
    places = [
        Place(
            PlaceKind.TOPIC,
            name,
            Figures(partitions=len(view.known[name].leaders), dead_letters=dead.get(name, -1)),
            "read by this monitor" if name in read else "",
            idle=for_the_dead(name),
        )
        for name in names[:MOST_TOPICS]
    ]
    return places, f"{MOST_TOPICS:,} of {len(names):,} topics are shown" if len(names) > MOST_TOPICS else ""


def group_parts(groups: Sequence[Group], ends: Mapping[Partition, int]) -> Parts:
    """The groups with their members, how far they are behind, and what they read."""
    places: dict[Spot, Place] = {}
    links: list[Link] = []
    for group in groups:
        place = _group(group, ends)
        places[place.spot] = place
        links += _reads(group, place.spot)
        for name, members in _by_name(group.members or ()).items():
            who = Spot(PlaceKind.CONSUMER, name)
            places[who] = Place(*who, Figures(consumers=len(members)))
            links.append(Link(place.spot, who, _share([p for member in members for p in member.partitions])))
    return list(places.values()), links


def _group(group: Group, ends: Mapping[Partition, int]) -> Place:
    lags: Counter[str] = Counter()
    for partition, offset in group.offsets.items():
        if partition in ends:
            lags[partition.topic] += max(ends[partition] - offset, 0)
    behind = ", ".join(f"{topic} {lag:,} behind" for topic, lag in lags.most_common(4) if lag)
    figures = Figures(
        lag=lags.total() if lags else -1,
        consumers=-1 if group.members is None else len(group.members),
        done=sum(group.offsets.values()) if group.offsets else -1,
    )
    words = " · ".join(filter(None, (group.state.lower(), behind)))
    return Place(PlaceKind.GROUP, group.name, figures, words)


def _reads(group: Group, spot: Spot) -> Iterator[Link]:
    """What is read now, and what was read once and has its place still."""
    assigned = by_topic(partition for member in group.members or () for partition in member.partitions)
    for topic in sorted(assigned.keys() | by_topic(group.offsets).keys()):
        unread = "" if group.members is None else "nobody reads it now"
        words = many(len(assigned[topic]), "partition") if topic in assigned else unread
        yield Link(Spot(PlaceKind.TOPIC, topic), spot, words)


def _by_name(members: Sequence[Member]) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        found[member.name].append(member)
    return found


def _share(partitions: Sequence[Partition]) -> str:
    """`orders 0, 1, 2 · payments 0`, or how many where they are many."""
    return " · ".join(
        f"{topic} {', '.join(map(str, sorted(numbers)))}"
        if len(numbers) <= MOST_NUMBERS
        else f"{topic} {len(numbers):,} partitions"
        for topic, numbers in sorted(by_topic(partitions).items())
    )

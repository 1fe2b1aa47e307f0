"""Consumer groups: their members, what each reads, and how far they are. Only asked for if the user wants it.

Every broker is asked which groups it coordinates, so that nobody has to be asked for a coordinator: that question may
create the topic of offsets. None of these questions changes anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from aiokafka import errors as kafka_errors
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.protocol.commit import OffsetFetchRequest

from connectors.kafka.client import KafkaClient
from connectors.kafka.group_requests import AllGroups, GroupFacts, NewGroupFacts
from connectors.kafka.metadata import Partition

__all__ = ["MOST_GROUPS", "Group", "Member", "ask_groups"]

MOST_GROUPS: Final = 200

CONSUMERS: Final = "consumer"
"""The protocol of groups that read topics; others, of Kafka Connect for instance, share other work."""

NOT_ALLOWED: Final = 30
"""The error that says that we may not know of a group."""

DEAD: Final = "Dead"
"""What a broker says of a group that is described by another request."""


class Member(NamedTuple):
    """A program in a group, under the name it gives itself and where it runs, and what it reads."""

    name: str
    partitions: tuple[Partition, ...]


class Group(NamedTuple):
    """A group; `members` is None if they are not told. `offsets` are the next ones that it will read."""

    name: str
    state: str
    members: tuple[Member, ...] | None
    offsets: Mapping[Partition, int]


async def ask_groups(client: KafkaClient) -> tuple[list[Group], str]:
    """All groups that read topics, and what the user has to know of them; raises KafkaError, NotImplementedError."""
    found: list[Group] = []
    refused = left = 0
    for broker in sorted(broker.nodeId for broker in client.cluster.brokers()):
        names = await _names(client, broker)
        left += max(len(found) + len(names) - MOST_GROUPS, 0)
        for group in await _described(client, broker, names[: MOST_GROUPS - len(found)]):
            if group is None:
                refused += 1
            else:
                found.append(group)
    return sorted(found), _note(len(found), refused, left)


def _note(found: int, refused: int, left: int) -> str:
    if not found and not refused:
        return "no group is seen: there is none, or the user lacks Describe on it"
    parts = (
        f"{refused:,} groups are hidden, as the user lacks Describe on them" if refused else "",
        f"{left:,} more groups are not shown" if left > 0 else "",
    )
    return " · ".join(filter(None, parts))


async def _names(client: KafkaClient, broker: int) -> list[str]:
    answer = await client.send(broker, AllGroups())
    _demand(answer.error_code)
    return sorted(name for name, protocol in answer.groups if protocol in (CONSUMERS, "") and name)


async def _described(client: KafkaClient, broker: int, names: list[str]) -> list[Group | None]:
    """The groups, None for each that we may not know of."""
    if not names:
        return []
    answer = await client.send(broker, GroupFacts(names))
    return [await _group(client, broker, facts) for facts in answer.groups]


async def _group(client: KafkaClient, broker: int, facts: tuple[Any, ...]) -> Group | None:
    error, name, state, _, _, members = facts
    if error == NOT_ALLOWED:
        return None
    answer = await client.send(broker, OffsetFetchRequest(name, None))
    if getattr(answer, "error_code", 0) == NOT_ALLOWED:
        return None
    offsets = {
        Partition(topic, number): offset
        for topic, partitions in answer.topics
        for number, offset, _, trouble in partitions
        if not trouble and offset >= 0
    }
    if error or state == DEAD:
        return Group(name, *await _new_members(client, broker, name), offsets)
    return Group(name, state, tuple(_members(members)), offsets)


async def _new_members(client: KafkaClient, broker: int, name: str) -> tuple[str, tuple[Member, ...] | None]:
    """State and members of a group in whose protocol the brokers give out the partitions; None if nobody tells."""
    try:
        answer = await client.send(broker, NewGroupFacts([name]))
    except (NotImplementedError, kafka_errors.IncompatibleBrokerVersion):
        return "", None
    for error, _, _, state, _, _, _, members, *_ in answer.groups:
        if not error:
            return state, tuple(_new_member(member) for member in members)
    return "", None


def _new_member(row: tuple[Any, ...]) -> Member:
    _, _, _, _, client_id, host, _, _, assignment, *_ = row
    shares = tuple(Partition(topic, number) for _, topic, numbers, _ in assignment[0] for number in sorted(numbers))
    return Member(_name(client_id, host), shares)


def _members(rows: Iterable[tuple[Any, ...]]) -> Iterable[Member]:
    for _, client_id, host, _, assignment in rows:
        yield Member(_name(client_id, host), _assigned(assignment))


def _name(client_id: str, host: str | None) -> str:
    place = (host or "").lstrip("/")
    return f"{client_id}@{place}" if place else client_id


def _assigned(data: bytes) -> tuple[Partition, ...]:
    """What a member was given to read; nothing while the group settles, or if it is told in words of its own."""
    if not data:
        return ()
    try:
        shares = ConsumerProtocolMemberAssignment.decode(data).assignment
    except (ValueError, kafka_errors.KafkaError):
        return ()
    return tuple(Partition(topic, number) for topic, numbers in shares for number in sorted(numbers))


def _demand(error: int) -> None:
    if error:
        raise kafka_errors.for_code(error)()


def by_topic(partitions: Iterable[Partition]) -> dict[str, list[int]]:
    """The numbers of partitions, by topic."""
    found: dict[str, list[int]] = defaultdict(list)
    for partition in partitions:
        found[partition.topic].append(partition.number)
    return found

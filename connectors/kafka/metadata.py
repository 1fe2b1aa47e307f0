"""What a cluster says of itself: its brokers, its topics with their identities, and who leads each partition.

aiokafka asks in a way that creates topics, and stops at a version without topic identities. With an identity one can
tell a topic that was deleted and created again from one that is still the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, NamedTuple

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.metadata import MetadataRequest_v5
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

__all__ = ["AllTopics", "ClusterView", "Identity", "Partition", "Text", "Topic", "view_of"]

NO_IDENTITY: Final = bytes(16)
LEADERLESS: Final = -1


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    number: int

    def at(self, offset: int) -> str:
        """Where a record was seen, as shown in the Channel column."""
        return f"{self.topic}[{self.number}]@{offset}"


class Identity(AbstractType[bytes]):  # type: ignore[misc]
    """Sixteen bytes."""

    @classmethod
    def decode(cls, data: Any) -> bytes:
        """Read them."""
        return bytes(data.read(16))

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        """Write them."""
        return value


Text: Final = CompactString("utf-8")
"""A text, or none."""


class MetadataResponseV10(Response):  # type: ignore[misc]
    """Version 10, the first with identities."""

    API_KEY: ClassVar = 3
    API_VERSION: ClassVar = 10
    SCHEMA: ClassVar = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", CompactArray(("id", Int32), ("host", Text), ("port", Int32), ("rack", Text), ("t", TaggedFields))),
        ("cluster_id", Text),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", Text),
                ("identity", Identity),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("number", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline", CompactArray(Int32)),
                        ("t", TaggedFields),
                    ),
                ),
                ("operations", Int32),
                ("t", TaggedFields),
            ),
        ),
        ("operations", Int32),
        ("t", TaggedFields),
    )


class MetadataRequestV10(RequestStruct):  # type: ignore[misc]
    """Version 10; no list of topics means all of them."""

    FLEXIBLE_VERSION: ClassVar = True
    API_KEY: ClassVar = 3
    API_VERSION: ClassVar = 10
    RESPONSE_TYPE: ClassVar = MetadataResponseV10
    SCHEMA: ClassVar = Schema(
        ("topics", CompactArray(("identity", Identity), ("name", Text), ("t", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("t", TaggedFields),
    )


class AllTopics(Request[MetadataRequest_v5 | MetadataRequestV10]):  # type: ignore[misc]
    """A request for all topics, which never creates one."""

    API_KEY: ClassVar = 3

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request in the version that both sides know."""
        if request_struct_class is MetadataRequestV10:
            return MetadataRequestV10(None, False, False, False, {})
        return request_struct_class(None, False)


@dataclass(frozen=True)
class Topic:
    """A topic as the metadata shows it; `leaders` has the broker of each partition, -1 while there is none."""

    name: str
    identity: bytes
    internal: bool
    leaders: Mapping[int, int]


@dataclass(frozen=True)
class ClusterView:
    """One answer: in our words, and in those of aiokafka's `ClusterMetadata`, which reads the last four."""

    cluster_id: str | None = None
    known: Mapping[str, Topic] = field(default_factory=dict)
    API_VERSION: int = 5
    brokers: tuple[tuple[Any, ...], ...] = ()
    controller_id: int = LEADERLESS
    topics: tuple[tuple[Any, ...], ...] = ()

    def leader(self, partition: Partition) -> int:
        """The broker that leads a partition, or -1."""
        topic = self.known.get(partition.topic)
        return topic.leaders.get(partition.number, LEADERLESS) if topic else LEADERLESS

    @property
    def identifies(self) -> bool:
        """Whether topics come with identities."""
        return any(topic.identity != NO_IDENTITY for topic in self.known.values())

    def address(self, broker: int) -> str:
        """Where a broker says that it is."""
        return next((f"{host}:{port}" for number, host, port, *_ in self.brokers if number == broker), str(broker))


def view_of(answer: Any) -> ClusterView:
    """The view that a metadata response gives. Topics that it cannot show now keep out of `known`."""
    topics = [_topic(fields, identified=answer.API_VERSION >= 10) for fields in answer.topics]
    return ClusterView(
        cluster_id=answer.cluster_id,
        known={topic.name: topic for topic in topics if topic is not None},
        brokers=tuple(tuple(broker[:4]) for broker in answer.brokers),
        controller_id=answer.controller_id,
    )


def _topic(fields: Any, *, identified: bool) -> Topic | None:
    error, name, *rest = fields
    identity, internal, partitions = rest[:3] if identified else (NO_IDENTITY, *rest[:2])
    if error or name is None:
        return None
    return Topic(name, identity, internal, {number: leader for _, number, leader, *_ in partitions})

"""What the world around Kafka writes: Spring's headers, dead letters of Spring and Kafka Connect, Debezium."""

from __future__ import annotations

from typing import Any, Final

from connectors.envelopes import readers
from connectors.envelopes.kinds.plain import MEMBERS, rules
from connectors.file.foreign_event import IDS
from eventscope.decoder import EnvelopeKind, Rule, Strength
from eventscope.step import Phase

__all__ = ["CONNECT_DLQ", "CONNECT_JSON", "DEBEZIUM", "DEBEZIUM_OUTBOX", "SPRING", "SPRING_DLT", "SPRING_RETRY"]

CHANGES: Final = {"c": "created", "u": "updated", "d": "deleted", "r": "read", "t": "truncated", "m": "message"}
"""What Debezium's letters stand for."""


def change_type(change: Any) -> str | None:
    """`orders.updated` of a change to the table orders."""
    if not isinstance(change, dict) or "op" not in change:
        return None
    source = change.get("source")
    table = readers.text(source.get("table") or source.get("collection")) if isinstance(source, dict) else None
    return f"{table or 'transaction'}.{CHANGES.get(str(change.get('op')), 'changed')}"


def change_time(source: Any) -> int | None:
    """When it was committed, as exactly as it is told."""
    if not isinstance(source, dict):
        return None
    units = (("ts_ns", 1), ("ts_us", 1_000), ("ts_ms", 1_000_000))
    told = ((readers.number(source.get(name)), factor) for name, factor in units)
    return next((found * factor for found, factor in told if found and abs(found * factor) < 2**63), None)


SPRING: Final = EnvelopeKind(
    name="spring",
    header_marks=("kafka_correlationId", "kafka_replyTopic", "spring_json_header_types", "__TypeId__"),
    headers=(
        Rule("correlation_id", "kafka_correlationId"),
        Rule("type", "__TypeId__"),
        Rule("attempt", "kafka_deliveryAttempt", readers.count),
    ),
    strength=Strength.BROKER,
)

SPRING_DLT: Final = EnvelopeKind(
    name="spring dead letter",
    header_marks=("kafka_dlt-original-topic", "kafka_dlt-exception-fqcn"),
    headers=(
        Rule("phase", "", lambda _: int(Phase.DEAD_LETTERED)),
        Rule("subscription", "kafka_dlt-original-consumer-group"),
        Rule("attempt", "kafka_deliveryAttempt", readers.count),
        Rule("attempt", "retry_topic-attempts", readers.count),
        Rule("error", "kafka_dlt-exception-message"),
        Rule("error", "kafka_dlt-exception-cause-fqcn"),
        Rule("error", "kafka_dlt-exception-fqcn"),
    ),
    wrapping=True,
)

SPRING_RETRY: Final = EnvelopeKind(
    name="spring retry",
    header_marks=("kafka_original-topic", "kafka_exception-fqcn"),
    headers=(
        Rule("phase", "", lambda _: int(Phase.RETRIED)),
        Rule("subscription", "kafka_original-consumer-group"),
        Rule("attempt", "kafka_deliveryAttempt", readers.count),
        Rule("attempt", "retry_topic-attempts", readers.count),
        Rule("error", "kafka_exception-message"),
        Rule("error", "kafka_exception-fqcn"),
    ),
    wrapping=True,
)

CONNECT_DLQ: Final = EnvelopeKind(
    name="connect dead letter",
    header_marks=("__connect.errors.topic", "__connect.errors.stage", "__connect.errors.connector.name"),
    headers=(
        Rule("phase", "", lambda _: int(Phase.DEAD_LETTERED)),
        Rule("subscription", "__connect.errors.connector.name"),
        Rule("error", "__connect.errors.exception.message"),
        Rule("error", "__connect.errors.exception.class.name"),
    ),
    wrapping=True,
)

DEBEZIUM: Final = EnvelopeKind(
    name="debezium",
    member_marks=("op", "source", "after"),
    members=(
        Rule("type", "", change_type),
        Rule("occurred_at", "source", change_time),
        Rule("occurred_at", "ts_ms", readers.milliseconds),
        Rule("producer", "source.name"),
        Rule("category", "source.db"),
        Rule("correlation_id", "transaction.id"),
    ),
)

CONNECT_JSON: Final = EnvelopeKind(
    name="connect json",
    member_marks=("schema", "payload"),
    members=(
        Rule("type", "payload", change_type),
        Rule("occurred_at", "payload.source", change_time),
        *(rule._replace(name=f"payload.{rule.name}") for rule in DEBEZIUM.members[2:]),
        *rules({name: MEMBERS[name] for name in ("type", *IDS, "occurred_at")}, "payload."),
    ),
)
"""What Kafka Connect's JSON converter writes with schemas: the change, or the event, is inside."""

DEBEZIUM_OUTBOX: Final = EnvelopeKind(
    name="debezium outbox",
    header_marks=("aggregateType", "aggregateId"),
    channel_marks=("outbox.event.",),
    headers=(
        Rule("id", "id"),
        Rule("type", "eventType"),
        Rule("type", "type"),
        Rule("key", "aggregateId"),
        Rule("category", "aggregateType"),
    ),
    strength=Strength.BROKER,
)

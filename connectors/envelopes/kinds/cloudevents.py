"""CloudEvents 1.0: structured, as batch, and binary in the headers of Kafka and AMQP."""

from __future__ import annotations

from typing import Final

from connectors.envelopes import readers
from eventscope.decoder import EnvelopeKind, Rule, Strength

__all__ = ["CLOUDEVENTS", "TRACE_CONTEXT"]

ATTRIBUTES: Final = (
    Rule("type", "type"),
    Rule("id", "id"),
    Rule("producer", "source"),
    Rule("occurred_at", "time", readers.time),
    Rule("key", "subject"),
    Rule("key", "partitionkey"),
    Rule("correlation_id", "correlationid"),
    Rule("causation_id", "causationid"),
    Rule("priority", "priority", readers.priority),
    Rule("category", "category"),
    Rule("trace", "traceparent", readers.trace_id),
    Rule("span", "traceparent", readers.parent_span),
    Rule("trace", "traceid", readers.trace_id),  # as Dapr names it
)

PREFIXES: Final = ("ce_", "cloudEvents_", "cloudEvents:")
"""Of the headers in the Kafka binding, and of both spellings that the AMQP binding allows."""

CLOUDEVENTS: Final = EnvelopeKind(
    name="cloudevents",
    header_marks=tuple(prefix + name for prefix in PREFIXES for name in ("specversion", "id", "type")),
    member_marks=("specversion", "type", "source"),
    headers=tuple(rule._replace(name=prefix + rule.name) for rule in ATTRIBUTES for prefix in PREFIXES),
    members=ATTRIBUTES,
    strength=Strength.CLOUDEVENTS,
)

TRACE_CONTEXT: Final = EnvelopeKind(
    name="trace context",
    header_marks=("traceparent",),
    headers=(
        Rule("trace", "traceparent", readers.trace_id),
        Rule("span", "traceparent", readers.parent_span),
    ),
    strength=Strength.BROKER,
    wrapping=True,
)

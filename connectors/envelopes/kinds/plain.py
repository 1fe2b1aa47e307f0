"""What has no framework: the two shapes of the seed systems, AMQP's properties, and names that are in common use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connectors.envelopes import readers
from connectors.file.foreign_event import ALIASES, IDS, METADATA
from eventscope.decoder import EnvelopeKind, Read, Rule, Strength

__all__ = ["DOMAIN_EVENT", "EVENT_STORE", "MEMBERS_ALONE", "MESSAGE_ID", "PLAIN"]

HEADERS: Final = {
    "type": ("type", "event_type", "event_name"),
    "category": ("category", "event_category"),
    "id": ("id", "event_id"),
    "correlation_id": (
        *("correlationid", "correlation_id", "x_correlation_id", "conversation_id", "x_conversation_id"),
        *("camelbreadcrumbid", "breadcrumbid", "$correlationid"),
        *("trace_id", "x_trace_id", "x_request_id", "request_id"),
    ),
    "causation_id": (
        *("causationid", "causation_id", "x_causation_id", "$causationid", "parent_id", "event_parent_id"),
    ),
    "priority": ("priority", "event_priority"),
    "occurred_at": ("time", "timestamp", "occurred_at", "x_timestamp"),
    "producer": ("source", "producer", "app_id", "source_id", "x_source", "service"),
    "key": ("subject", "partitionkey"),
}
"""The names of headers in lower case with `_` between words, the most telling first."""

READERS: Final[dict[str, Read]] = {"occurred_at": readers.time, "priority": readers.priority}


def rules(names: Mapping[str, tuple[str, ...]], inside: str = "") -> tuple[Rule, ...]:
    """The rules for the columns that are looked for under these names."""
    return tuple(Rule(column, inside + name, READERS.get(column)) for column, each in names.items() for name in each)


KURRENT: Final = {"correlation_id": ("$correlationId",), "causation_id": ("$causationId",)}
MEMBERS: Final = {column: (*names, *KURRENT.get(column, ())) for column, names in ALIASES.items()}

PLAIN: Final = EnvelopeKind(name="headers", headers=rules(HEADERS), strength=Strength.PLAIN)
"""What the names of headers alone say."""

DOMAIN_EVENT: Final = EnvelopeKind(
    name="domain event",
    member_marks=("event_type", "event_id"),
    members=(Rule("id", "event_id"),),
    strength=Strength.PLAIN + 5,
)
"""The first shape of the seed systems. Its id comes before a message id, which client libraries make up."""

MESSAGE_ID: Final = EnvelopeKind(
    name="headers", headers=(Rule("id", "message_id"), Rule("id", "x_message_id")), strength=Strength.PLAIN + 10
)

EVENT_STORE: Final = EnvelopeKind(
    name="event store", member_marks=("event_type", "aggregate_id"), strength=Strength.PAYLOAD
)
"""The second shape of the seed systems."""

MEMBERS_ALONE: Final = EnvelopeKind(
    name="",
    members=(
        *rules(MEMBERS),
        Rule("trace", "traceparent", readers.trace_id),
        *(rule for outer in METADATA for rule in rules({name: MEMBERS[name] for name in IDS}, f"{outer}.")),
    ),
    strength=Strength.PAYLOAD,
)
"""What the names of members alone say; no envelope at all."""

"""A message of RabbitMQ as a row.

The columns come from the AMQP properties, CloudEvents attributes, headers and payload
(connectors/envelopes/recognise.py); the type is at last the routing key. The AMQP priority, only where a message has
one, reads 1–3 LOW, 4–5 NORMAL, 6–7 HIGH and from 8 on CRITICAL, as 4 is the usual "normal". All properties and
headers are kept as headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectors.envelopes.recognise import Envelope, read_envelope, text_header
from connectors.rabbitmq.frames import Message
from connectors.rabbitmq.table import Properties, read_properties
from connectors.timestamps import read_time
from eventscope.connector import UNKNOWN_PRIORITY, Record, headers_text
from eventscope.event import EventPriority
from eventscope.step import UNKNOWN, Phase

__all__ = ["priority_of", "read_message", "read_traced"]

FILLING: Final = ("type", "message_id", "correlation_id", "app_id")
"""Properties that fill a column, and need not be said again in the headers."""

DOMAIN_EVENT: Final = "domain event"
"""The envelope whose payload names the event's id: it comes before a message id, which client libraries make up."""

SHOWN: Final = (
    *("content_type", "content_encoding", "reply_to", "expiration", "user_id"),
    *("delivery_mode", "priority", "timestamp", "cluster_id"),
)
"""Properties that are kept as headers, under their AMQP names."""

HIGHEST: Final = ((3, EventPriority.LOW), (5, EventPriority.NORMAL), (7, EventPriority.HIGH))
"""Up to which AMQP priority a name goes."""


def read_message(message: Message, stream: str | None = None) -> Record:
    """The row of a delivery; `stream` is the name of the stream queue that it was read from."""
    properties, error = read_properties(message.properties)
    record = _record(message.exchange, message.routing_key, properties, message.body, error)
    headers = properties.get("headers")
    if stream is not None and isinstance(headers, dict):
        record = record._replace(channel=f"{stream}@{headers.get('x-stream-offset', '?')}")
    return record


def read_traced(message: Message) -> Record:
    """The row of a message of the firehose: an event that was published, or delivered from a queue."""
    wrapping, error = read_properties(message.properties)
    facts = _table(wrapping.get("headers"))
    keys = facts.get("routing_keys")
    key = str(keys[0]) if isinstance(keys, list) and keys else ""
    exchange = str(facts.get("exchange_name") or "")
    record = _record(exchange, key, _table(facts.get("properties")), message.body, error)
    verb, _, queue = message.routing_key.partition(".")
    if verb != "deliver":
        routed = facts.get("routed_queues")
        return record._replace(fanout=len(routed)) if isinstance(routed, list) else record
    return record._replace(phase=Phase.DELIVERED, subscription=queue, attempt=2 if facts.get("redelivered") else 1)


def priority_of(value: Any) -> int:
    """What an AMQP priority is called here. 0 is what client libraries send when nobody chose one: unknown."""
    if not isinstance(value, int) or not value:
        return UNKNOWN_PRIORITY
    return next((name for highest, name in HIGHEST if value <= highest), EventPriority.CRITICAL)


def _record(exchange: str, key: str, properties: Properties, body: bytes, error: str | None) -> Record:
    headers = _table(properties.get("headers"))
    known = read_envelope(_pairs(properties, headers), body, _defaults(properties))
    row = Record(
        type=known.type or key or None,
        payload=body,
        id=_id(known, body),
        category=known.category,
        priority=known.priority,
        correlation_id=known.correlation_id,
        causation_id=known.causation_id,
        occurred_at=known.occurred_at,
        producer=known.producer,
        channel=f"{exchange or '(default)'} → {key}",
        key=known.key or key or None,
        envelope=known.name,
        error=error,
        headers=_headers_text(headers, properties),
    )
    return _dead(row, headers["x-death"]) if "x-death" in headers else row


def _id(known: Envelope, body: bytes) -> str | None:
    if known.name != DOMAIN_EVENT:
        return known.id
    return read_envelope((), body).id or known.id


def _pairs(properties: Properties, headers: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Properties first: where a header has the same name, they win."""
    named = [(name, properties[name]) for name in FILLING if name in properties]
    return [*named, *headers.items()]


def _defaults(properties: Properties) -> Envelope:
    stated = properties.get("timestamp")
    occurred_at = read_time(str(stated)) if isinstance(stated, int) and stated else UNKNOWN
    return Envelope(occurred_at=occurred_at, priority=priority_of(properties.get("priority")))


def _headers_text(headers: Mapping[str, Any], properties: Properties) -> str | None:
    pairs = [*headers.items(), *((name, properties[name]) for name in SHOWN if name in properties)]
    return headers_text(pairs) if pairs else None


def _dead(row: Record, deaths: Any) -> Record:
    """A message that was dead-lettered: its last death, which stands first, says where and why."""
    last = _table(deaths[0]) if isinstance(deaths, list) and deaths else {}
    count = last.get("count")
    return row._replace(
        phase=Phase.DEAD_LETTERED,
        subscription=text_header(last.get("queue")),
        attempt=count if isinstance(count, int) and 0 <= count < 2**16 else 0,
        error=row.error or f"dead-lettered: {text_header(last.get('reason')) or 'no reason given'}",
    )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

"""A message of RabbitMQ as a row.

The columns come from the AMQP properties, CloudEvents attributes, headers and payload
(connectors/envelopes/recognise.py); the type is at last the routing key. The AMQP priority, only where a message has
one, reads 1–3 LOW, 4–5 NORMAL, 6–7 HIGH and from 8 on CRITICAL, as 4 is the usual "normal". All properties and
headers are kept as headers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from connectors.envelopes.decoding import Decoding
from connectors.envelopes.recognise import Envelope, Recogniser, text_header
from connectors.rabbitmq.frames import Message
from connectors.rabbitmq.table import Properties, read_properties
from connectors.timestamps import read_time
from eventscope.connector import UNKNOWN_PRIORITY, Record, headers_text
from eventscope.event import EventPriority
from eventscope.step import UNKNOWN, Phase

__all__ = ["events_of", "priority_of", "read_message", "read_traced", "sharpened"]

SECOND: Final = 1_000_000_000
"""Nanoseconds."""

FILLING: Final = ("type", "message_id", "correlation_id", "app_id")
"""Properties that fill a column, and need not be said again in the headers."""

TELLING: Final = (*FILLING, "content_type")
"""Properties by which a message is recognised."""

SHOWN: Final = (
    *("content_type", "content_encoding", "reply_to", "expiration", "user_id"),
    *("delivery_mode", "priority", "timestamp", "cluster_id"),
)
"""Properties that are kept as headers, under their AMQP names."""

HIGHEST: Final = ((3, EventPriority.LOW), (5, EventPriority.NORMAL), (7, EventPriority.HIGH))
"""Up to which AMQP priority a name goes."""


_unasked: Final = Decoding("amqp")


def read_message(message: Message, stream: str | None = None, decoding: Decoding = _unasked) -> Record:
    """The row of a delivery; `stream` is the name of the stream queue that it was read from."""
    properties, error = read_properties(message.properties)
    sent = Sent(message.exchange, message.routing_key, properties, message)
    record = _record(sent, error, decoding.recogniser(stream or message.exchange))
    headers = properties.get("headers")
    if stream is not None and isinstance(headers, dict):
        record = record._replace(channel=f"{stream}@{headers.get('x-stream-offset', '?')}")
    return record


def read_traced(message: Message, decoding: Decoding = _unasked) -> Record:
    """The row of a message of the firehose: an event that was published, or delivered from a queue."""
    wrapping, error = read_properties(message.properties)
    facts = _table(wrapping.get("headers"))
    keys = facts.get("routing_keys")
    key = str(keys[0]) if isinstance(keys, list) and keys else ""
    exchange = str(facts.get("exchange_name") or "")
    sent = Sent(exchange, key, _table(facts.get("properties")), message)
    record = _record(sent, error, decoding.recogniser(exchange))
    verb, _, queue = message.routing_key.partition(".")
    if verb != "deliver":
        routed = facts.get("routed_queues")
        return record._replace(fanout=len(routed)) if isinstance(routed, list) else record
    return record._replace(phase=Phase.DELIVERED, subscription=queue, attempt=2 if facts.get("redelivered") else 1)


def events_of(message: Message, decoding: Decoding) -> Sequence[Message]:
    """A message that holds a batch of events taken apart; most hold one."""
    if message.body[:1] != b"[":
        return (message,)
    events = decoding.recogniser(message.exchange).events(message.body)
    return [message._replace(body=event) for event in events] if events else (message,)


def priority_of(value: Any) -> int:
    """What an AMQP priority is called here. 0 is what client libraries send when nobody chose one: unknown."""
    if not isinstance(value, int) or not value:
        return UNKNOWN_PRIORITY
    return next((name for highest, name in HIGHEST if value <= highest), EventPriority.CRITICAL)


class Sent(NamedTuple):
    """A message as its publisher gave it away."""

    exchange: str
    key: str
    properties: Properties
    message: Message


def _record(sent: Sent, error: str | None, recogniser: Recogniser) -> Record:
    exchange, key, properties, message = sent
    headers, body = _table(properties.get("headers")), message.body
    values: list[Any] = [*_defaults(properties, message.arrived_at)]
    recogniser.fill(values, _pairs(properties, headers), body)
    known = Envelope._make(values)
    row = Record(
        type=known.type or key or None,
        payload=body,
        id=known.id,
        category=known.category,
        priority=known.priority,
        phase=known.phase,
        correlation_id=known.correlation_id,
        causation_id=known.causation_id,
        occurred_at=known.occurred_at,
        producer=known.producer,
        channel=f"{exchange or '(default)'} → {key}",
        key=known.key or key or None,
        subscription=known.subscription,
        attempt=known.attempt,
        handle_ns=known.handle_ns,
        error=error or known.error,
        envelope=known.name,
        headers=_headers_text(headers, properties),
    )
    return _dead(row, headers["x-death"]) if "x-death" in headers else row


def _pairs(properties: Properties, headers: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Properties first: where a header has the same name, they win."""
    named = [(name, properties[name]) for name in TELLING if name in properties]
    return [*named, *headers.items()]


def _defaults(properties: Properties, arrived_at: int) -> Envelope:
    stated = properties.get("timestamp")
    known = isinstance(stated, int) and stated
    occurred_at = sharpened(read_time(str(stated)), arrived_at) if known else UNKNOWN
    return Envelope(occurred_at=occurred_at, priority=priority_of(properties.get("priority")))


def sharpened(stated: int, arrived_at: int) -> int:
    """A time told in whole seconds: the moment in that second which is nearest to the arrival. Old ones stay as told.

    AMQP's timestamp has no fractions; without this a message would seem to be sent before what caused it.
    """
    fresh = stated % SECOND == 0 and 0 <= arrived_at - stated < 2 * SECOND
    return min(arrived_at, stated + SECOND - 1) if fresh else stated


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

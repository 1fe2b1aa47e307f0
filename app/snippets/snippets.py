"""Snippets: the forms in which an event can be copied. Secrets are replaced in all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

import msgspec

from app.detail.detail import Detail
from app.exports.event_json import event_line
from app.filter.clause import clause
from app.redaction.redaction import Redactor
from app.snippets.code import bus_code, fixture
from app.snippets.http import curl_command
from app.snippets.kafka import kcat_command
from app.snippets.plain import plain_text
from app.snippets.rabbitmq import rabbitmqadmin_command
from app.sources.supervisor import Source
from app.store.stored import StoredEvent
from connectors.registry import scheme_of

__all__ = ["LARGEST", "Snippet", "snippets"]

LARGEST: Final = 1024 * 1024
"""Bytes of a payload that can be pasted anywhere; what carries more is not offered."""

Write = Callable[[StoredEvent], str]


class Snippet(NamedTuple):
    """A form under its name; `write` gives the text, and how many secrets were replaced in it."""

    name: str
    write: Callable[[], tuple[str, int]]


def snippets(detail: Detail, sources: Sequence[Source] = ()) -> list[Snippet]:
    """The forms of an event; the command for the system that it came from goes before the others."""
    source = next((each for each in sources if each.label == detail.event.source), None)
    # A step of an event's life is sent again as what was published.
    payload = None if detail.document.form == "none" else detail.payload
    sent = msgspec.structs.replace(detail.event, payload=payload and payload[:LARGEST])
    forms: list[tuple[str, StoredEvent, Write]] = [
        ("text", sent, partial(plain_text, size=len(detail.payload))),
        ("filter", sent, filter_of),
    ]
    if len(detail.payload) <= LARGEST:
        forms.insert(0, ("JSON", detail.event, event_line))
        commands = [*broker_command(detail.event, source), ("curl command (CloudEvents)", curl_command)]
        code = [("Python for the bus", bus_code), ("pytest fixture", fixture)]
        forms += [(name, sent, write) for name, write in (*commands, *code)]
    return [Snippet(name, partial(clean, event, write)) for name, event, write in forms]


def clean(event: StoredEvent, write: Write) -> tuple[str, int]:
    """An event written without its secrets, and how many there were."""
    redactor = Redactor()
    text = write(redactor.event(event))
    return text, redactor.replaced.total()


def broker_command(event: StoredEvent, source: Source | None) -> list[tuple[str, Write]]:
    """The command that sends an event to the broker that it came from, or to one of that kind."""
    options = source.connector.options if source is not None else None
    scheme = scheme_of(source.connector) if source is not None else ""
    channel = event.channel or ""
    if scheme == "kafka" or (channel.partition("@")[0].endswith("]") and "@" in channel):
        return [("kcat command (Kafka)", partial(kcat_command, options=options if scheme == "kafka" else None))]
    if scheme in ("amqp", "amqps") or " → " in channel:
        known = options if scheme in ("amqp", "amqps") else None
        return [
            ("rabbitmqadmin command (RabbitMQ)", partial(rabbitmqadmin_command, options=known, tls=scheme == "amqps"))
        ]
    return []


def filter_of(event: StoredEvent) -> str:
    """The filter that finds the event again."""
    if event.id:
        return clause("id", event.id)
    known = (
        ("type", event.type),
        ("key", event.key),
        ("correlation", event.correlation_id),
        ("channel", event.channel),
    )
    return " ".join(clause(field, value) for field, value in known if value)

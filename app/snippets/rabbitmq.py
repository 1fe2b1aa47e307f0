"""The command by which rabbitmqadmin, which comes with RabbitMQ's management plug-in, publishes an event."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

import msgspec

from app.payload import header_pairs
from app.snippets.shell import Variable, command, feed, is_text
from app.store.stored import StoredEvent

__all__ = ["rabbitmqadmin_command"]

PROPERTIES: Final = (
    *("content_type", "content_encoding", "delivery_mode", "priority", "correlation_id", "reply_to", "expiration"),
    *("message_id", "timestamp", "type", "user_id", "app_id", "cluster_id"),
)
"""What AMQP has a property for; everything else is a header."""

DEFAULT: Final = "(default)"
GUEST: Final = "guest"


def rabbitmqadmin_command(event: StoredEvent, options: Any = None, *, tls: bool = False) -> str:
    """The line for a shell. `options` are those of the source that it came from; its password is left to a variable."""
    exchange, _, key = (event.channel or "").partition(" → ")
    words: list[str | Variable] = ["rabbitmqadmin", *reach(options, tls=tls), "publish"]
    words += [f"exchange={'amq.default' if exchange in ('', DEFAULT) else exchange}", f"routing_key={key}"]
    words.append(f"properties={properties_of(event)}")
    if is_text(event.payload) and b"\r" not in (event.payload or b""):
        return command(words, fed=feed(event.payload))
    # It reads its input as text, and takes line ends for its own.
    encoded = b64encode(event.payload or b"").decode()
    return command([*words, "payload_encoding=base64", f"payload={encoded}"])


def reach(options: Any, *, tls: bool) -> list[str | Variable]:
    """Which broker, and who logs in."""
    address = options.management_address(tls=tls) if options is not None else None
    words: list[str | Variable] = [] if address is None else [f"--host={address[0]}", f"--port={address[1]}"]
    if tls:
        words.append("--ssl")
    if options is not None and options.path != "/":
        words.append(f"--vhost={options.path}")
    if options is not None and options.user != GUEST:
        words += [f"--username={options.user}", Variable("--password=", "RABBITMQ_PASSWORD")]
    return words


def properties_of(event: StoredEvent) -> str:
    """The properties, with the headers among them, as JSON."""
    pairs = header_pairs(event.headers) if event.headers else []
    properties = {name: value for name, value in pairs if name in PROPERTIES and value is not None}
    for name, fact in (("message_id", event.id), ("correlation_id", event.correlation_id), ("type", event.type)):
        if fact:
            properties.setdefault(name, fact)
    headers = {name: value for name, value in pairs if name and name not in PROPERTIES}
    if headers:
        properties["headers"] = headers
    return msgspec.json.encode(properties).decode()

"""The command by which kcat sends an event to Kafka."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from app.channel import channel_name
from app.payload import header_pairs
from app.snippets.shell import Variable, command, feed
from app.store.stored import StoredEvent

__all__ = ["header_texts", "kcat_command"]

PARTITION: Final = re.compile(r"\[(\d+)\]@\d+$")
ANYWHERE: Final = "localhost:9092"
KEY: Final = "<key>"
"""What stands behind a key that is read with its payload."""


def kcat_command(event: StoredEvent, options: Any = None) -> str:
    """The line for a shell. `options` are those of the source that it came from; passwords are left to variables."""
    words: list[str | Variable] = ["kcat", "-P", "-b", getattr(options, "hosts", None) or ANYWHERE, *login(options)]
    words += ["-t", channel_name(event.channel or event.type or "events")]
    if found := PARTITION.search(event.channel or ""):
        words += ["-p", found[1]]
    if event.payload and event.key:
        words += ["-k", event.key]
    for name, value in header_texts(event):
        words += ["-H", name if value is None else f"{name}={value}"]
    fed = event.payload or with_key(event)
    words += ["-D", sign("end", fed)] if event.payload else ["-K", KEY]
    if event.payload is None:
        words.append("-Z")  # no value, which deletes the key, instead of an empty one
    return command(words, fed=feed(fed))


def with_key(event: StoredEvent) -> bytes:
    """What kcat reads as a key with nothing behind it; of an input without a byte it would make no message."""
    return f"{(event.key or '').replace(KEY, '')}{KEY}".encode("utf-8", "backslashreplace")


def sign(name: str, payload: bytes) -> str:
    """A sign that does not stand in a payload; without one kcat makes a message of each line."""
    numbers = ("", *range(1, len(payload) + 1))
    return next(text for number in numbers if (text := f"<{name}{number}>").encode() not in payload)


def login(options: Any) -> list[str | Variable]:
    """How to log in, without the password."""
    user = getattr(options, "user", None) or getattr(options, "sasl_plain_username", None)
    protocol = getattr(options, "security_protocol", None) or ("SASL_SSL" if user else None)
    words: list[str | Variable] = ["-X", f"security.protocol={protocol}"] if protocol else []
    if user:
        words += ["-X", f"sasl.mechanism={options.sasl_mechanism}", "-X", f"sasl.username={user}"]
        words += ["-X", Variable("sasl.password=", "KAFKA_PASSWORD")]
    return words


def header_texts(event: StoredEvent) -> list[tuple[str, str | None]]:
    """Headers as texts; null has none."""
    pairs = header_pairs(event.headers) if event.headers else []
    return [(name, None if value is None else text_of(value)) for name, value in pairs if name]


def text_of(value: Any) -> str:
    """A header's value as text: what is no text as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()

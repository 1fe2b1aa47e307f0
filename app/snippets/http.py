"""The command by which curl posts an event over HTTP, as CloudEvents are sent: facts in headers, payload as body."""

from __future__ import annotations

import re
from typing import Final

from app.exports.times import rfc3339
from app.payload import NotJson, json_value
from app.snippets.kafka import header_texts
from app.snippets.shell import command, feed, is_text
from app.store.stored import StoredEvent

__all__ = ["curl_command"]

TARGET: Final = "http://localhost:8080/"
ESCAPED: Final = re.compile(r"[^\x21-\x7e]|[\"%]")
"""What the HTTP binding of CloudEvents writes by its bytes."""

UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e]")
"""What no header can hold, line ends before all."""

NAME: Final = re.compile(r"[A-Za-z0-9-]+")


def curl_command(event: StoredEvent) -> str:
    """The line for a shell; the address is to be changed."""
    words = ["curl", "-X", "POST", TARGET, "-H", f"content-type: {media_type(event.payload)}"]
    for name, value in attributes(event).items():
        escaped = ESCAPED if name.startswith("ce-") else UNPRINTABLE
        words += ["-H", f"{name}: {escaped.sub(percent, value)}"]
    return command([*words, "--data-binary", "@-"], fed=feed(event.payload))


def attributes(event: StoredEvent) -> dict[str, str]:
    """The facts that CloudEvents have headers for, and other headers that HTTP can carry."""
    known = {
        "ce-specversion": "1.0",
        "ce-id": event.id or str(event.seq),
        "ce-source": event.producer or event.source,
        "ce-type": event.type or "unknown",
        "ce-time": rfc3339(event.occurred_at),
        "ce-subject": event.key,
        "ce-correlationid": event.correlation_id,
        "ce-causationid": event.causation_id,
    }
    found = {name: value for name, value in known.items() if value}
    for header, value in header_texts(event):
        name = header.lower().replace("_", "-") if header.lower().startswith("ce_") else header
        if NAME.fullmatch(name) and value and name.lower() not in (*found, "content-type", "content-length", "host"):
            found[name] = value
    return found


def media_type(payload: bytes | None) -> str:
    """What the payload is."""
    try:
        json_value(payload or b"")
    except NotJson:
        return "text/plain; charset=utf-8" if is_text(payload) else "application/octet-stream"
    return "application/json"


def percent(found: re.Match[str]) -> str:
    """A character by the bytes of its UTF-8."""
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))

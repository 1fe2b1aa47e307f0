"""An event as plain text, as it would be told in a message or a ticket."""

from __future__ import annotations

from typing import Any

from app.detail.document import Document, document_of
from app.detail.fields import scalar_text
from app.detail.wording import envelope, facts, headers, summary_of
from app.store.stored import StoredEvent

__all__ = ["plain_text"]


def plain_text(event: StoredEvent, size: int) -> str:
    """Summary, envelope, headers and payload, of which there may be only the beginning of `size` bytes."""
    lines = [event.type or "(no type)", summary_of(event)]
    if event.error:
        lines.append(f"error: {event.error}")
    groups = (
        ("Envelope", envelope(event).items()),
        ("Headers", headers(event)),
        ("Source facts", facts(event).items()),
    )
    for name, pairs in groups:
        if pairs:
            lines += ["", name, *(f"  {key}: {told(value)}" for key, value in pairs)]
    document = document_of(event.payload)
    lines += ["", f"Payload ({document.form})", payload_text(document)]
    if event.payload is not None and size > len(event.payload):
        lines.append(f"… {size:,} bytes in all")
    return "\n".join(lines) + "\n"


def told(value: Any) -> str:
    """A value in one line."""
    text = scalar_text(value)
    return value.raw.decode("utf-8", "replace") if text is None else text


def payload_text(document: Document) -> str:
    """A payload for reading; what is no text by its digits."""
    if document.lines is None:
        return document.data.hex(" ")
    return document.lines.text(0, len(document.data))

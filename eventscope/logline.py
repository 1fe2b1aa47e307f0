"""The log line of an event: `[EVENT] type | ID: … | User: … | Data: {json}`."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from eventscope.event import Event
from eventscope.payload import clean_text, payload_bytes

__all__ = ["event_line", "log_event"]

log = logging.getLogger("eventscope.events")

NOBODY = "-"


def log_event(event: Event) -> None:
    """Write the line of `event` at level INFO, if anybody reads that level."""
    if log.isEnabledFor(logging.INFO):
        log.info("%s", event_line(event))


def event_line(event: Event) -> str:
    """One line for `event`, whatever it holds. Its user is the `user_id` of its metadata or payload."""
    data = (payload_bytes(event.payload) or b"null").decode("utf-8", "backslashreplace")
    who = _one_line(_user(event))
    return f"[EVENT] {_one_line(event.type)} | ID: {_one_line(event.id)} | User: {who} | Data: {_one_line(data)}"


def _user(event: Event) -> object:
    for place in (event.metadata, event.payload):
        if isinstance(place, Mapping) and place.get("user_id") is not None:
            return place["user_id"]
    return NOBODY


def _one_line(value: object) -> str:
    """Text that cannot begin a line of its own, nor move the cursor of a terminal."""
    text = clean_text(value) or NOBODY
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)

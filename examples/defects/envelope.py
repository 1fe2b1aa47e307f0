"""The envelope in which an event leaves the services: `event_id`, `event_type`, `data`, `user_id`, `timestamp`.

The time is in UTC and has microseconds and no zone. Text stays as it was written, Cyrillic too.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final

from eventscope import Event

__all__ = ["envelope_of", "event_of"]

EPOCH: Final = datetime(1970, 1, 1)
MICROSECOND: Final = timedelta(microseconds=1)


def envelope_of(event: Event) -> str:
    """The event as JSON."""
    members = {
        "event_id": event.id,
        "event_type": event.type,
        "data": event.payload,
        "user_id": event.metadata.get("user_id"),
        "timestamp": (EPOCH + event.timestamp // 1_000 * MICROSECOND).isoformat(timespec="microseconds"),
    }
    return json.dumps(members, ensure_ascii=False)


def event_of(envelope: str | bytes, **about: Any) -> Event:
    """The event in an envelope; `about` are fields that it does not hold. Raises ValueError if it is none."""
    try:
        members = json.loads(envelope)
        moment = datetime.fromisoformat(members["timestamp"])
        return Event(
            members["event_type"],
            members["data"],
            id=members["event_id"],
            timestamp=(moment - EPOCH) // MICROSECOND * 1_000,
            metadata={"user_id": members["user_id"]},
            **about,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"no envelope of a domain event: {error!r}") from error

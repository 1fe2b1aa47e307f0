"""Hops: why a message was passed on to another place: on its way, for another try, or because it was given up."""

from __future__ import annotations

import re
from typing import Final

from app.channel import channel_name
from app.traces.events import TracedEvent

__all__ = ["DEAD_LETTER", "RETRY", "way_of"]

DEAD_LETTER: Final = "dead letter"
RETRY: Final = "retry"
WAYS: Final = (
    (
        re.compile(r"dead.?letter|\bdlq\b|\bdlx\b|\bdlt\b|_skipped\b|(?:^|[._-])dead(?:$|[._-])", re.IGNORECASE),
        DEAD_LETTER,
    ),
    (re.compile(r"retr(?:y|ies)|\bdelay(?:ed)?\b", re.IGNORECASE), RETRY),
    (re.compile(r"(?:^|[._-])errors?(?:$|[._-])", re.IGNORECASE), DEAD_LETTER),
)
"""What a place is for that messages are passed on to, by its name."""


def way_of(event: TracedEvent) -> str | None:
    """Whether a message was passed on because it failed: once more, or for good."""
    place = event.row.channel or ""
    named = next((way for pattern, way in WAYS if pattern.search(place)), None)
    if named is not None:
        return named
    again = came_back(event)
    if (event.facts.attempts or 0) > 1 and again:
        return RETRY
    return (RETRY if again else DEAD_LETTER) if event.facts.died and not event.deliveries else None


def came_back(event: TracedEvent) -> bool:
    """Whether a message was passed on to where it had been before."""
    place, above = channel_name(event.row.channel or ""), event.parent if event.is_hop else None
    while above is not None:
        if channel_name(above.row.channel or "") == place:
            return True
        above = above.parent if above.is_hop else None
    return False

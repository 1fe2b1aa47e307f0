"""Batches: several events in one message, as an array of JSON. Each becomes a row with its own bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from connectors.envelopes.members import LARGEST_PAYLOAD, Members

__all__ = ["events_in"]

OPENING: Final = ord("[")
MOST_EVENTS: Final = 1_000


def events_in(payload: bytes, members: Members) -> Sequence[bytes] | None:
    """The events of a batch, as they stand there; None for what is no array of a known envelope's events."""
    if payload[0] != OPENING or payload[1:64].lstrip()[:1] != b"{" or len(payload) > LARGEST_PAYLOAD:
        return None
    try:
        events = [bytes(each) for each in _array.decode(payload)]
    except (ValueError, RecursionError):
        return None
    if not 0 < len(events) <= MOST_EVENTS or not all(each.startswith(b"{") for each in events):
        return None
    found = members.look(events[0])
    return events if found and any(kind.member_marks for kind in found[0].kinds) else None


_array = msgspec.json.Decoder(list[msgspec.Raw])

"""Envelopes: what the headers and the payload of a broker's message say of the event inside.

Recognised are CloudEvents (binary and structured), the usual plain headers, and JSON objects with the usual names,
among them both shapes of the seed systems. Headers win over the payload, and of several names the most telling one.
The payload itself is never changed. Nothing here raises, whatever the bytes are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from connectors.envelopes.envelope import NAME_AT, UNRANKED, Envelope
from connectors.envelopes.headers import CLOUD_EVENTS, from_headers, text_header
from connectors.envelopes.payload import from_payload

__all__ = ["Envelope", "fill_envelope", "read_envelope", "text_header"]

NOTHING: Final = Envelope()


def read_envelope(headers: Iterable[tuple[str, Any]], payload: bytes | None, defaults: Envelope = NOTHING) -> Envelope:
    """What headers (properties of the protocol among them) and payload say, completed by `defaults`."""
    values: list[Any] = list(defaults)
    fill_envelope(values, headers, payload)
    return Envelope._make(values)


def fill_envelope(values: list[Any], headers: Iterable[tuple[str, Any]], payload: bytes | None) -> None:
    """The same for a list with the fields of an envelope, which is changed: for whoever has very many."""
    ranks = UNRANKED.copy()
    outer = from_headers(headers, values, ranks) if headers else None
    inner = from_payload(payload, values, ranks) if payload else None
    name = outer if outer == CLOUD_EVENTS else inner or outer
    if name is not None:
        values[NAME_AT] = name

"""Versions: of which aggregate an event is, and which number it has in the aggregate's history, if it says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from app.traces.facts import about, fields_of, plain, squeezed, text

__all__ = ["Versioned", "versioned"]

NUMBERS: Final = (
    "aggregateversion",
    "streamversion",
    "aggregatesequence",
    "streamposition",
    "entityversion",
    "version",
    "revision",
    "eventnumber",
    "sequencenumber",
)
"""What the number is called, the clearest first. An `event_version` is that of a schema."""
AGGREGATES: Final = ("aggregateid", "streamid", "entityid", "originatorid", "aggregate", "stream")
HIGHEST: Final = 2**53
NUMBERED: Final = re.compile(rb"ersion|evision|equence|osition|eventNumber|event_number")
"""What a payload with such a number has in it."""


class Versioned(NamedTuple):
    """Event number `version` of `key`, which is a `kind` of thing."""

    kind: str
    key: str
    version: int


def versioned(type_: str | None, key: str | None, headers: str | None, payload: bytes | None) -> Versioned | None:
    """What an event says of its place in a history; None when it does not say both."""
    named = plain(headers)
    if not named and not (payload and NUMBERED.search(payload)):
        return None
    told = {squeezed(name): value for name, value in (*fields_of(payload), *named)}
    number = next((told[name] for name in NUMBERS if name in told and is_number(told[name])), None)
    if number is None:
        return None
    kind = (type_ or "").replace("_", ".").partition(".")[0]
    identity = identity_of(told, type_ or "") or key
    return Versioned(kind, identity, int(number)) if identity else None


def identity_of(told: Mapping[str, Any], type_: str) -> str | None:
    """Which aggregate it is, as the event itself says it."""
    named = next((value for name in AGGREGATES if name in told and (value := text(told[name]))), None)
    return named or next((value for name in told if about(name, type_) and (value := text(told[name]))), None)


def is_number(value: Any) -> bool:
    """Whether it counts something."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < HIGHEST

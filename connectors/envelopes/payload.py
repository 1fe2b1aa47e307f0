"""What a JSON object says of the event that it is, by the names that programs commonly use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from connectors.envelopes.envelope import COLUMN, METADATA_RANK, PAYLOAD_RANK, Reader, Slot, offer, plain_time
from connectors.file.foreign_event import ALIASES, ENVELOPES, IDS, METADATA, READERS
from connectors.file.json_value import read_fields, text_of

__all__ = ["from_payload"]

OPENING: Final = ord("{")
MOST_MEMBERS: Final = 64

LARGEST_PAYLOAD: Final = 256 * 2**10
"""Larger payloads are not looked into: the loop that receives them has other things to do."""


def from_payload(payload: bytes, values: list[Any], ranks: list[int]) -> str | None:
    """Look into a JSON object; the name of its shape if it has one."""
    if len(payload) > LARGEST_PAYLOAD or not (payload[0] == OPENING or payload[:64].lstrip()[:1] == b"{"):
        return None
    try:
        fields = _members(payload)
        names = tuple(fields)
        shape = _known_shape(names) if len(names) <= MOST_MEMBERS else _shape(names)
        for member, (column, rank, read) in shape.slots:
            # As `offer` does, without a call for each member: this runs for every record.
            if rank < ranks[column] and (value := read(bytes(fields[member]))) is not None:
                values[column], ranks[column] = value, rank
        for member in shape.nested:
            _from_metadata(bytes(fields[member]), values, ranks)
    except (ValueError, RecursionError):
        return None
    return shape.name


def _members(payload: bytes) -> Mapping[str, Any]:
    """The members of an object, as JSON: the short way if it is strict."""
    try:
        return _object.decode(payload)
    except (ValueError, RecursionError):
        return read_fields(payload)[0]


def _from_metadata(raw: bytes, values: list[Any], ranks: list[int]) -> None:
    if raw.startswith(b"{"):
        fields = _members(raw)
        for name, slot in METADATA_SLOTS.items():
            if name in fields:
                offer(values, ranks, slot, bytes(fields[name]))


class _Shape(NamedTuple):
    """What can be read from objects that have the same members: the best first."""

    name: str | None
    slots: tuple[tuple[str, Slot], ...]
    nested: tuple[str, ...]


def _shape(members: tuple[str, ...]) -> _Shape:
    names = set(members)
    slots = [(name, JSON_SLOTS[name]) for name in members if name in JSON_SLOTS]
    return _Shape(
        name=next((name for name, marks in ENVELOPES if names >= marks), None),
        slots=tuple(sorted(slots, key=lambda item: item[1][1])),
        nested=tuple(name for name in METADATA if name in names),
    )


_known_shape = lru_cache(maxsize=512)(_shape)
"""A program writes the same members again and again."""


def _scalar(raw: bytes) -> str | None:
    """A value as text; objects and arrays are none. Text without escapes, which is most of it, the short way."""
    first = raw[:1]
    if first == b'"' and b"\\" not in raw:
        return raw[1:-1].decode("utf-8", "backslashreplace") or None
    return None if first in (b"{", b"[") else text_of(raw)


def _json_time(raw: bytes) -> int | None:
    return None if raw in (b"true", b"false") else plain_time(_scalar(raw) or "")


JSON_READERS: Final[dict[str, Reader]] = {"occurred_at": _json_time, "priority": READERS["priority"]}


def _slots(columns: Iterable[str], base: int) -> dict[str, Slot]:
    return {
        name: (COLUMN[column], base + order, JSON_READERS.get(column, _scalar))
        for column in columns
        for order, name in enumerate(ALIASES[column])
    }


JSON_SLOTS: Final = _slots(ALIASES, PAYLOAD_RANK)
METADATA_SLOTS: Final = _slots(IDS, METADATA_RANK)

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])

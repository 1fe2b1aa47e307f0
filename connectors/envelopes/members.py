"""Members: what a payload that is a JSON object has at its top, read no further than the rules ask for.

A program writes the same members again and again. When objects that begin alike came a few times, a reader is
made for exactly their members, which leaves out everything that no rule wants; it takes over as long as it fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Annotated, Any, Final, NamedTuple

import msgspec

from connectors.envelopes.plan import Shape, shape_of
from connectors.envelopes.readers import LONGEST_TEXT
from connectors.file.json_value import read_fields, text_of, value_of
from eventscope.decoder import EnvelopeKind

__all__ = ["Found", "Members"]

OPENING: Final = ord("{")
QUOTE: Final = b'"'
LARGEST_PAYLOAD: Final = 256 * 2**10
"""Larger payloads are not looked into: the loop that receives them has other things to do."""

MOST_MEMBERS: Final = 64
MOST_SHAPES: Final = 512
MOST_READERS: Final = 4
"""For one first member. Those that vary more are read one by one."""

HINT: Final = 8
"""Bytes by which objects are told apart at first sight: the beginning of their first member's name."""

SIGHTINGS: Final = 4
"""So often objects like it have to come before a reader is made."""

Text = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)] | None
Cells = Sequence[Any]


Found = tuple[Shape, Cells]
"""The shape of an object, and what its wanted members hold."""


class Reader(NamedTuple):
    """Reads objects that have exactly these members, and refuses others; `loose` cells are still JSON."""

    decode: Callable[[bytes], Any]
    cells: Callable[[Any], Cells]
    shape: Shape
    loose: tuple[int, ...]


class Members:
    """Looks into payloads for what `kinds` ask for."""

    def __init__(self, kinds: Sequence[EnvelopeKind]) -> None:
        self._kinds = kinds
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._readers: dict[bytes, list[Reader]] = {}
        self._sightings: dict[bytes, int] = {}

    def look(self, payload: bytes) -> Found | None:
        """What the rules want of a payload; None if it is no JSON object, or too large to look into."""
        if (payload[0] != OPENING or len(payload) > LARGEST_PAYLOAD) and not can_be_object(payload):
            return None
        hint = payload[:HINT]
        for decode, cells_of, shape, loose in self._readers.get(hint, ()):
            try:
                cells = cells_of(decode(payload))
                return shape, loosened(cells, loose) if loose else cells
            except (ValueError, RecursionError):
                continue
        return self._look_closely(payload, hint)

    def look_closely(self, payload: bytes) -> Found | None:
        """The same without a reader; nothing is learnt."""
        return self._look_closely(payload) if can_be_object(payload) else None

    def _look_closely(self, payload: bytes, hint: bytes = b"") -> Found | None:
        try:
            fields = members(payload)
            shape = self._shape(tuple(fields))
            cells = [cell_of(fields[name]) if name else value_of(payload) for name in shape.members]
        except (ValueError, RecursionError):
            return None
        if hint:
            self._learn(hint, fields, shape)
        return shape, cells

    def _shape(self, names: tuple[str, ...]) -> Shape:
        shape = self._shapes.get(names)
        if shape is None:
            shape = shape_of(names, self._kinds)
            if len(names) <= MOST_MEMBERS and len(self._shapes) < MOST_SHAPES:
                self._shapes[names] = shape
        return shape

    def _learn(self, hint: bytes, fields: Mapping[str, Any], shape: Shape) -> None:
        """Make a reader for objects like this one, if they keep coming."""
        if len(self._sightings) >= MOST_SHAPES:
            self._sightings.clear()
            self._readers.clear()
        self._sightings[hint] = seen = self._sightings.get(hint, 0) + 1
        known = self._readers.setdefault(hint, [])
        if seen % SIGHTINGS == 0 and len(known) < MOST_READERS and can_be_read(fields, shape):
            known.insert(0, reader_of(fields, shape))


def can_be_object(payload: bytes) -> bool:
    """Whether a payload begins like a JSON object, and is not too large to look into."""
    if payload[0] != OPENING and payload[:64].lstrip()[:1] != b"{":
        return False
    return len(payload) <= LARGEST_PAYLOAD


def members(payload: bytes) -> Mapping[str, Any]:
    """The members of an object, as JSON: the short way if it is strict."""
    try:
        return _object.decode(payload)
    except (ValueError, RecursionError):
        return read_fields(payload)[0]


def cell_of(raw: Any) -> Any:
    """What a rule gets to see of a member: text, also of a number, or an array or object."""
    json = bytes(raw)
    if json[:1] in (b"{", b"["):
        return value_of(json)
    if json[:1] == QUOTE and b"\\" not in json:
        return json[1:-1].decode("utf-8", "backslashreplace")
    return text_of(json)


def loosened(cells: Cells, loose: tuple[int, ...]) -> Cells:
    """Cells that came as JSON, read."""
    read = list(cells)
    for at in loose:
        read[at] = cell_of(read[at])
    return read


def can_be_read(fields: Mapping[str, Any], shape: Shape) -> bool:
    """Whether a reader can be made: it knows no odd names, and gives no whole payload."""
    if "" in shape.members or len(fields) > MOST_MEMBERS:
        return False
    return all(name.isprintable() and not {*name} & {*'"\\'} and name for name in fields)


def reader_of(fields: Mapping[str, Any], shape: Shape) -> Reader:
    """A reader for objects with exactly the members of `fields`, of which text is expected where it was."""
    texts = {name for name, raw in fields.items() if bytes(raw)[:1] in (QUOTE, b"n")}
    names = {f"m{at}": name for at, name in enumerate(fields)}
    kind = msgspec.defstruct(
        "Members",
        [(own, Text if name in texts and name in shape.members else msgspec.Raw) for own, name in names.items()],
        rename=names,
        forbid_unknown_fields=True,
        gc=False,
    )
    own_names = {name: own for own, name in names.items()}
    getter = attrgetter(*(own_names[name] for name in shape.members)) if shape.members else no_cells
    single = len(shape.members) == 1
    loose = tuple(at for at, name in enumerate(shape.members) if name not in texts)
    return Reader(msgspec.json.Decoder(kind).decode, one_cell(getter) if single else getter, shape, loose)


def one_cell(getter: Callable[[Any], Any]) -> Callable[[Any], Cells]:
    """What asks for one attribute gives no tuple."""
    return lambda found: (getter(found),)


def no_cells(_: Any) -> Cells:
    """Nothing is wanted."""
    return ()


_object = msgspec.json.Decoder(dict[str, msgspec.Raw])

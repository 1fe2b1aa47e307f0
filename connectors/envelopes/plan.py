"""Plans: what is done with a message that has certain headers and members, found out once and followed for all like it.

A message is cells: the values of its headers in their order, then what was found of its members. A plan is slots, the
weakest first, so that the strongest value is written last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from connectors.envelopes import readers
from connectors.envelopes.envelope import COLUMN
from eventscope.decoder import EnvelopeKind, Rule, Strength

__all__ = ["Outer", "Plan", "Shape", "Slot", "headers_by_name", "is_marked", "outer_of", "plan_of", "shape_of"]

TIES: Final = ("trace", "alias")
JOINING: Final = ("correlation_id", "causation_id", "trace")
"""All that data inside a known envelope are asked for: what else they call by our names is theirs."""

STEP: Final = re.compile(r"\[(\d{1,9})\]|([^.\[\]]+)")
TWO_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

Read = Callable[[Any], Any]
Path = tuple[str | int, ...]


class Slot(NamedTuple):
    """The column that a cell fills, how it is read, and by which rule of which kind.

    Of two slots for one column that with the lower `weakness` wins.
    """

    column: int
    cell: int
    read: Read
    rule: Rule
    kind: EnvelopeKind
    weakness: int
    in_header: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with the cells of a message; `chosen` are the user's own rules, which come after everything.

    `known` says that the name is that of an envelope, not only of headers that any program may use. `texts` and
    `others` are `slots` once more, for the many: (column, cell) of what is taken as text, then the columns that have
    readers.
    """

    name: str | None
    known: bool
    slots: tuple[Slot, ...]
    chosen: tuple[Slot, ...]
    ties: bool
    last: bool = field(init=False)
    texts: tuple[tuple[int, int], ...] = field(init=False)
    others: tuple[tuple[int, int, Read], ...] = field(init=False)

    def __post_init__(self) -> None:
        read = {slot.column for slot in self.slots if slot.read is not readers.text}
        object.__setattr__(self, "last", self.ties or bool(self.chosen))
        once = [*dict.fromkeys((s.column, s.cell, s.read) for s in reversed(self.slots))][::-1]
        object.__setattr__(self, "texts", tuple(key[:2] for key in once if key[0] not in read))
        object.__setattr__(self, "others", tuple(key for key in once if key[0] in read))


class Outer:
    """What is known by the names of headers alone. If that `suffices`, the payload is only data and not looked into."""

    def __init__(self, kinds: Sequence[EnvelopeKind], slots: Sequence[Slot], width: int, wanted: bool) -> None:
        self.kinds = kinds
        self.slots = slots
        self.whole = any(not slot.rule.name for slot in slots)
        self.width = width + self.whole if slots else 0
        self.known = any(kind.strength <= Strength.CLOUDEVENTS and not kind.wrapping for kind in kinds)
        self.suffices = not wanted and self.known and any(slot.column == COLUMN["correlation_id"] for slot in slots)
        self.plans: dict[Shape | None, Plan] = {}


@dataclass(slots=True, eq=False)
class Shape:
    """What is known by the names of members alone. `members` are those that are wanted; `""` is the whole payload.

    `batch` is the shape of arrays of such objects, once there was one.
    """

    kinds: tuple[EnvelopeKind, ...]
    slots: tuple[Slot, ...]
    members: tuple[str, ...]
    batch: Shape | None = None


def outer_of(names: Sequence[str], kinds: Sequence[EnvelopeKind], channel: str = "") -> Outer:
    """What headers of these names say, and which kinds of envelopes they belong to."""
    spelled: dict[str, list[int]] = {}
    for at, name in reversed([*enumerate(names)]):
        for spelling in spellings(name):
            spelled.setdefault(spelling, []).append(at)
    matched = [kind for kind in kinds if in_headers(kind, spelled, names, channel)]
    slots = [
        Slot(COLUMN[rule.column], cell, rule.read or readers.text, rule, kind, weakness(kind, order), True)
        for kind in matched
        for order, rule in enumerate(kind.headers)
        for cell in (spelled.get(spelling_of(rule.name), ()) if rule.name else (len(names),))
    ]
    chosen = [kind for kind in kinds if kind.strength < Strength.FRAMEWORK]
    wanted = any(kind.members and not kind.member_marks for kind in (*chosen, *filter(is_marked, matched)))
    return Outer(matched, slots, len(names), wanted)


def in_headers(kind: EnvelopeKind, spelled: dict[str, list[int]], names: Sequence[str], channel: str) -> bool:
    """Whether headers of these names belong to a kind. One without marks adds what it can."""
    if any(spelling_of(mark) in spelled for mark in kind.header_marks):
        return True
    if kind.header_set and set(kind.header_set) <= set(names):
        return True
    if kind.channel_marks and channel.startswith(kind.channel_marks):
        return True
    return not (kind.header_marks or kind.header_set or kind.channel_marks or kind.member_marks)


def shape_of(names: Sequence[str], kinds: Iterable[EnvelopeKind]) -> Shape:
    """What members of these names say."""
    present = set(names)
    matched = [kind for kind in kinds if kind.members and present.issuperset(kind.member_marks)]
    matched += [kind for kind in kinds if not kind.members and kind.member_marks and present >= {*kind.member_marks}]
    wanted: dict[str, int] = {}
    slots = []
    for kind in matched:
        for order, rule in enumerate(kind.members):
            first, *rest = path_of(rule.name) or ("",)
            if first == "" or first in present:
                cell = wanted.setdefault(str(first), len(wanted))
                read = inner_reader(tuple(rest), rule.read or readers.text)
                slots.append(Slot(COLUMN[rule.column], cell, read, rule, kind, weakness(kind, order), False))
    return Shape(tuple(matched), tuple(slots), tuple(wanted))


def plan_of(outer: Outer, shape: Shape | None) -> Plan:
    """What to do with messages of these headers and members."""
    inner = [s._replace(cell=s.cell + outer.width) for s in shape.slots if applies(s, outer)] if shape else []
    slots = sorted([*outer.slots, *inner], key=lambda slot: slot.weakness, reverse=True)
    inner_kinds = [kind for kind in shape.kinds if kind.member_marks] if shape else []
    best = best_of([*outer.kinds, *inner_kinds], outer)
    return Plan(
        name=best.name if best else None,
        known=best is not None and is_sure(best) and not best.wrapping,
        slots=tuple(slot for slot in slots if slot.kind.strength >= Strength.FRAMEWORK),
        chosen=tuple(slot for slot in slots if slot.kind.strength < Strength.FRAMEWORK),
        ties=any(slot.rule.column in TIES for slot in slots),
    )


def applies(slot: Slot, outer: Outer) -> bool:
    """Whether a member may speak: its kind may need a header, and what is inside of a known envelope is only data."""
    kind = slot.kind
    if is_marked(kind) and not kind.member_marks and kind not in outer.kinds:
        return False
    return not outer.known or kind.strength < Strength.PAYLOAD or slot.rule.column in JOINING


def best_of(kinds: Sequence[EnvelopeKind], outer: Outer) -> EnvelopeKind | None:
    """The kind that says most, which gives the name."""
    named = [kind for kind in kinds if kind.name and (is_sure(kind) or any_rule(kind, outer))]
    return min(named, key=lambda k: (not is_sure(k), k.wrapping, k.strength, -len(k.member_marks)), default=None)


def is_sure(kind: EnvelopeKind) -> bool:
    """Whether a message has this kind, and not just headers of such names: its marks are there, or the user said so."""
    return is_marked(kind) or kind.strength < Strength.FRAMEWORK


def is_marked(kind: EnvelopeKind) -> bool:
    """Whether something had to be there for this kind to be found."""
    return bool(kind.header_marks or kind.header_set or kind.channel_marks or kind.member_marks)


def any_rule(kind: EnvelopeKind, outer: Outer) -> bool:
    """Whether a header fills something by a rule of this kind."""
    return any(slot.rule in kind.headers for slot in outer.slots)


def weakness(kind: EnvelopeKind, order: int) -> int:
    """One number for kind and rule: the lower wins."""
    return kind.strength * 1000 + min(order, 999)


def path_of(path: str) -> Path:
    """The steps of a path: names, and numbers of entries."""
    return tuple(int(found[1]) if found[1] else found[2] for found in STEP.finditer(path))


def inner_reader(rest: Path, read: Read) -> Read:
    """Reads what lies further inside of a member."""
    if not rest:
        return read
    return lambda value: read(walked(value, rest))


def walked(value: Any, path: Path) -> Any:
    """What lies at a path; None where it leads nowhere."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return str(value).lower() if isinstance(value, bool) else value


@lru_cache(maxsize=4096)
def spellings(name: str) -> tuple[str, ...]:
    """How the rules may call a header: `correlationId` is also correlation_id."""
    return tuple(dict.fromkeys((spelling_of(name), spelling_of(TWO_WORDS.sub("_", name)))))


def spelling_of(name: str) -> str:
    """A name in lower case, `-` and `_` being the same."""
    return name.lower().replace("-", "_")


def headers_by_name(headers: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """All headers as one dict, the first of each name."""
    return {spelling_of(name): value for name, value in reversed(headers)}

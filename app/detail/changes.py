"""Changes: in what two events differ, field by field: what was added, removed or changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice, zip_longest
from typing import Any, Final, Literal, NamedTuple

from app.detail.detail import Detail
from app.detail.fields import scalar_text
from app.detail.json_text import JsonValue
from app.detail.tape import Progress, no_progress
from app.filter.json_path import path_text

__all__ = ["MOST_CHANGES", "Change", "changes"]

Sign = Literal["+", "-", "~"]

MOST_CHANGES: Final = 2_000
MOST_ALIGNED: Final = 500
"""Elements of arrays that are aligned with each other; longer ones are compared place by place."""

COMPARED: Final = ("category", "priority", "key", "producer", "subscription", "attempt")
"""Of the envelope: what does not differ for every event."""

Keys = tuple[str | int, ...]


class Change(NamedTuple):
    """A field that was added (+), removed (-) or changed (~), with its values as text."""

    sign: Sign
    field: str
    before: str
    after: str


def changes(before: Detail, after: Detail, progress: Progress = no_progress) -> list[Change]:
    """In what two events differ, at most MOST_CHANGES. Ids and times are left out: they always do."""
    return list(islice(all_changes(before, after, progress), MOST_CHANGES))


def all_changes(before: Detail, after: Detail, progress: Progress) -> Iterator[Change]:
    """The same without a limit: envelope, headers, payload."""
    old, new = (dict(detail.groups) for detail in (before, after))
    yield from of_names(kept(old["Envelope"]), kept(new["Envelope"]), ())
    yield from of_names(named(old.get("Headers", ())), named(new.get("Headers", ())), ("header",))
    yield from of_payloads(before, after, progress)


def kept(envelope: dict[str, Any]) -> dict[str, Any]:
    """What is compared of an envelope."""
    return {name: envelope[name] for name in COMPARED if name in envelope}


def named(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Headers by name; of a name that repeats, the values together."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = value if name not in found else f"{text(found[name])}, {text(value)}"
    return found


def of_payloads(before: Detail, after: Detail, progress: Progress) -> Iterator[Change]:
    """The changes of the payload: within it if both are JSON."""
    old, new = before.document, after.document
    if old.json is not None and new.json is not None:
        yield from of_values(old.json.root, new.json.root, ("payload",), progress)
    elif old.data != new.data or old.form != new.form:
        sign: Sign = "+" if old.form == "none" else "-" if new.form == "none" else "~"
        yield Change(sign, "payload", *("" if each.form == "none" else text(each.value) for each in (old, new)))


def of_names(old: dict[str, Any], new: dict[str, Any], at: Keys) -> Iterator[Change]:
    """The changes of values by name."""
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield Change("-", path_text((*at, name)), text(old[name]), "")
        elif name not in old:
            yield Change("+", path_text((*at, name)), "", text(new[name]))
        elif text(old[name]) != text(new[name]):
            yield Change("~", path_text((*at, name)), text(old[name]), text(new[name]))


def of_values(old: JsonValue, new: JsonValue, at: Keys, progress: Progress) -> Iterator[Change]:
    """The changes within a value."""
    progress(0)
    if same(old, new):
        return
    if old.is_object and new.is_object:
        yield from of_objects(old, new, at, progress)
    elif old.is_container and new.is_container and not old.is_object and not new.is_object:
        yield from of_arrays(old, new, at, progress)
    elif text(old) != text(new) or old.raw[:1] != new.raw[:1]:
        yield Change("~", path_text(at), text(old), text(new))


def of_objects(old: JsonValue, new: JsonValue, at: Keys, progress: Progress) -> Iterator[Change]:
    """The changes of members, by their names."""
    olds, news = dict(old.members(0, len(old))), dict(new.members(0, len(new)))
    for name in dict.fromkeys((*olds, *news)):
        yield from of_pair(olds.get(name), news.get(name), (*at, name), progress)


def of_arrays(old: JsonValue, new: JsonValue, at: Keys, progress: Progress) -> Iterator[Change]:
    """The changes of elements; numbers of those that were removed are numbers in the old array."""
    olds, news = ([value for _, value in each.members(0, len(each))] for each in (old, new))
    for a, b in aligned(olds, news):
        number = b if b is not None else a
        assert number is not None
        first, second = (None if a is None else olds[a]), (None if b is None else news[b])
        yield from of_pair(first, second, (*at, number), progress)


def of_pair(old: JsonValue | None, new: JsonValue | None, at: Keys, progress: Progress) -> Iterator[Change]:
    """The changes of what may be there on one side only."""
    if old is not None and new is not None:
        yield from of_values(old, new, at, progress)
    elif new is not None:
        yield Change("+", path_text(at), "", text(new))
    elif old is not None:
        yield Change("-", path_text(at), text(old), "")


def aligned(olds: list[JsonValue], news: list[JsonValue]) -> Iterator[tuple[int | None, int | None]]:
    """Which old element to compare with which new one."""
    if max(len(olds), len(news)) > MOST_ALIGNED:
        yield from zip_longest(range(len(olds)), range(len(news)))
        return
    matcher = SequenceMatcher(None, [value.raw for value in olds], [value.raw for value in news], autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        yield from zip_longest(range(a, b), range(c, d))


def same(old: JsonValue, new: JsonValue) -> bool:
    """Whether two values are written alike."""
    return old.end - old.start == new.end - new.start and old.raw == new.raw


def text(value: Any) -> str:
    """A value for reading."""
    found = scalar_text(value)
    return found if found is not None else value.raw[:2_000].decode("utf-8", "replace")

"""The effective filter: what is written, the saved filters that are on, muted types and hidden phases, as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace

from app.filter.clause import conjuncts, negated, value_word
from app.filter.query import Filter, FilterError, all_of, parse
from app.filter.syntax import Comparison, Opposite, inside
from app.filter.terms import Term, Word
from app.table_setup import SavedFilter, TableSetup

__all__ = ["Effective", "all_off", "complaint", "effective", "inverted", "pressed", "without"]


class Effective(NamedTuple):
    """`wanted` are the rows that match; `context` those around them: all but muted types and hidden phases."""

    wanted: Filter
    context: Filter


def effective(text: str, setup: TableSetup, phases: str = "") -> Effective:
    """What is to be shown; `phases` is the clause that hides some. Raises FilterError if `text` is no filter."""
    context = [muting(setup.muted), parse(phases)]
    saved = [parse(text) for text in pressed(setup.filters)]
    return Effective(all_of([parse(text), *saved, *context]), all_of(context))


def pressed(filters: Sequence[SavedFilter]) -> Iterator[str]:
    """The saved filters that are on, each as it applies; one that is wrong applies never."""
    for saved in filters:
        if saved.on and not complaint(saved):
            yield negated(saved.filter) if saved.negated else saved.filter


def without(text: str, setup: TableSetup, clause: str) -> tuple[str, TableSetup]:
    """The line and the setup without a clause of the effective filter, wherever it came from."""
    parts = conjuncts(text)
    kept = [text[part.start : part.stop] for part in parts if inside(part) != clause]
    if len(kept) < len(parts):
        return " ".join(kept), setup
    if clause == muting(setup.muted).text:
        return text, setup.with_(muted=())
    innocent = (saved for saved in setup.filters if not any(clause in clauses_of(each) for each in pressed([saved])))
    stays = set(innocent)
    return text, setup.with_(filters=tuple(replace(saved, on=saved.on and saved in stays) for saved in setup.filters))


def inverted(text: str, setup: TableSetup) -> tuple[str, TableSetup]:
    """The line and the setup that show what line and saved filters hide; muted types stay muted."""
    return negated(str(all_of([parse(text), *map(parse, pressed(setup.filters))]).tree or "")), all_off(setup)


def all_off(setup: TableSetup) -> TableSetup:
    """With no saved filter on."""
    return setup.with_(filters=tuple(replace(saved, on=False) for saved in setup.filters))


def clauses_of(text: str) -> list[str]:
    """The parts of a filter that all must hold, as they are explained."""
    return [inside(part) for part in conjuncts(text)]


def complaint(saved: SavedFilter) -> str:
    """What is wrong with a saved filter: settings can be edited by hand."""
    try:
        parse(saved.filter)
    except FilterError as error:
        return error.message
    return ""


@lru_cache(4)
def muting(types: tuple[str, ...]) -> Filter:
    """Lets all types through but these. Made without a text: they may be more than a filter's text may have."""
    if not types:
        return parse("")
    words = tuple(value_word(type_) for type_ in types)
    return Filter.of(Opposite(0, 0, 2, Comparison(0, 0, 1, Term(Word("type", 0), Word(":", 0), words))))

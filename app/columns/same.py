"""Same: the filter that selects the events which say the same in a field."""

from __future__ import annotations

from typing import Final

from app.filter.clause import clause

__all__ = ["same"]

LONGEST: Final = 2_000
"""Characters of a value that a filter is made of; nobody reads a longer one."""

UNNAMED: Final = frozenset({"(dict)", "(list)"})
"""How objects and arrays are written where a filter compares values; no value of its own can be told by them."""


def same(field: str, *values: str | None) -> str:
    """Selects what has one of the values in a field; None is a field that is absent. "" where no filter can."""
    told = [value for value in values if value is not None]
    if not values or UNNAMED & set(told) or sum(map(len, told)) > LONGEST:
        return ""
    return clause(field, *values)

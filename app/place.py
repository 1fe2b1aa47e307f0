"""Places: where in the table somebody wants to go, as written: a row's number or a time."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from app.filter.units import moment

__all__ = ["Place", "place"]

NUMBER: Final = re.compile(r"#?\s*(\d[\d,_' ]{0,30})")


class Place(NamedTuple):
    """Row `seq`, or else the first row at or after `at` (ns since the epoch)."""

    seq: int | None = None
    at: int | None = None


def place(text: str, now_ns: int | None = None) -> Place:
    """The place that a text means; raises ValueError with a sentence."""
    text = text.strip()
    if found := NUMBER.fullmatch(text):
        return Place(seq=int(re.sub(r"\D", "", found[1])))
    try:
        return Place(at=moment(text, now_ns))
    except ValueError as error:
        raise ValueError(
            f"“{text}” is no place; write a number such as 4711, 14:02:07, or 5m for five minutes ago."
        ) from error

"""Field: one thing that is known of an event, as a column shows it, a filter names it, and rows are sorted by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.columns.readers import Reader
from app.store.stored import StoredEvent

__all__ = ["Field"]

Write = Callable[[StoredEvent], str]


def nothing(event: StoredEvent) -> str:
    """For fields that no filter names."""
    return ""


@dataclass(frozen=True, slots=True)
class Field:
    """`write` gives the text of a cell, short and harmless; `whole` all of it, as it came, for a tooltip or a copy.

    `clause` is the filter that selects the events which say the same here, "" where there is none.
    """

    name: str
    title: str
    meaning: str
    write: Write
    whole: Write
    cells: Reader
    clause: Write = nothing
    number: bool = False
    """Whether it is shown to the right, in figures of one width."""
    identifier: bool = False
    """Whether it is shown short, since nobody reads all of it, and written in letters of one width."""

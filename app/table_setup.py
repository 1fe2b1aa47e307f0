"""Table setup: how the user arranged the event table. Plain data, kept in the settings or in a profile.

Every part has a default, so that a file need only say what differs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

__all__ = ["ColourRule", "ColumnChoice", "SavedFilter", "TableSetup", "TimeCount"]

Short = Annotated[str, Meta(max_length=200)]
FilterText = Annotated[str, Meta(max_length=10_000)]
TimeCount = Literal["absolute", "relative", "delta"]
Align = Literal["", "left", "right", "centre"]
Tone = Literal["red", "amber", "green", "blue", "violet", "grey"]


class ColumnChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column by its field: a built-in one such as `type`, or `header.NAME` or `payload.PATH`.

    `width` is in pixels, 0 when the table may choose; `align` "" is the field's own.
    """

    field: Short
    title: Short = ""
    width: Annotated[int, Meta(ge=0, le=4_000)] = 0
    align: Align = ""
    hidden: bool = False


class SavedFilter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A filter under a name, a button above the table; `on` while it is pressed."""

    name: Short
    filter: FilterText
    on: bool = False


class ColourRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """Rows that pass the filter get the tone and, for those who do not see it, the glyph (one letter or sign)."""

    filter: FilterText
    tone: Tone
    glyph: Annotated[str, Meta(max_length=2)] = ""
    off: bool = False


class TableSetup(msgspec.Struct, frozen=True, omit_defaults=True):
    """What differs from the table as it comes. Empty `columns` are the default ones, in their order.

    `colours` are tried in order, the first that fits wins. `muted` are types never shown. `history` holds filters,
    the newest first.
    """

    columns: Annotated[tuple[ColumnChoice, ...], Meta(max_length=200)] = ()
    sort: Short = ""
    """The field that rows are sorted by, with "-" before it for the largest first; "" is the order of arrival."""
    time: TimeCount = "absolute"
    colours: Annotated[tuple[ColourRule, ...], Meta(max_length=200)] = ()
    filters: Annotated[tuple[SavedFilter, ...], Meta(max_length=200)] = ()
    muted: Annotated[tuple[Short, ...], Meta(max_length=1_000)] = ()
    history: Annotated[tuple[FilterText, ...], Meta(max_length=100)] = ()
    dim: bool = False
    """Whether rows that do not match the filter are shown faintly instead of not at all."""

    def with_(self, **changes: object) -> Self:
        """With some parts changed."""
        return msgspec.structs.replace(self, **changes)

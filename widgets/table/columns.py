"""Columns: fields as the table shows them, in their default order or as the user chose them, and how each is set."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import msgspec

from app.columns.field import Field
from app.columns.fields import FIELDS, field_of
from app.columns.wording import cell
from app.display import display
from app.table_setup import Align, ColumnChoice

__all__ = ["COLUMNS", "Column", "Elide", "column_of", "columns_of"]

log = logging.getLogger(__name__)


WHOLE_ID: Final = 320
"""Pixels that an id may take when all of it is shown."""


class Elide(StrEnum):
    """Where a text that does not fit loses letters: ids in the middle, all else at the end."""

    END = "end"
    MIDDLE = "middle"


@dataclass(frozen=True, slots=True)
class Column:
    """One field: at least `width` pixels, at most `most` when there is room to show a longer text whole."""

    field: Field
    choice: ColumnChoice
    """What the user chose that differs from the field's own; its width and whether it is hidden are kept elsewhere."""
    width: int
    most: int
    mono: bool = False
    align: Align = "left"
    muted: bool = False
    hidden: bool = False
    elide: Elide = Elide.END
    mark: int = 0
    """Pixels before the text for a glyph or chip."""
    yields: int = 0
    """In a window too narrow for all columns those that yield are hidden, the highest first."""
    decimals: int = 0
    """How many digits after the point its numbers are aligned on."""

    @property
    def key(self) -> str:
        """The name of the field."""
        return self.field.name

    @property
    def title(self) -> str:
        """What stands above it."""
        return display(self.choice.title or self.field.title, limit=80)

    @property
    def is_default(self) -> bool:
        """Whether the table has this column by itself."""
        return any(column.key == self.key for column in COLUMNS)

    def written(self, text: str) -> str:
        """A text of the column as it is drawn: a number with room for the decimals that others have."""
        if not self.decimals or not text or not text[-1].isdigit():
            return text
        _, point, decimals = text.partition(".")
        return text + " " * (self.decimals - len(decimals) + (not point))

    def chosen(self, width: int, *, hidden: bool) -> ColumnChoice:
        """The column as it is remembered."""
        return msgspec.structs.replace(self.choice, width=width, hidden=hidden)

    @property
    def tip(self) -> str:
        """What the field means."""
        return self.field.meaning


def built_in(
    name: str, width: int, most: int, *, muted: bool = False, hidden: bool = False, mark: int = 0, yields: int = 0,
    mono: bool = False,
) -> Column:  # fmt: skip
    """A column of a field with a name of its own."""
    field = FIELDS[name]
    return Column(
        field, ColumnChoice(name), width, most,
        mono=field.number or field.identifier or mono, align="right" if field.number else "left", muted=muted,
        hidden=hidden, elide=Elide.MIDDLE if field.identifier else Elide.END, mark=mark, yields=yields,
    )  # fmt: skip


COLUMNS: Final = (
    built_in("number", 48, 96, muted=True),
    built_in("time", 104, 220, mono=True),
    built_in("source", 80, 160, muted=True, mark=20, yields=5),
    built_in("phase", 100, 132, mark=20),
    built_in("priority", 44, 44, mono=True, mark=16),
    built_in("category", 80, 120, yields=4),
    built_in("type", 116, 260),
    built_in("key", 80, 160, hidden=True),
    built_in("producer", 76, 150, muted=True, yields=6),
    built_in("subscription", 88, 180, muted=True, yields=3),
    built_in("correlation", 96, 110, muted=True, mark=14, yields=2),
    built_in("latency", 92, 110, yields=1),
    built_in("size", 64, 84, muted=True, yields=7),
    built_in("info", 96, 4000),
)
"""The columns of a table that nobody has set."""

KNOWN: Final = {column.key: column for column in COLUMNS} | {
    "observed": built_in("observed", 104, 140, muted=True),
    "causation": built_in("causation", 80, 110, muted=True),
    "id": built_in("id", 80, 110, muted=True),
}
"""Columns that are not like any other."""


def columns_of(choices: Sequence[ColumnChoice]) -> list[Column]:
    """The columns that were chosen, the default ones when none were. Fields that nobody knows are left out."""
    columns: dict[str, Column] = {}
    for choice in choices:
        try:
            columns.setdefault(choice.field, column_of(choice))
        except ValueError as error:
            log.warning("column: %s", error)
    return list(columns.values()) or list(COLUMNS)


def column_of(choice: ColumnChoice) -> Column:
    """A column as it was chosen; raises ValueError when there is no such field."""
    known = default(choice.field)
    column = replace(
        known, choice=choice, align=choice.align or known.align, hidden=choice.hidden,
        mono=known.mono or choice.align == "right",
    )  # fmt: skip
    if not (choice.whole and known.field.identifier):
        return column
    whole = replace(known.field, write=lambda event: cell(known.field.whole(event)))
    return replace(column, field=whole, most=WHOLE_ID)


def default(name: str) -> Column:
    """The column of a field as it comes; raises ValueError when there is no such field."""
    if name in KNOWN:
        return KNOWN[name]
    if name in FIELDS:
        return built_in(name, 72, 200)
    return Column(field_of(name), ColumnChoice(name), 72, 240)

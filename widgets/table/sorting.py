"""Sorting: the field that rows are sorted by and the direction, as the settings write it and as a click changes it."""

from __future__ import annotations

from typing import NamedTuple

from app.columns.fields import field_of

__all__ = ["Sorting"]

ARRIVAL = "number"
"""The field whose ascending order is the order of arrival."""


class Sorting(NamedTuple):
    """No field is the order of arrival."""

    field: str = ""
    descending: bool = False

    @classmethod
    def read(cls, text: str) -> Sorting:
        """What the settings say; the order of arrival where that is no field."""
        sorting = cls(text.removeprefix("-"), text.startswith("-"))
        try:
            field_of(sorting.field)
        except ValueError:
            return cls()
        return cls() if sorting == cls(ARRIVAL) else sorting

    @property
    def text(self) -> str:
        """As the settings say it."""
        return f"-{self.field}" if self.descending else self.field

    @property
    def arrow(self) -> str:
        """Up for the smallest first, down for the largest first."""
        return "↓" if self.descending else "↑"

    @property
    def label(self) -> str:
        """In words."""
        if not self.field:
            return ""
        title = "number" if self.field == ARRIVAL else field_of(self.field).title.partition(",")[0]
        return f"{title[:1].lower()}{title[1:]} {self.arrow}"

    def clicked(self, field: str) -> Sorting:
        """After a click on the header of a field: ascending, then descending, then the order of arrival."""
        if field != self.field:
            return Sorting(field, field == ARRIVAL)
        return Sorting() if self.descending else Sorting(field, descending=True)

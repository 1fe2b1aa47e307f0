"""Table setup: how the user arranged the event table. Plain data, kept in the settings or in a profile.

Every part has a default, so that a file need only say what differs.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

import msgspec
from msgspec import Meta

__all__ = ["Align", "ColourRule", "ColumnChoice", "SavedFilter", "TableSetup", "TimeCount", "Trigger"]

MOST_LETTERS: Final = 200
MOST_COLUMNS: Final = 200
WIDEST: Final = 4_000
MOST_MUTED: Final = 1_000
MOST_HISTORY: Final = 100
LONGEST_KEPT_S: Final = 3_600

Short = Annotated[str, Meta(max_length=MOST_LETTERS)]
FilterText = Annotated[str, Meta(max_length=10_000)]
TimeCount = Literal["absolute", "relative", "delta", "trace"]
Align = Literal["", "left", "right", "centre"]
Grouping = Literal["", "repeats", "type", "key"]
Seconds = Annotated[float, Meta(ge=0, le=LONGEST_KEPT_S)]
Tone = Literal["red", "amber", "green", "blue", "violet", "grey", "teal", "pink", "olive"]


class ColumnChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column by its field: a built-in one such as `type`, or `header.NAME` or `payload.PATH`.

    `width` is in pixels, 0 when the table may choose; `align` "" is the field's own; `whole` shows all of an id.
    """

    field: Short
    title: Short = ""
    width: Annotated[int, Meta(ge=0, le=WIDEST)] = 0
    align: Align = ""
    hidden: bool = False
    whole: bool = False


class SavedFilter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A filter under a name, a button above the table; `on` while it is pressed, `negated` to hide what it selects."""

    name: Short
    filter: FilterText
    on: bool = False
    negated: bool = False


class ColourRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """Rows that pass the filter get the tone and, for those who do not see it, the glyph (one letter or sign)."""

    filter: FilterText
    tone: Tone
    glyph: Annotated[str, Meta(max_length=2)] = ""
    off: bool = False


class Trigger(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a row comes that passes the filter, the rows of so many seconds before and after it are kept.

    `notify` says so in the window; `hold` pauses the window right behind that row, as a breakpoint does.
    """

    filter: FilterText
    name: Short = ""
    before_s: Seconds = 30.0
    after_s: Seconds = 10.0
    notify: bool = True
    hold: bool = False
    off: bool = False

    @property
    def title(self) -> str:
        """What it is called: its name, or what it waits for."""
        return self.name.strip() or self.filter


class TableSetup(msgspec.Struct, frozen=True, omit_defaults=True):
    """What differs from the table as it comes. Empty `columns` are the default ones, in their order.

    `colours` are tried in order, the first that fits wins. `muted` are types never shown. `history` holds filters,
    the newest first.
    """

    columns: Annotated[tuple[ColumnChoice, ...], Meta(max_length=MOST_COLUMNS)] = ()
    sort: Short = ""
    """The field that rows are sorted by, with "-" before it for the largest first; "" is the order of arrival."""
    time: TimeCount = "absolute"
    colours: Annotated[tuple[ColourRule, ...], Meta(max_length=200)] = ()
    triggers: Annotated[tuple[Trigger, ...], Meta(max_length=50)] = ()
    filters: Annotated[tuple[SavedFilter, ...], Meta(max_length=200)] = ()
    muted: Annotated[tuple[Short, ...], Meta(max_length=MOST_MUTED)] = ()
    history: Annotated[tuple[FilterText, ...], Meta(max_length=MOST_HISTORY)] = ()
    dim: bool = False
    """Whether rows that do not match the filter are shown faintly instead of not at all."""
    group: Grouping = ""
    """Whether repeated rows are folded to one, or only the latest row of each type or key is shown."""
    split: bool = False
    """Whether all rows are shown above those that match the filter."""

    def with_(self, **changes: object) -> Self:
        """With some parts changed."""
        return msgspec.structs.replace(self, **changes)

    def using(self, filter_text: str) -> Self:
        """With a filter as the one used last; an empty one is not worth remembering."""
        if not filter_text or self.history[:1] == (filter_text,):
            return self
        others = (other for other in self.history if other != filter_text)
        return self.with_(history=(filter_text, *others)[:MOST_HISTORY])

    def muting(self, type_: str) -> Self:
        """With a type that is not shown any more; one whose name is too long to be kept is shown."""
        known = type_ in self.muted or len(type_) > MOST_LETTERS or len(self.muted) == MOST_MUTED
        return self if known else self.with_(muted=(*self.muted, type_))

    def unmuting(self, *types: str) -> Self:
        """With types that are shown again."""
        return self.with_(muted=tuple(muted for muted in self.muted if muted not in types))

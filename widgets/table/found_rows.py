"""Found rows: those that somebody looks for stand out as if a highlighter had been drawn over them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.colours import Colour
from app.listing.listing import Listing, lists
from widgets.table.row_painter import Strip

__all__ = ["with_found"]

HIGHLIGHT: Final = Colour("olive", "")
"""The tone next to that of a highlighter; the gutter draws a sign beside it."""


def with_found(strips: list[Strip], sought: Listing | None) -> list[Strip]:
    """The strips, those that are `sought` in the colour of what was found."""
    if sought is None:
        return strips
    return [
        replace(strip, look=replace(strip.look, found=True, colour=HIGHLIGHT))
        if lists(sought, strip.row.seq)
        else strip
        for strip in strips
    ]

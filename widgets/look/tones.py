"""Tones: the colours that rows are given by rules and by conversation, each as a ground and an ink.

All grounds of a theme are equally far from its background and bear every text colour of the palette at WCAG AA; so
does each ink on its own ground and on the background. tests/widgets/test_tones.py computes it.
"""

from __future__ import annotations

from typing import Final, NamedTuple, get_args

from app.table_setup import Tone as ToneName

__all__ = ["TONES", "Tone", "tone"]


class Tone(NamedTuple):
    """Behind a row, and for its glyph or chip; `#rrggbb`."""

    ground: str
    ink: str


LIGHT: Final = {
    "red": Tone("#fae0de", "#bd1b0f"),
    "amber": Tone("#f7e3c6", "#84540b"),
    "green": Tone("#d3ecdb", "#096d2a"),
    "blue": Tone("#dee6fa", "#1251e2"),
    "violet": Tone("#ede3fa", "#7113ec"),
    "grey": Tone("#e6e6e6", "#5e5e5e"),
    "teal": Tone("#d1ecec", "#086868"),
    "pink": Tone("#fadfef", "#b80f72"),
    "olive": Tone("#e7e9bc", "#606308"),
}
DARK: Final = {
    "red": Tone("#4d201d", "#ea8c86"),
    "amber": Tone("#3a2b16", "#db9833"),
    "green": Tone("#14341e", "#26d962"),
    "blue": Tone("#1e2d50", "#86a4ea"),
    "violet": Tone("#3a2259", "#bc97ed"),
    "grey": Tone("#2e2e2e", "#a6a6a6"),
    "teal": Tone("#133232", "#26d9d9"),
    "pink": Tone("#4d1d39", "#ea86c0"),
    "olive": Tone("#2c2f12", "#c7d926"),
}
TONES: Final[tuple[str, ...]] = get_args(ToneName)
"""Their names, in the order in which they are offered."""


def tone(name: str, dark: bool) -> Tone:
    """The tone of that name in the dark or the light theme."""
    return (DARK if dark else LIGHT)[name]

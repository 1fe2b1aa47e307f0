"""The colours of the window as named tokens, one set for light and one for dark.

Every token that is used for text reaches WCAG AA (4.5:1) on `background`, on `panel` and on the tints that
it is drawn on; tests/widgets/test_theme.py computes it.
"""

from __future__ import annotations

import colorsys
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

__all__ = ["DARK", "LIGHT", "Palette", "chip_colour", "contrast"]


@dataclass(frozen=True)
class Palette:
    """Colours as `#rrggbb`, named by what they are for."""

    dark: bool
    background: str
    """Behind the table, plots and inputs."""
    panel: str
    """Behind docks and bars."""
    raised: str
    """A button, chip or tab that is pressed or under the pointer."""
    line: str
    """Separators of one pixel."""
    edge: str
    """The outline of inputs and chips: 3:1 on the background, so that they are seen as such."""
    text: str
    muted: str
    accent: str
    """Links, focus ring, the edge of what is selected, the state of following."""
    on_accent: str
    """Text on `accent`."""
    selection: str
    """Behind a selected row."""
    critical: str
    high: str
    normal: str
    low: str
    ok: str
    undo: str
    """What takes something back."""
    tint_failed: str
    """Behind a row that tells of a failure."""
    tint_retried: str
    """Behind a row that tells of something retried or given up."""

    def of_priority(self, priority: int) -> str:
        """The colour of a priority, which `EventPriority` counts from LOW = 0; unknown ones are muted."""
        inks = (self.low, self.normal, self.high, self.critical)
        return inks[priority] if 0 <= priority < len(inks) else self.muted


LIGHT: Final = Palette(
    dark=False,
    background="#fbfbfa",
    panel="#f3f3f1",
    raised="#e7e7e3",
    line="#dededa",
    edge="#8b8f93",
    text="#1d1f21",
    muted="#5c6166",
    accent="#0b62b8",
    on_accent="#ffffff",
    selection="#d9e8f7",
    critical="#b3261e",
    high="#9a4b00",
    normal="#1f5f8b",
    low="#5c6166",
    ok="#1b6b3a",
    undo="#6d3fb0",
    tint_failed="#faeeec",
    tint_retried="#faf3e8",
)

DARK: Final = Palette(
    dark=True,
    background="#16181b",
    panel="#1e2125",
    raised="#2b2f35",
    line="#33383e",
    edge="#6b727a",
    text="#e6e7e8",
    muted="#a0a6ad",
    accent="#6cb2ff",
    on_accent="#10141a",
    selection="#213a56",
    critical="#ff8a80",
    high="#ffb45c",
    normal="#7fc4f0",
    low="#a0a6ad",
    ok="#7fd39b",
    undo="#c6a8ff",
    tint_failed="#2b1c1d",
    tint_retried="#2a2318",
)


def contrast(one: str, other: str) -> float:
    """The WCAG 2 contrast ratio of two colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


@lru_cache(maxsize=4096)
def chip_colour(name: str, dark: bool) -> str:
    """A colour that always belongs to `name`, such as a correlation id; equally bright for all names."""
    hue = int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=2).digest()) / 65536
    red, green, blue = colorsys.hls_to_rgb(hue, 0.66 if dark else 0.46, 0.55)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"

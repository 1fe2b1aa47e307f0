"""Tones: legible in both themes, told apart, and one for each name that a rule can have."""

from __future__ import annotations

from itertools import combinations

import pytest

from app.colours import CONVERSATION_TONES
from widgets.look.palette import DARK, LIGHT, Palette, contrast
from widgets.look.tones import TONES, tone

AA_TEXT = 4.5
INKS = ("text", "muted", "accent", "critical", "high", "normal", "low", "ok")

both = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


@both
@pytest.mark.parametrize("name", TONES)
def test_every_text_of_a_row_is_legible_on_every_tone(palette: Palette, name: str) -> None:
    ground = tone(name, palette.dark).ground
    assert min(contrast(getattr(palette, ink), ground) for ink in INKS) >= AA_TEXT


@both
@pytest.mark.parametrize("name", TONES)
def test_the_sign_of_a_tone_is_legible_where_it_is_drawn(palette: Palette, name: str) -> None:
    given = tone(name, palette.dark)
    for ground in (given.ground, palette.background, palette.panel):
        assert contrast(given.ink, ground) >= AA_TEXT


@both
def test_tones_are_told_from_the_background_and_from_each_other(palette: Palette) -> None:
    tones = [tone(name, palette.dark) for name in TONES]
    assert all(contrast(given.ground, palette.background) >= 1.15 for given in tones)
    assert all(distance(one.ground, other.ground) >= 12 for one, other in combinations(tones, 2))


def test_each_key_for_conversations_has_a_tone_of_its_own() -> None:
    assert sorted(CONVERSATION_TONES) == sorted(TONES)


def distance(one: str, other: str) -> int:
    """How far two colours are apart in their furthest channel."""
    return max(abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) for i in (1, 3, 5))

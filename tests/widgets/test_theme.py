"""The theme: legible in both palettes, followed by all, and icons that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from eventscope.event import EventPriority
from widgets.look.fonts import mono_font
from widgets.look.icons import icon
from widgets.look.palette import DARK, LIGHT, Palette, chip_colour, contrast
from widgets.look.style_sheet import style_sheet
from widgets.look.text_fit import TextFit
from widgets.look.theme import apply_theme, current_palette, theme
from widgets.look.tooltips import plain_tooltip

AA_TEXT, AA_SHAPE = 4.5, 3.0
INKS = ("text", "muted", "accent", "critical", "high", "normal", "low", "ok", "undo")
GROUNDS = ("background", "panel")
ROOT = Path(__file__).resolve().parents[2]

both = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


@both
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", INKS)
def test_every_text_colour_is_legible_on_every_ground(palette: Palette, ink: str, ground: str) -> None:
    assert contrast(getattr(palette, ink), getattr(palette, ground)) >= AA_TEXT


@both
@pytest.mark.parametrize("ground", ["selection", "tint_failed", "tint_retried", "raised"])
@pytest.mark.parametrize("ink", ["text", "muted", "critical", "high", "undo"])
def test_texts_of_rows_are_legible_on_tints(palette: Palette, ink: str, ground: str) -> None:
    assert contrast(getattr(palette, ink), getattr(palette, ground)) >= AA_TEXT


@both
def test_the_pill_is_legible_in_each_state(palette: Palette) -> None:
    for ground in ("accent", "high"):
        assert contrast(palette.on_accent, getattr(palette, ground)) >= AA_TEXT
    assert contrast(palette.background, palette.text) >= AA_TEXT


@both
def test_edges_of_inputs_are_seen(palette: Palette) -> None:
    assert contrast(palette.edge, palette.background) >= AA_SHAPE
    assert contrast(palette.accent, palette.background) >= AA_SHAPE


@both
def test_chips_of_correlations_are_seen_and_stable(palette: Palette) -> None:
    colours = [chip_colour(f"id-{number}", palette.dark) for number in range(300)]
    assert min(contrast(colour, palette.background) for colour in colours) >= 1.8
    assert len(set(colours)) > 200
    assert chip_colour("id-7", palette.dark) == colours[7]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.01)


@both
def test_the_style_sheet_has_no_open_placeholder(palette: Palette) -> None:
    sheet = style_sheet(palette, "Mono")
    assert "$" not in sheet
    assert palette.accent in sheet


def test_applying_a_theme_recolours_and_tells(qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme().changed):
        apply_theme(qapp, "dark")
    try:
        assert current_palette() is DARK
        assert qapp.palette().color(QPalette.ColorRole.Base) == QColor(DARK.background)
        assert qapp.style().objectName() in ("fusion", "")
    finally:
        apply_theme(qapp, "light")
    assert current_palette() is LIGHT


def test_by_choice_of_the_system_its_scheme_is_taken(qapp: QApplication) -> None:
    dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    apply_theme(qapp, "system")
    try:
        assert current_palette() is (DARK if dark else LIGHT)
    finally:
        apply_theme(qapp, "light")


def test_a_fixed_choice_stays_when_the_system_changes(qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(theme().changed):
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert current_palette() is LIGHT


def test_every_icon_that_is_asked_for_exists() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "widgets").rglob("*.py"))
    asked = set(re.findall(r"icon\(\"([a-z0-9-]+)\"", sources))
    assert asked
    missing = sorted(name for name in asked if not (ROOT / "resources" / "icons" / f"{name}.svg").is_file())
    assert missing == []


def test_an_unknown_icon_is_an_error_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


def test_an_icon_takes_the_colour_of_text_when_the_theme_changes(qapp: QApplication, qtbot: QtBot) -> None:
    button = QToolButton(icon=icon("square"))
    qtbot.addWidget(button)
    light = darkest(button)
    apply_theme(qapp, "dark")
    try:
        dark = brightest(button)
    finally:
        apply_theme(qapp, "light")
    assert light < 100 < 180 < dark


def darkest(button: QToolButton) -> int:
    return min(lightnesses(button))


def brightest(button: QToolButton) -> int:
    return max(lightnesses(button))


def lightnesses(button: QToolButton) -> list[int]:
    picture = button.icon().pixmap(16, 16).toImage()
    points = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
    return [colour.lightness() for x, y in points if (colour := picture.pixelColor(x, y)).alpha() > 200]


def test_an_icon_is_drawn_at_the_ratio_of_the_screen() -> None:
    picture = icon("search").pixmap(QSize(16, 16), 2.0)
    assert picture.width() == 32
    assert picture.devicePixelRatio() == 2.0


def test_figures_of_the_monospaced_font_are_of_equal_width() -> None:
    fit = TextFit(mono_font())
    assert len({fit.width(figure) for figure in "0123456789.:"}) == 1


def test_a_text_that_fits_is_not_shortened() -> None:
    fit = TextFit(mono_font())
    assert fit.fit("12:00:00.000", round(fit.width("12:00:00.000")) + 1) == "12:00:00.000"
    assert fit.fit("12:00:00.000", 40).endswith("…")


def test_a_tooltip_of_hostile_text_shows_it_letter_by_letter(qtbot: QtBot) -> None:
    tip = plain_tooltip("<img src='file:///etc/passwd'> & <b>bold</b>\u202e")
    assert "<img" not in tip
    assert "<b>" not in tip
    assert "\u202e" not in tip
    assert tip.startswith("<p ")


@both
def test_each_priority_has_its_own_colour_and_no_other_number_has_one(palette: Palette) -> None:
    inks = {priority: palette.of_priority(priority) for priority in EventPriority}
    assert inks[EventPriority.LOW] == palette.low
    assert inks[EventPriority.CRITICAL] == palette.critical
    assert len(set(inks.values())) == len(EventPriority)
    assert {palette.of_priority(number) for number in (-1, len(EventPriority))} == {palette.muted}

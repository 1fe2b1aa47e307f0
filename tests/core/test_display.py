"""Nothing that an event says can act on a cell, a log or a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hostile import PAYLOADS, TEXTS
from hypothesis import given
from hypothesis import strategies as st

from app.display import display, display_lines, has_hidden

ANY = st.text(st.characters(exclude_categories=()))


@given(ANY)
def test_no_character_acts_or_hides(text):
    shown = display(text)
    assert {unicodedata.category(c) for c in shown}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    shown.encode()


@given(ANY, st.integers(1, 50))
def test_a_line_is_no_longer_than_asked_but_for_its_note(text, limit):
    shown, note, _ = display(text, limit).partition("… (")
    assert len(shown) <= limit
    assert bool(note) or len(text) <= limit


@pytest.mark.parametrize("text", ["order.created", "Заказ создан", "注文", "naïve café", "שלום", "مرحبا", "👍", "⟨x⟩"])
def test_what_people_write_is_shown_as_it_is(text):
    assert display(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\r", "a␊b␉c␍"),
        ("\x1b[31m", "␛[31m"),
        ("\x00\x7f", "␀␡"),
        ("\x9b", "⟨U+009B⟩"),
        ("\u202egpj", "⟨U+202E⟩gpj"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\u2028", "⟨U+2028⟩"),
        ("\ud800", "\\ud800"),
        ("a\xa0b\u3000c", "a b c"),
    ],
)
def test_what_acts_is_replaced_by_what_is_seen(text, shown):
    assert display(text) == shown


def test_what_is_cut_says_how_long_it_was():
    assert display("x" * 1_234, limit=10) == "xxxxxxxxxx… (1,234 characters)"


def test_piles_of_combining_marks_are_thinned_out():
    assert display("e" + "\u0301" * 200 + "x") == "e" + "\u0301" * 4 + "x"


@pytest.mark.parametrize("text", [*TEXTS, *(p.decode("utf-8", "replace") for p in PAYLOADS.values())])
def test_hostile_text_stays_one_line(text):
    assert len(display(text).splitlines()) <= 1


def test_texts_that_differ_look_different():
    alike = ["admin", "admin\u200b", "\u202eadmin", "admin\u00ad", "adm\u2060in"]
    assert len({display(text) for text in alike}) == len(alike)


def test_a_text_area_keeps_lines_and_nothing_else():
    assert display_lines("a\r\n\tb\x1b\u202e", 100) == "a\n\tb␛⟨U+202E⟩"


def test_hidden_characters_are_found():
    assert has_hidden("a\u200bb")
    assert has_hidden("\x1b")
    assert not has_hidden("Заказ\nсоздан\t\xa0")

"""Finding text in the bytes of rows, against looking into each row."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.filter.needle import Needle, needle
from app.store import cold
from app.store.arena import END, Arena, OpenArena, Run
from app.store.cold import ColdArena

SIGNS = "aAb@`[{\x01!\n*"
"""Some differ in the case bit alone and are no letters, and the end of a row is among them."""


def arena_of(rows: list[bytes]) -> Arena:
    arena = OpenArena(len(rows), 64)
    arena.extend(0, Run.of(END.join((*rows, b"")), np.array([len(row) for row in rows], np.int64)), 0, len(rows))
    return arena


def found(text: str, rows: list[bytes]) -> list[int]:
    """The rows that hold a text, of an arena as it was filled and of a cold one alike."""
    arena = arena_of(rows)
    hits = np.flatnonzero(needle(text).rows(arena, 0, len(rows))).tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cold, "BLOCK_BYTES", 16)
        patch.setattr(cold, "READ_AT_ONCE", 2)
        in_cold = needle(text).rows(ColdArena(arena, len(rows)), 0, len(rows))
    assert np.flatnonzero(in_cold).tolist() == hits
    return hits


@settings(deadline=None)
@given(
    st.text("aAb@`[{\x01!\n*", min_size=1, max_size=3), st.lists(st.text("aAb@`[{\x01!\n*", max_size=6).map(str.encode))
)
def test_ascii_is_found_in_any_case_and_never_across_rows(text: str, rows: list[bytes]) -> None:
    expected = [i for i, row in enumerate(rows) if text.encode().lower() in row.lower()]
    assert found(text, rows) == expected


@settings(deadline=None)
@given(st.text("ЖжЯяaA", min_size=1, max_size=3), st.lists(st.text("ЖжЯяaA ", max_size=6)))
def test_other_letters_are_found_in_any_case_and_never_across_rows(text: str, rows: list[str]) -> None:
    expected = [i for i, row in enumerate(rows) if text.lower() in row.lower()]
    assert found(text, [row.encode() for row in rows]) == expected


@pytest.mark.parametrize("payload", ["Отказ", "ОТКАЗ в оплате", "Grün 😀", "a отКаз"])
@pytest.mark.parametrize("upper", [False, True])
def test_escaped_json_is_found_like_plain(payload: str, upper: bool) -> None:
    escaped = json.dumps(payload)
    row = escaped.replace("\\u04", "\\U04").upper().replace("\\U", "\\u") if upper else escaped
    for word in payload.split():
        for text in (word, word.lower(), word.upper()):
            assert found(text, [b"{}", row.encode()]) == ([1] if text.upper() in payload.upper() else [])


@pytest.mark.parametrize("text", ["needle", "Иголка"])
def test_matches_are_found_where_slices_meet(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(needle(text)), "slice", 16)
    rows = [b"." * before + text.upper().encode() + b"." * 5 for before in range(40)]
    assert found(text, [*rows, b"." * 100]) == list(range(40))


@pytest.mark.parametrize("text", ["needle", "Иголка"])
def test_a_few_chosen_rows_are_searched_one_by_one_with_the_same_answer(text: str) -> None:
    rows = [text.encode() if i % 3 == 0 else b"nothing" for i in range(100)]
    among = np.zeros(100, np.bool_)
    among[[3, 4]] = True
    hits = needle(text).rows(arena_of(rows), 0, 100, among)
    assert hits[3]
    assert not hits[4]


def test_rows_from_the_middle_are_counted_from_there() -> None:
    arena = arena_of([b"x", b"hit", b"", b"hit", b"hit"])
    assert needle("hit").rows(arena, 1, 4).tolist() == [True, False, True]


def test_lone_surrogates_are_found() -> None:
    each: Needle = needle("\ud800b")
    assert each.in_text("a\ud800B")
    assert each.in_bytes("a\ud800b".encode("utf-8", "surrogatepass"))

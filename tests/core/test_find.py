"""Find: the places where a text stands in a payload."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.detail import find
from app.detail.find import find_all, next_hit


@settings(deadline=None)
@given(st.text("abAB", max_size=60), st.text("abAB", min_size=1, max_size=4), st.sampled_from([1, 3, 1_000]))
def test_all_places_are_found_however_the_payload_is_sliced(text: str, wanted: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(find, "SLICE", size)
        hits = find_all(text.encode(), wanted)
    assert len(hits) == text.lower().count(wanted.lower())
    assert all(text[start:end].lower() == wanted.lower() for start, end in hits)


def test_a_text_is_found_as_json_escapes_it() -> None:
    data = 'naïve na\\u00efve "quoted\\" ☃'.encode()
    assert len(find_all(data, "naïve")) == 2
    assert len(find_all(data, 'quoted"')) == 1


def test_bytes_are_found_by_their_digits() -> None:
    assert find_all(b"\x00\xde\xad\x00", "0xDEAD", hex_too=True) == [(1, 3)]
    assert find_all(b"0xdead", "0xdead") == [(0, 6)]
    assert find_all(b"0xzz", "0xzz", hex_too=True) == [(0, 4)]


def test_there_is_an_end_to_the_hits() -> None:
    assert len(find_all(b"a" * 50_000, "a")) == find.MOST_HITS


def test_the_next_hit_goes_round() -> None:
    hits = [(3, 4), (8, 9)]
    assert [next_hit(hits, byte, 1) for byte in (0, 3, 4, 9)] == [0, 0, 1, 0]
    assert [next_hit(hits, byte, -1) for byte in (0, 4, 9)] == [1, 0, 1]
    assert next_hit([], 0, 1) is None

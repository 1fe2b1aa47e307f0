"""Places: a row's number or a time, as people write them."""

from __future__ import annotations

import pytest

from app.place import Place, place

NOW = 1_800_000_000_000_000_000


@pytest.mark.parametrize(("text", "seq"), [("4711", 4711), ("#12", 12), (" 1,204,000 ", 1_204_000), ("1_000", 1000)])
def test_numbers_are_rows(text, seq):
    assert place(text) == Place(seq=seq)


def test_times_are_moments():
    assert place("5m", NOW) == Place(at=NOW - 300_000_000_000)
    assert place("2027-01-15T08:00:00Z") == Place(at=NOW)


@pytest.mark.parametrize("text", ["", "soon", "#", "12x", "-3", "25:99"])
def test_anything_else_is_refused_with_examples(text):
    with pytest.raises(ValueError, match="write a number such as 4711"):
        place(text)

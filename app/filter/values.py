"""Values: what a header or a place in a payload holds, compared with the words of a filter.

A value may be text, number, true, false or null, in any row another. A number in the filter compares with numbers, and
is equal to the same number written as text; everything else compares as text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.filter.order import ORDER
from app.filter.predicates import Pattern
from app.filter.terms import Word

EXACT: Final = 2**53 - 1
"""Whole numbers up to this are exact as floats; larger ones are compared as text."""

WORDS: Final = {True: "true", False: "false", None: "null"}


class Wanted:
    """`sign` and words of a term, for values of any kind."""

    def __init__(self, sign: str, words: Sequence[Word]) -> None:
        self.unequal = sign == "!="
        """Whether a row passes by having values of which none is among the words."""
        self.anything = any(word.text == "*" and not word.quoted for word in words)
        self._order = ORDER.get(sign)
        self._word = words[0].text
        self._patterns = [Pattern(word) for word in words]
        self._numbers = [number for word in words if (number := as_number(word)) is not None]

    def numbers(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which numbers are wanted."""
        mask: NDArray[np.bool_]
        if self._order is None and self.anything:
            mask = np.ones(len(values), np.bool_)
        elif self._order is None:
            mask = values == self._numbers[0] if len(self._numbers) == 1 else np.isin(values, self._numbers)
        elif self._numbers:
            mask = self._order(values, self._numbers[0])
        else:
            mask = np.zeros(len(values), np.bool_)
        return mask

    def number(self, value: float) -> bool:
        """Whether a number is wanted."""
        if self._order is None:
            return self.anything or value in self._numbers
        return bool(self._numbers) and bool(self._order(value, self._numbers[0]))

    def text(self, text: str) -> bool:
        """Whether a text is wanted."""
        if self._order is None:
            return any(pattern(text) for pattern in self._patterns)
        return not self._numbers and bool(self._order(text, self._word))

    def codes(self, texts: Mapping[str, int]) -> list[int]:
        """The codes of those texts that are wanted."""
        exact = [pattern.exact for pattern in self._patterns]
        if self._order is not None or None in exact:
            return [code for text, code in texts.items() if self.text(text)]
        return [texts[text] for text in exact if text is not None and text in texts]

    def any_of(self, values: Sequence[str | float]) -> bool:
        """Whether a row with these values passes; one without any never does."""
        hits = (self.text(value) if isinstance(value, str) else self.number(value) for value in values)
        return bool(values) and any(hits) is not self.unequal


def as_number(word: Word) -> float | None:
    """The number that a word writes, if it does and a float holds it exactly enough."""
    try:
        number = float(word.text)
    except ValueError:
        return None
    return None if word.quoted or not math.isfinite(number) or abs(number) > EXACT else number


def plain_value(value: Any) -> str | float:
    """A JSON value as the number or the text that it is compared by."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return WORDS[value]
    if isinstance(value, int | float):
        return float(value) if abs(value) <= EXACT or not isinstance(value, int) else str(value)
    return f"({type(value).__name__})"

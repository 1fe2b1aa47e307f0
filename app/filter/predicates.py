"""Predicates: the leaves of a filter, each testing one thing of many rows at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np

from app.filter.chosen import chosen
from app.filter.expression import BYTES, TEXTS, Mask, Node, Span
from app.filter.needle import needle
from app.filter.terms import Word
from app.store.packing import STAND_INS, one_text
from connectors.capture.row_text import TEXTS as TEXT_FIELDS
from eventscope.step import UNKNOWN

CODES: Final = 2**16
"""How many codes there are in a chunk."""

MANY: Final = 4
"""From so many codes on, looking codes up in a table is faster than comparing with each."""

SEARCHED: Final = ("type", "category", "producer", "channel", "subscription", "correlation")
"""Coded columns in which free text is searched; the arenas have the rest."""


class Pattern:
    """A value of a text field: exact, or with `*` for any text and `?` for any one character.

    Pieces between stars are found one after the other, each at its first place, so that no text makes it slow.
    """

    def __init__(self, word: Word) -> None:
        self.exact = None if not word.quoted and set("*?") & set(word.text) else word.text
        pieces = word.text.split("*")
        compiled = [re.compile(re.escape(piece).replace(r"\?", "."), re.DOTALL) for piece in pieces]
        self._first, *self._middle = compiled
        self._last = self._middle.pop() if self._middle else None
        self._last_length = len(pieces[-1])

    def __call__(self, text: str | None) -> bool:
        """Whether a text is meant; None never is."""
        if text is None or self.exact is not None:
            return text is not None and text == self.exact
        if self._last is None:
            return self._first.fullmatch(text) is not None
        found = self._first.match(text)
        for piece in self._middle:
            found = found and piece.search(text, found.end())
        tail = len(text) - self._last_length
        return found is not None and tail >= found.end() and self._last.match(text, tail) is not None


class Coded(Node):
    """Tests a dictionary-encoded column. Each text is decided once, each row by its code.

    `exact` are the texts that alone pass; `possible` is a quick test of many texts, False when none of them passes.
    """

    def __init__(
        self,
        column: str,
        test: Callable[[str | None], bool],
        exact: Sequence[str] | None = None,
        possible: Callable[[Iterable[str | None]], bool] = lambda texts: True,
    ) -> None:
        self.column = column
        self._test = test
        self._exact = exact
        self._possible = possible
        self._last: tuple[int, int, list[int]] = (-1, 0, [])

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows have a code whose text passes."""
        codes = getattr(span.chunk, self.column)[span.start : span.stop]
        passing = self._passing(span, codes)
        if len(passing) > MANY:
            table = np.zeros(CODES, np.bool_)
            table[passing] = True
            mask: Mask = table[codes]
            return mask
        mask = codes == passing[0] if passing else np.zeros(len(codes), np.bool_)
        for code in passing[1:]:
            mask |= codes == code
        return mask

    def _passing(self, span: Span, codes: Any) -> Sequence[int]:
        dictionary = span.chunk.dictionaries[self.column]
        if self._exact is not None:
            return [code for text in self._exact if (code := dictionary.code(text)) is not None]
        texts = dictionary.values
        if len(texts) > len(codes):
            return self._tested(texts, np.flatnonzero(np.bincount(codes)).tolist())
        return self._decided(span.chunk.serial, texts)

    def _decided(self, serial: int, texts: Sequence[str | None]) -> Sequence[int]:
        """The codes of all texts of a chunk that pass; each text is tested once while the same chunk is asked about."""
        (last, count, passing), total = self._last, len(texts)
        if last != serial:
            count, passing = 0, []
        passing = passing + self._tested(texts, range(count, total))
        self._last = serial, total, passing
        return passing

    def _tested(self, texts: Sequence[str | None], codes: Sequence[int]) -> list[int]:
        possible = self._possible(map(texts.__getitem__, codes))
        return [code for code in codes if self._test(texts[code])] if possible else []


class Numbers(Node):
    """Tests a column of numbers; rows where the number is `unknown` do not pass."""

    def __init__(self, column: str, test: Callable[[Any], Any], unknown: float) -> None:
        self.column = column
        self._test = test
        self._unknown = unknown
        self._passes_unknown = bool(test(np.array([unknown])).any())

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows have a number that passes."""
        values = getattr(span.chunk, self.column)[span.start : span.stop]
        mask: Mask = self._test(values)
        if self._passes_unknown:
            mask &= (values != self._unknown) & (values == values)  # NaN differs from itself
        return mask


class RowNumber(Node):
    """Tests the number of a row."""

    def __init__(self, test: Callable[[Any], Any]) -> None:
        self._test = test

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows have a number that passes."""
        mask: Mask = self._test(span.chunk.seqs_of(np.arange(span.start, span.stop)))
        return mask


class Moment(Node):
    """Tests when a row happened: when the event occurred, or was observed if that is unknown."""

    def __init__(self, test: Callable[[Any], Any]) -> None:
        self._test = test

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows happened at a time that passes."""
        rows = slice(span.start, span.stop)
        occurred = span.chunk.occurred[rows]
        mask: Mask = self._test(np.where(occurred == UNKNOWN, span.chunk.observed[rows], occurred))
        return mask


class RowText(Node):
    """Tests one of the texts that are not coded: id, causation, key, error or headers."""

    cost = TEXTS

    def __init__(self, field: str, test: Callable[[str | None], bool], exact: Sequence[str] | None = None) -> None:
        self._place = TEXT_FIELDS.index(field)
        self._test = test
        findable = exact is not None and all(exact)
        self._needles = [needle(text.translate(STAND_INS)) for text in exact or ()] if findable else None

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows have a text that passes; an exact one is searched first, then compared."""
        candidates = np.ones(span.rows, np.bool_) if among is None else among.copy()
        if self._needles is not None:
            hits = [each.rows(span.chunk.texts, span.start, span.stop, among) for each in self._needles]
            candidates &= np.logical_or.reduce(hits)
        return chosen(span.chunk.texts, span, candidates, lambda row: self._test(one_text(row, self._place)))


class FreeText(Node):
    """Searches type, category, producer, channel, subscription, ids, key, error, headers and payload."""

    cost = BYTES

    def __init__(self, text: str) -> None:
        self._payload = needle(text)
        self._text = needle(text.translate(STAND_INS))
        many = self._payload.in_any
        self._coded = [Coded(column, self._payload.in_text, possible=many) for column in SEARCHED]

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows hold the text anywhere."""
        found = np.zeros(span.rows, np.bool_)
        for coded in self._coded:
            found |= coded.mask(span)
        open_rows = ~found if among is None else among & ~found
        found |= self._text.rows(span.chunk.texts, span.start, span.stop, open_rows)
        open_rows &= ~found
        found |= self._payload.rows(span.chunk.payloads, span.start, span.stop, open_rows)
        return found

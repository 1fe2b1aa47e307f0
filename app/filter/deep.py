"""Deep predicates: leaves of a filter that decode headers or payloads, or search them with a regular expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
import numpy as np

from app.filter.chosen import FEW, chosen
from app.filter.expression import DECODED, Mask, Node, Span
from app.filter.extract import elements, extract
from app.filter.json_path import ABSENT, JsonPath, Several
from app.filter.predicates import SEARCHED, Coded
from app.filter.values import Wanted
from app.store.packing import one_text
from connectors.capture.row_text import EMPTY, SEPARATOR, TEXTS

HEADERS: Final = TEXTS.index("headers")

ABSENT_TEXTS: Final = (b"", EMPTY.encode())
"""How a row's texts write what is not there, and the empty text."""

read_headers: Final = msgspec.json.Decoder(list[tuple[str, Any]]).decode


class PayloadPlace(Node):
    """Tests the values at a path of JSON payloads."""

    cost = DECODED

    def __init__(self, path: JsonPath, wanted: Wanted) -> None:
        self._path = path
        self._wanted = wanted

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows have a value that passes."""
        if among is not None and np.count_nonzero(among) * FEW < span.rows:
            return chosen(span.chunk.payloads, span, among, self._passes)
        return extract(span.chunk, self._path, span.start, span.stop).mask(self._wanted)

    def _passes(self, payload: bytes) -> bool:
        (value,) = self._path.column([payload])
        return value is not ABSENT and self._wanted.any_of(elements(value))


class HeaderValue(Node):
    """Tests a header by its name, in any case."""

    cost = DECODED

    def __init__(self, name: str, wanted: Wanted) -> None:
        self._name = name.casefold()
        self._wanted = wanted

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows have such a header with a value that passes."""
        return chosen(span.chunk.texts, span, among, self._passes)

    def _passes(self, row: bytes) -> bool:
        headers = one_text(row, HEADERS)
        if not headers:
            return False
        try:
            pairs = read_headers(headers)
        except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
            return False
        return self._wanted.any_of(elements(Several(value for name, value in pairs if name.casefold() == self._name)))


class RegexText(Node):
    """Searches with a regular expression what free text is searched in, each field by itself."""

    cost = DECODED

    def __init__(self, search: Callable[[bytes], Any]) -> None:
        self._search = search
        self._coded = [Coded(column, self._in_text) for column in SEARCHED]

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows match anywhere."""
        found = np.zeros(span.rows, np.bool_)
        for coded in self._coded:
            found |= coded.mask(span)
        for arena, test in ((span.chunk.texts, self._in_texts), (span.chunk.payloads, self._in_payload)):
            found |= chosen(arena, span, ~found if among is None else among & ~found, test)
        return found

    def _in_text(self, text: str | None) -> bool:
        return bool(text) and self._in_payload((text or "").encode("utf-8", "surrogatepass"))

    def _in_texts(self, row: bytes) -> bool:
        search = self._search
        texts = (text for text in row.split(SEPARATOR.encode()) if text not in ABSENT_TEXTS)
        return bool(row) and any(search(text) is not None for text in texts)

    def _in_payload(self, payload: bytes) -> bool:
        return bool(payload) and self._search(payload) is not None

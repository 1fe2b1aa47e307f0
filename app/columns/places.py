"""Places: fields inside an event that programs choose themselves, a header by its name or a path into the payload."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from app.columns import readers
from app.columns.field import Field
from app.columns.same import same
from app.columns.wording import cell, value_text
from app.display import display
from app.filter.extract import elements
from app.filter.json_path import ABSENT, JsonPath
from app.store.stored import StoredEvent

__all__ = ["header_field", "payload_field"]

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of payload that are read for a cell; of a larger one only its detail tells."""


@lru_cache(256)
def header_field(name: str, header: str) -> Field:
    """A header by its name, in any case; raises ValueError when there is no name."""
    if not header:
        raise ValueError("The name of the header is missing; write header.NAME.")
    wanted = header.casefold()
    return place(
        name, header, "A header", lambda event: readers.first_header(event.headers, wanted), readers.headers(header)
    )


@lru_cache(256)
def payload_field(name: str, text: str) -> Field:
    """A place in JSON payloads, such as `items[0].sku`; raises ValueError with a sentence."""
    path = JsonPath(text)

    def value(event: StoredEvent) -> Any:
        if not event.payload or len(event.payload) > LARGEST:
            return ABSENT
        return path.column([event.payload])[0]

    return place(name, text, "A place in the payload", value, readers.payloads(path))


def place(name: str, title: str, meaning: str, value: Callable[[StoredEvent], Any], cells: readers.Reader) -> Field:
    """A field whose values may be of any kind."""

    def whole(event: StoredEvent) -> str:
        found = value(event)
        return "" if found is ABSENT else value_text(found)

    def alike(event: StoredEvent) -> str:
        found = value(event)
        if found is ABSENT:
            return same(name, None)
        return same(name, *dict.fromkeys(map(value_text, elements(found))))

    return Field(name, display(title, limit=80), meaning, lambda event: cell(whole(event)), whole, cells, alike)

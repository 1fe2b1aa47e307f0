"""Row text: id, causation id, key, error and headers of a row as one text, in a chunk as well as in a leaf."""

from __future__ import annotations

from typing import Final

__all__ = ["EMPTY", "NO_PAYLOAD", "SEPARATOR", "TEXTS", "split_texts", "told"]

TEXTS: Final = ("id", "causation", "key", "error", "headers")
"""The texts that are nearly always different, in the order in which a row's text holds them."""

SEPARATOR: Final = "\x1f"
EMPTY: Final = "\x00"
"""How the empty text is written; nothing at all means absent."""

NO_PAYLOAD: Final = 0xFFFF_FFFF
"""The size of a payload that is not there."""


def split_texts(data: bytes) -> list[str | None]:
    """The texts of one row, in the order of TEXTS."""
    texts = [told(text) for text in data.decode("utf-8", "surrogatepass").split(SEPARATOR)]
    return texts + [None] * (len(TEXTS) - len(texts))


def told(text: str) -> str | None:
    """What is meant by a text as it is written."""
    return None if not text else "" if text == EMPTY else text

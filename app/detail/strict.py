"""Strict: whether a text is JSON that every strict reader takes, found out piece by piece.

The whole at once would stop all other threads for as long as it takes: a decoder in C lets nobody else run.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Final

import msgspec
import numpy as np

from app.detail.json_text import NAME, JsonText, JsonValue
from app.detail.tape import Progress, no_progress
from app.payload import NotJson

__all__ = ["require_json"]

PIECE: Final = 64 * 1024
"""Bytes read at once: a tenth of a millisecond."""

check: Final = msgspec.json.Decoder(msgspec.Raw).decode
"""Reads over a text without making values of it."""

UTF8: Final = getincrementaldecoder("utf-8")
PARTNERS: Final = {b"[": b"]", b"{": b"}"}


def require_json(text: JsonText, progress: Progress = no_progress) -> None:
    """Raise NotJson if the text is not JSON. Numbers may be of any size: they stay as they are written."""
    for piece, end in pieces(text.root):
        try:
            check(piece)
            piece.decode()  # the check does not look into strings
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise NotJson(str(error)) from error
        progress(end / len(text.data))


def pieces(value: JsonValue) -> Iterator[tuple[bytes, int]]:
    """Texts that all are JSON if the value is, and where each ends in the whole."""
    if value.end - value.start <= PIECE:
        yield value.raw, value.end
    elif value.is_container:
        yield from groups(value)
    else:
        require_string(value)


def groups(value: JsonValue) -> Iterator[tuple[bytes, int]]:
    """The members of a large object or array, as many together as make a piece."""
    data, borders = value.text.data, value.borders()
    opening = data[value.start : value.start + 1]
    closing = PARTNERS[opening]
    if data[value.end - 1 : value.end] != closing:
        raise NotJson("brackets do not fit")
    first = 0
    while first < len(borders) - 1:
        begin = int(borders[first])
        stop = max(int(np.searchsorted(borders, np.uint32(begin + PIECE), side="right")) - 1, first + 1)
        end = int(borders[stop])
        if stop == first + 1 and end - begin > PIECE:
            if value.is_object and not NAME.match(data, begin + 1, end):
                raise NotJson("a member without a name")
            yield from pieces(value.member(first)[1])
        elif not (inside := data[begin + 1 : end]).strip():
            raise NotJson("a comma beside which nothing stands")
        else:
            yield opening + inside + closing, end
        first = stop


def require_string(value: JsonValue) -> None:
    """Raise NotJson if a large value is no string of UTF-8; its escapes are read when it is looked at."""
    data = value.text.data
    if not (data.startswith(b'"', value.start) and data.endswith(b'"', 0, value.end)):
        raise NotJson("neither brackets nor quotes around so long a value")
    decoder = UTF8()
    try:
        for start in range(value.start, value.end, PIECE):
            decoder.decode(data[start : min(start + PIECE, value.end)], start + PIECE >= value.end)
    except UnicodeDecodeError as error:
        raise NotJson(str(error)) from error

"""Readers: the cells of one field for many rows of a chunk, to sort by. They may run in any thread, and hold no other
up for long: Python is asked once for each different text where the store keeps texts by number, else once for each row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from app.columns.sort_keys import MISSING, TEXTS, Cells, cells_of, of_floats, of_texts, of_wholes
from app.columns.words import Words
from app.filter.extract import SPAN, elements, extract
from app.filter.json_path import ABSENT, JsonPath
from app.payload import summary
from app.store.arena import Arena
from app.store.chunk import Chunk
from app.store.packing import one_text
from app.store.stored import Rows
from connectors.capture.row_text import TEXTS as TEXT_FIELDS
from eventscope.step import UNKNOWN

__all__ = ["Reader", "coded", "durations", "headers", "infos", "moments", "payloads", "row_texts", "seqs", "wholes"]

Reader = Callable[[Chunk, Rows, Words], Cells]

DENSE: Final = 8
"""When at least one in so many rows is asked for, all of a span are read, and kept for the next time."""
HEADERS: Final = TEXT_FIELDS.index("headers")
ERROR: Final = TEXT_FIELDS.index("error")

read_headers: Final = msgspec.json.Decoder(list[tuple[str, Any]]).decode


def seqs(chunk: Chunk, rows: Rows, words: Words) -> Cells:
    """The numbers of the rows."""
    return of_wholes(chunk.seqs_of(rows))


def moments(chunk: Chunk, rows: Rows, words: Words) -> Cells:
    """When each row happened, or was seen if that is unknown."""
    occurred = chunk.occurred[rows]
    return of_wholes(np.where(occurred == UNKNOWN, chunk.observed[rows], occurred))


def wholes(column: str, unknown: int | None = None) -> Reader:
    """Reads a column of whole numbers, of which one means unknown."""
    return lambda chunk, rows, words: of_wholes(getattr(chunk, column)[rows], unknown)


def durations(column: str) -> Reader:
    """Reads a column of durations."""
    return lambda chunk, rows, words: of_floats(getattr(chunk, column)[rows])


def coded(column: str) -> Reader:
    """Reads a column of texts that the chunk keeps by number."""

    def reader(chunk: Chunk, rows: Rows, words: Words) -> Cells:
        codes = getattr(chunk, column)[rows]
        texts = chunk.dictionaries[column].values
        used = np.flatnonzero(np.bincount(codes, minlength=1))
        table = np.full(int(used[-1]) + 1 if len(used) else 1, MISSING)
        table[used] = of_texts([texts[code] for code in used.tolist()], words)
        cells: Cells = table[codes]
        return cells

    return reader


def row_texts(field: str) -> Reader:
    """Reads one of the texts that are nearly always different."""
    place = TEXT_FIELDS.index(field)
    return lambda chunk, rows, words: of_texts([one_text(text, place) for text in strings(chunk.texts, rows)], words)


def strings(arena: Arena, rows: Rows) -> Sequence[bytes]:
    """The byte strings of ascending rows; faster than one by one where most rows of a stretch are asked for."""
    first, last = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 0)
    if len(rows) == last - first:
        return arena.strings(first, last)
    return [arena[row] for row in rows.tolist()]


def infos(chunk: Chunk, rows: Rows, words: Words) -> Cells:
    """Reads the error of each row, or how its payload begins."""
    errors = (one_text(text, ERROR) for text in strings(chunk.texts, rows))
    told = zip(errors, strings(chunk.payloads, rows), strict=True)
    return of_texts([error or summary(payload) or None for error, payload in told], words)


def headers(name: str) -> Reader:
    """Reads a header by its name, in any case; of several the first."""
    wanted = name.casefold()

    def reader(chunk: Chunk, rows: Rows, words: Words) -> Cells:
        values = [first_header(one_text(text, HEADERS), wanted) for text in strings(chunk.texts, rows)]
        return cells_of(values, ABSENT, words)

    return reader


def first_header(text: str | None, name: str) -> Any:
    """The value of the header of that name (in lower case), ABSENT when there is none."""
    try:
        pairs = read_headers(text) if text else []
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return ABSENT
    return next((value for header, value in pairs if header.casefold() == name), ABSENT)


def payloads(path: JsonPath) -> Reader:
    """Reads the place in the payloads that a path names; of several values the first."""

    def reader(chunk: Chunk, rows: Rows, words: Words) -> Cells:
        cells = [of_span(chunk, path, start, part, words) for start, part in spans(rows)]
        return np.concatenate(cells) if cells else np.empty(0, np.uint64)

    return reader


def spans(rows: Rows) -> Iterator[tuple[int, Rows]]:
    """Ascending rows by the span of an extract that they are in."""
    first, last = (int(rows[0]), int(rows[-1])) if len(rows) else (0, -1)
    for start in range(first - first % SPAN, last + 1, SPAN):
        low, high = np.searchsorted(rows, (start, start + SPAN))
        if low < high:
            yield start, rows[low:high]


def of_span(chunk: Chunk, path: JsonPath, start: int, rows: Rows, words: Words) -> Cells:
    """The cells of some rows of a span."""
    stop = min(start + SPAN, chunk.rows)
    if len(rows) * DENSE < stop - start:
        return cells_of([first_of(path, chunk.payloads[row]) for row in rows.tolist()], ABSENT, words)
    found = extract(chunk, path, start, stop)
    first = np.flatnonzero(np.diff(found.rows, prepend=-1))
    texts = words.numbers(found.texts).astype(np.uint64) + TEXTS
    cells = np.full(found.total, MISSING)
    cells[found.rows[first]] = np.where(
        found.codes[first] < 0, of_floats(found.numbers[first]), np.append(texts, MISSING)[found.codes[first]]
    )
    return cells[rows - start]


def first_of(path: JsonPath, payload: bytes) -> Any:
    """The first value at a path, as an extract gives it; ABSENT when there is none."""
    (value,) = path.column([payload])
    return value if value is ABSENT else next(iter(elements(value)), ABSENT)

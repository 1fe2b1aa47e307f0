"""Rows of a leaf of a capture, as a source hands them over: still in the columns of the file, checked.

They are records only for those who cannot use the columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from connectors.capture.codec import Damaged
from connectors.capture.layout import CODED, LeafHead
from connectors.capture.leaf import Leaf
from connectors.capture.reader import CaptureReader
from connectors.capture.row_text import NO_PAYLOAD, split_texts
from connectors.capture.strings import Strings
from eventscope.connector import Record, Replay
from eventscope.step import UNKNOWN

__all__ = ["Home", "LeafRows", "Run", "home_of", "rows_of"]

NOBODY: Final[Mapping[int, Replay]] = {}

FIELDS: Final = {"correlation_id": "correlation"} | {
    name: name for name in ("type", "category", "producer", "channel", "subscription", "envelope")
}
"""The column of codes behind a field of a record."""

NUMBERS: Final = {"occurred_at": "occurred"} | {name: name for name in ("priority", "phase", "attempt", "fanout")}
DURATIONS: Final = {"queue_ns": "queue", "handle_ns": "handle", "total_ns": "total"}
TEXTS: Final = ("id", "causation_id", "key", "error", "headers")

Run = tuple[bytes, NDArray[np.int64]]
"""Byte strings, each with a newline behind it, all joined, and the bounds between them."""


class Home(NamedTuple):
    """Where rows lie for good: from row `start` on in a settled leaf, of so many `bytes` of payloads and texts."""

    reader: CaptureReader
    head: LeafHead
    bytes: int
    start: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class LeafRows(Sequence[Record]):
    """`columns` are those of the leaf, `dictionaries` the texts behind its codes, `notes` what was noted, by row."""

    rows: int
    columns: Mapping[str, NDArray[Any]]
    dictionaries: Mapping[str, list[str | None]]
    payloads: Run
    texts: Run
    notes: Mapping[int, Replay]
    home: Home | None = None

    def __len__(self) -> int:
        return self.rows

    @overload
    def __getitem__(self, at: int) -> Record: ...
    @overload
    def __getitem__(self, at: slice) -> list[Record]: ...
    def __getitem__(self, at: int | slice) -> Record | list[Record]:
        return list(self)[at]

    def __iter__(self) -> Iterator[Record]:
        sizes = self.columns["size"].tolist()
        payloads = [None if size == NO_PAYLOAD else data for size, data in zip(sizes, cut(self.payloads), strict=True)]
        columns: dict[str, Sequence[Any]] = {"payload": payloads, "replay": self._replays()}
        columns |= {field: self._texts(name) for field, name in FIELDS.items()}
        columns |= {field: self.columns[name].tolist() for field, name in NUMBERS.items()}
        columns |= {field: whole(self.columns[name]) for field, name in DURATIONS.items()}
        columns |= zip(TEXTS, zip(*map(split_texts, cut(self.texts)), strict=True), strict=True)
        return map(Record._make, zip(*(columns[field] for field in Record._fields), strict=True))

    def _texts(self, name: str) -> list[str | None]:
        texts = self.dictionaries[name]
        return [texts[code] for code in self.columns[name].tolist()]

    def _replays(self) -> list[Replay]:
        told = zip(self._texts("source"), self.columns["observed"].tolist(), strict=True)
        return [
            self.notes.get(row, Replay())._replace(source=source, observed_at=observed)
            for row, (source, observed) in enumerate(told)
        ]


def home_of(reader: CaptureReader, head: LeafHead, leaf: Leaf) -> Home | None:
    """Where the rows of a leaf can be read again at any time, each code as it is now; None if they can not."""
    if not head.settled or any(len({*texts}) < len(texts) for texts in leaf.dictionaries.values()):
        return None
    return Home(reader, head, int(leaf.payloads.places.at[-1]) + int(leaf.texts.places.at[-1]))


def rows_of(
    leaf: Leaf, start: int, stop: int, notes: Mapping[int, Replay] = NOBODY, home: Home | None = None
) -> LeafRows:
    """Rows `start` to `stop` of a leaf, with what was noted about them by number. Raises Damaged."""
    columns = {name: column[start:stop] for name, column in leaf.columns.items()}
    payloads, texts = run_of(leaf.payloads, start, stop), run_of(leaf.texts, start, stop)
    demand_text(texts[0])
    noted = {}
    if notes:
        seqs = (
            range(leaf.first_seq + start, leaf.first_seq + stop)
            if leaf.seqs is None
            else leaf.seqs[start:stop].tolist()
        )
        noted = {row: notes[seq] for row, seq in enumerate(seqs) if seq in notes}
    dictionaries = {name: leaf.dictionaries[name] for name in CODED}
    return LeafRows(stop - start, columns, dictionaries, payloads, texts, noted, home and home._replace(start=start))


def run_of(strings: Strings, start: int, stop: int) -> Run:
    """The strings of rows `start` to `stop`. Raises Damaged."""
    data = b"\n".join((*strings.strings(start, stop), b""))
    bounds = strings.places.at[start : stop + 1].astype(np.int64)
    bounds -= bounds[0]
    if len(data) != bounds[-1]:
        raise Damaged("strings of other sizes")
    return data, bounds


def demand_text(data: bytes) -> None:
    """Raise Damaged for what is no text."""
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise Damaged(str(error)) from error


def cut(run: Run) -> list[bytes]:
    """The strings of a run."""
    data, bounds = run
    return [data[first : last - 1] for first, last in pairwise(bounds.tolist())]


def whole(durations: NDArray[Any]) -> list[int]:
    """Durations as whole nanoseconds, UNKNOWN where there are none."""
    wide = durations.astype(np.float64)
    known = np.isfinite(wide) & (np.abs(wide) < 2.0**63)
    numbers: list[int] = np.where(known, np.where(known, wide, 0).astype(np.int64), UNKNOWN).tolist()
    return numbers

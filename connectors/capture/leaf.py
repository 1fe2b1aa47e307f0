"""Leaf: rows as they lie in a capture file, and how they are taken apart into pieces and put together again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from connectors.capture.codec import Damaged, array_bytes, array_of, texts_bytes, texts_of
from connectors.capture.correlations import buckets_of
from connectors.capture.layout import (
    BUCKET,
    CODED,
    COLUMN,
    COLUMNS,
    DICTIONARY,
    GROUP,
    PLACES,
    SEQS,
    STRINGS,
    LeafHead,
)
from connectors.capture.strings import Strings, places_bytes, places_from

__all__ = ["Leaf", "Pieces", "decode", "encode"]

Pieces = Callable[[int], bytes]
"""Gives the piece with a number; raises Damaged when it is not there or not whole."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Some rows. `columns` are those of `layout.COLUMNS`, in elements that may be smaller; not to be written to.

    `seqs` is None where the numbers of the rows follow one another. Each dictionary begins with None.
    """

    first_seq: int
    rows: int
    seqs: NDArray[np.int64] | None
    columns: Mapping[str, NDArray[Any]]
    dictionaries: Mapping[str, list[str | None]]
    payloads: Strings
    texts: Strings

    @property
    def last_seq(self) -> int:
        """The number of its last row."""
        return self.first_seq + self.rows - 1 if self.seqs is None else int(self.seqs[-1])

    def head(self, leaf: int, position: int, *, settled: bool) -> LeafHead:
        """What is known of it, as leaf with this number behind so many rows."""
        counts = tuple(len(self.dictionaries[name]) for name in CODED)
        return LeafHead(leaf, settled, position, self.rows, self.first_seq, self.last_seq, counts)


def encode(leaf: Leaf, *, settled: bool) -> dict[int, bytes]:
    """The pieces of a leaf by their numbers; one that is settled can be asked for correlations. Raises TooLarge."""
    pieces = {COLUMN[name]: array_bytes(leaf.columns[name]) for name in COLUMNS}
    pieces |= {DICTIONARY[name]: texts_bytes(leaf.dictionaries[name]) for name in CODED}
    for name, strings in zip(STRINGS, (leaf.payloads, leaf.texts), strict=True):
        places = strings.places
        pieces[PLACES[name]] = places_bytes(places)
        for group in range(len(places.groups)):
            pieces[GROUP[name] + group] = bytes(strings.packed[places.span_of(group)])
    if leaf.seqs is not None:
        pieces[SEQS] = array_bytes(leaf.seqs)
    if settled:
        buckets = buckets_of(leaf.dictionaries["correlation"])
        pieces |= {BUCKET + place: data for place, data in enumerate(buckets)}
    return pieces


def decode(head: LeafHead, piece: Pieces) -> Leaf:
    """A leaf out of its pieces. Raises Damaged."""
    return Leaf(
        first_seq=head.first_seq,
        rows=head.rows,
        seqs=seqs_of(head, piece),
        columns={name: column_of(head, name, piece) for name in COLUMNS},
        dictionaries={name: dictionary_of(head, name, piece) for name in CODED},
        payloads=strings_from(head, "payloads", piece),
        texts=strings_from(head, "texts", piece),
    )


def seqs_of(head: LeafHead, piece: Pieces) -> NDArray[np.int64] | None:
    """The numbers of the rows, if they do not follow one another. Raises Damaged."""
    if not head.gaps:
        return None
    seqs = array_of(piece(SEQS), head.rows, "i8")
    if (seqs[0], seqs[-1]) != (head.first_seq, head.last_seq) or (seqs[1:] <= seqs[:-1]).any():
        raise Damaged("row numbers that do not ascend")
    return seqs


def column_of(head: LeafHead, name: str, piece: Pieces) -> NDArray[Any]:
    """One column; codes are all in the dictionary. Raises Damaged."""
    column = array_of(piece(COLUMN[name]), head.rows, COLUMNS[name])
    if name in CODED and column.max(initial=0) >= head.counts[CODED.index(name)]:
        raise Damaged(f"a {name} that is not in the dictionary")
    return column


def dictionary_of(head: LeafHead, name: str, piece: Pieces) -> list[str | None]:
    """The texts behind the codes of a column. Raises Damaged."""
    return texts_of(piece(DICTIONARY[name]), head.counts[CODED.index(name)])


def strings_from(head: LeafHead, name: str, piece: Pieces) -> Strings:
    """All payloads or texts, still compressed. Raises Damaged."""
    places = places_from(piece(PLACES[name]), head.rows)
    spans = map(places.span_of, range(len(places.groups)))
    return Strings(places, b"".join(group_of(span, piece(GROUP[name] + n)) for n, span in enumerate(spans)))


def group_of(span: slice, data: bytes) -> bytes:
    """The blocks of a group, which must be as long as the places say. Raises Damaged."""
    if len(data) != span.stop - span.start:
        raise Damaged("blocks that are cut")
    return data

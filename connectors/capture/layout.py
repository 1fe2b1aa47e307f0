"""Layout: what lies where in a capture file. A capture is an SQLite database; docs/captures.md describes it.

Rows lie in **leaves**, up to some ten thousand together, and a leaf is kept in **pieces**: one for each column, one
for each dictionary, and several for the payloads and texts. A leaf that is *settled* has a row in the table of
pieces for each of them, so that they can be read one by one; one of the *journal* has them all bundled in one.
Every row of every table has a check sum that covers its own number as well.
"""

from __future__ import annotations

import json
import zlib
from typing import Any, Final, NamedTuple

SUFFIX: Final = ".eventscope"

APPLICATION_ID: Final = 0x45565343
"""`EVSC`, where SQLite says whose file it is."""

VERSION: Final = 1

PAGE_BYTES: Final = 4_096
"""Of the pages of the database."""

SCHEMA: Final = (
    "CREATE TABLE documents (id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, data BLOB NOT NULL)",
    "CREATE TABLE leaves (id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, data BLOB NOT NULL)",
    "CREATE TABLE pieces (id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, data BLOB NOT NULL)",
)
"""A file with anything else in it is not read."""

DOCUMENTS: Final = {"header": 1, "sources": 2, "notes": 3, "losses": 4, "extent": 5, "told": 6}
"""Documents in JSON, and their numbers: who recorded and when, the sources by name, what was noted about rows, rows
that were not recorded, how many rows there are, and what sources told of themselves and of their brokers."""

CODED: Final = (
    "type",
    "category",
    "source",
    "producer",
    "channel",
    "correlation",
    "subscription",
    "envelope",
)
"""Columns of codes: numbers of texts in the dictionary of that name, whose first text is None."""

COLUMNS: Final[dict[str, str]] = {
    **dict.fromkeys(CODED, "u2"),
    "phase": "u1",
    "priority": "i1",
    "attempt": "u2",
    "fanout": "i4",
    "size": "u4",
    "occurred": "i8",
    "observed": "i8",
    "queue": "f4",
    "handle": "f4",
    "total": "f4",
}
"""All columns and their widest elements, as NumPy names them; narrower ones stand in the file where they do."""

STRINGS: Final = ("payloads", "texts")
"""Byte strings, one for each row. A row's text has id, causation id, key, error and headers."""

MOST_ROWS: Final = 65_535
"""Of a leaf."""

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of any piece, of what it is inflated to, and of all payloads or all texts of a leaf."""

MOST_STORED: Final = 3 * MOST_BYTES
"""Of the data of any row of a table: what hardly can be compressed, all pieces of a leaf in one."""

GROUP_BYTES: Final = 256 * 1024
"""Blocks of strings lie together in pieces of this size; only a block that is larger has a larger piece."""

LEAF_BITS: Final = 16

BUNDLE: Final = 0
SEQS: Final = 1
COLUMN: Final = {name: 16 + place for place, name in enumerate(COLUMNS)}
DICTIONARY: Final = {name: 64 + place for place, name in enumerate(CODED)}
PLACES: Final = {name: 96 + place for place, name in enumerate(STRINGS)}
BUCKET: Final = 256
GROUP: Final = {"payloads": 4_096, "texts": 20_480}
MOST_GROUPS: Final = 16_384
"""Numbers of the pieces of a leaf; those of buckets and groups count up from these."""


class LeafHead(NamedTuple):
    """What is known of a leaf before it is read.

    `position` rows were recorded before its first. Its rows have the numbers `first_seq` to `last_seq`, one after the
    other unless `gaps`. `counts` has the size of each dictionary, None included, by the names in CODED.
    """

    leaf: int
    settled: bool
    position: int
    rows: int
    first_seq: int
    last_seq: int
    counts: tuple[int, ...]

    @property
    def gaps(self) -> bool:
        """Whether numbers are missing between those of its rows."""
        return self.last_seq - self.first_seq + 1 > self.rows

    @property
    def end(self) -> int:
        """The position behind its rows."""
        return self.position + self.rows


def piece_id(leaf: int, number: int) -> int:
    """The row of a piece in the table of pieces."""
    return leaf << LEAF_BITS | number


def check_sum(row: int, data: bytes | memoryview) -> int:
    """What must stand beside the data of a row, so that neither was changed."""
    return zlib.crc32(data, zlib.crc32(row.to_bytes(8, "big")))


def document_bytes(value: Any) -> bytes:
    """A document as it stands in the file."""
    return json.dumps(value, indent=1).encode()


def head_bytes(head: LeafHead) -> bytes:
    """A head as it stands in the file, without its number."""
    return json.dumps([int(head.settled), *head[2:]], separators=(",", ":")).encode()

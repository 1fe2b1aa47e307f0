"""Which column of an event table is what: named by the user, or found under the names that event stores use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.file.foreign_event import ALIASES, METADATA, PAYLOADS
from eventscope.connector import ConnectorError

__all__ = ["Column", "Columns", "columns_of", "looks_like_events"]

KEYS: Final = ("key", "correlation_id", "causation_id", "producer", "occurred_at", "priority", "category", "type", "id")
"""Columns of a row, those whose usual names are the clearest first."""

STREAMS: Final = ("stream", "stream_id", "stream_name", "streamId", "originator_id", "aggregate", "entity")
VERSIONS: Final = (
    "version",
    "stream_version",
    "aggregate_version",
    "originator_version",
    "stream_position",
    "revision",
)
SEQUENCES: Final = ("sequence", "global_position", "globalPosition", "position", "seq", "sequence_number", "offset")
NAMES: Final[Mapping[str, Sequence[str]]] = {
    **{column: ALIASES[column] for column in KEYS},
    "key": (*(name for name in ALIASES["key"] if name != "key"), *STREAMS, "key"),
    "type": (*ALIASES["type"], "topic"),
    "payload": (*PAYLOADS, "content", "state"),
    "metadata": METADATA,
    "version": VERSIONS,
}
"""The names under which each is looked for, the most telling first."""

ROWID: Final = "rowid"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its declared type, and whether it is the primary key."""

    name: str
    declared: str
    key: int


@dataclass(frozen=True)
class Columns:
    """`found` is by the names in NAMES; `others` are kept as headers; the table is read in the order of `sequence`."""

    sequence: str
    found: Mapping[str, str]
    others: tuple[str, ...]


def looks_like_events(columns: Sequence[Column]) -> bool:
    """Whether a table has what each event store's has: a type, a payload and a stream."""
    found = find(columns, {}, frozenset())
    return {"type", "payload", "key"} <= found.keys()


def columns_of(table: str, columns: Sequence[Column], chosen: Mapping[str, str], *, has_rowid: bool) -> Columns:
    """What is what; `chosen` is what the user said. Raises ConnectorError for a column that is not there."""
    known = {column.name.lower(): column.name for column in columns}
    for option, name in chosen.items():
        if name.lower() not in known and not (option == "sequence" and name.lower() == ROWID):
            raise ConnectorError(f"{option}={name}: the table {table} has no such column; it has {', '.join(known)}")
    sequence = sequence_of(table, columns, chosen, has_rowid=has_rowid)
    mine = {option: known[name.lower()] for option, name in chosen.items() if option != "sequence"}
    found = find(columns, mine, frozenset({sequence}))
    if "id" not in found and sequence != ROWID:
        found["id"] = sequence
    if "type" not in found:
        raise ConnectorError(f"the table {table} has no column that looks like a type of event; name it with type=")
    used = {*found.values(), sequence}
    return Columns(sequence, found, tuple(column.name for column in columns if column.name not in used))


def sequence_of(table: str, columns: Sequence[Column], chosen: Mapping[str, str], *, has_rowid: bool) -> str:
    """The column that grows with each event of the whole table."""
    if "sequence" in chosen:
        return chosen["sequence"]
    numbers = [column for column in columns if "INT" in column.declared.upper()]
    by_name = {column.name.lower(): column.name for column in numbers}
    alias = next((column.name for column in numbers if column.key and column.declared.upper() == "INTEGER"), None)
    if has_rowid and alias is not None and sum(bool(column.key) for column in columns) == 1:
        return alias
    named = next((by_name[name.lower()] for name in SEQUENCES if name.lower() in by_name), None)
    if named is None and not has_rowid:
        raise ConnectorError(f"the table {table} has no rowid; name the column that counts its events with sequence=")
    return named or ROWID


def find(columns: Sequence[Column], chosen: Mapping[str, str], taken: frozenset[str]) -> dict[str, str]:
    """The columns that were chosen, and for the rest those with usual names; none is two things."""
    found = dict(chosen)
    free = {c.name.lower(): c.name for c in columns if c.name not in taken and c.name not in found.values()}
    for what, names in NAMES.items():
        name = next((name.lower() for name in names if name.lower() in free), None)
        if what not in found and name is not None:
            found[what] = free.pop(name)
    return found

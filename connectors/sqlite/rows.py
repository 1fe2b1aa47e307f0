"""Rows of an event table as records: columns first, then what the metadata says, the rest as headers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

from connectors.envelopes.readers import text
from connectors.file.foreign_event import ALIASES
from connectors.file.json_value import read_fields, text_of, value_of
from connectors.file.logline import priority_of
from connectors.sqlite.columns import Columns
from connectors.timestamps import read_time
from eventscope.connector import UNKNOWN_PRIORITY, Record, headers_text
from eventscope.step import UNKNOWN

__all__ = ["RowReader"]

TEXTS: Final = ("type", "id", "category", "correlation_id", "causation_id", "producer", "priority", "key")
IN_METADATA: Final = ("id", "category", "correlation_id", "causation_id", "producer", "priority")
"""What is looked for in the metadata when no column has it."""


class RowReader:
    """Makes records of the rows of `table`, whose values come in the order of `names`, the sequence first."""

    def __init__(self, table: str, columns: Columns) -> None:
        self._table = table
        self._what = [*columns.found, *columns.others]
        self._others = columns.others
        self.names = [columns.sequence, *columns.found.values(), *columns.others]

    def mark(self, row: Sequence[Any]) -> str:
        """By what a row is known again, whatever happens to columns that say nothing of its event."""
        about = repr(row[: 1 + len(self._what) - len(self._others)])
        return blake2b(about.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()

    def read(self, row: Sequence[Any]) -> Record:
        """The record of one row. Never raises, whatever lies in the table."""
        values = dict(zip(self._what, row[1:], strict=True))
        metadata = metadata_of(values.pop("metadata", None))
        fields: dict[str, Any] = {name: text(values.get(name)) for name in TEXTS}
        for name in IN_METADATA:
            fields[name] = fields[name] or from_metadata(name, metadata)
        stream, priority = fields["key"], fields.pop("priority")
        fields["correlation_id"] = fields["correlation_id"] or stream
        pairs = [(name, values[name]) for name in ("version", *self._others) if values.get(name) is not None]
        pairs += ((name, value_of(raw)) for name, raw in metadata.items())
        return Record(
            **fields,
            payload=bytes_of(values.get("payload")),
            priority=UNKNOWN_PRIORITY if priority is None else priority_of(priority),
            occurred_at=time_of(values.get("occurred_at")),
            channel=channel_of(self._table, stream, values.get("version")),
            headers=headers_text(pairs) if pairs else None,
            envelope="event store",
        )


def channel_of(table: str, stream: str | None, version: object) -> str:
    """Where a row was seen: in which stream of the table, at which version."""
    place = table if stream is None else f"{table} → {stream}"
    return f"{place}@{version}" if isinstance(version, int) else place


def metadata_of(value: object) -> dict[str, bytes]:
    """The members of metadata that is a JSON object; other metadata is one member of that name."""
    raw = bytes_of(value)
    if not raw:
        return {}
    try:
        return read_fields(raw)[0]
    except ValueError:
        return {"metadata": json.dumps(text(value)).encode()}


def from_metadata(column: str, metadata: dict[str, bytes]) -> str | None:
    """What the metadata says of a column; it is taken out there."""
    for name in ALIASES[column]:
        raw = metadata.get(name)
        if raw is not None and raw[:1] not in (b"{", b"["):
            del metadata[name]
            return text_of(raw)
    return None


def bytes_of(value: object) -> bytes | None:
    """A payload as the bytes that lie there."""
    if value is None or isinstance(value, bytes):
        return value
    return str(value).encode("utf-8", "surrogateescape")


def time_of(value: object) -> int:
    """Nanoseconds since the epoch, or UNKNOWN."""
    return UNKNOWN if value is None else read_time(text(value) or "")

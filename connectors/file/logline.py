"""A log line that tells of an event: `… [EVENT] order.created | ID: 7 | User: 3 | Data: {"total": 5}`.

Before the mark stands whatever the logging set-up writes; a time found there is the event's. `Data` comes last.
Parts that are no column of ours are kept as headers.
"""

from __future__ import annotations

import re
from typing import Any, Final

from connectors.timestamps import TIME_PATTERN, from_match
from eventscope.connector import UNKNOWN_PRIORITY, Record, headers_text
from eventscope.event import EventPriority
from eventscope.step import UNKNOWN

__all__ = ["MARK", "priority_of", "read_log_line"]

MARK: Final = b"[EVENT] "
DATA: Final = b" | Data: "
ENVELOPE: Final = "log line"

FIELDS: Final = {
    "id": "id",
    "source": "producer",
    "correlation": "correlation_id",
    "correlation id": "correlation_id",
    "causation": "causation_id",
    "causation id": "causation_id",
    "category": "category",
}
"""The columns of parts by their names in lower case."""

_time = re.compile(TIME_PATTERN)


def priority_of(text: str) -> int:
    """The number of a priority that is named or numbered so, or unknown."""
    try:
        return EventPriority.parse(int(text) if text.isdecimal() else text)
    except ValueError:
        return UNKNOWN_PRIORITY


def read_log_line(line: bytes) -> Record | None:
    """The event that a line tells of, or None."""
    before, mark, after = line.partition(MARK)
    if not mark:
        return None
    head, data_mark, data = after.partition(DATA)
    name, *parts = head.decode("utf-8", "backslashreplace").split(" | ")
    if not name.strip():
        return None
    found = _time.search(before.decode("utf-8", "replace"))
    return Record(
        type=name.strip(),
        payload=data.rstrip() if data_mark else None,
        occurred_at=from_match(found) if found else UNKNOWN,
        envelope=ENVELOPE,
        **_columns(parts),
    )


def _columns(parts: list[str]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    others: list[tuple[str, str]] = []
    for part in parts:
        name, colon, value = part.partition(":")
        lower, value = name.strip().lower(), value.strip()
        if lower == "priority":
            columns["priority"] = priority_of(value)
        elif lower in FIELDS and value:
            columns[FIELDS[lower]] = value
        else:
            others.append((name.strip(), value) if colon else ("", part.strip()))
    if others:
        columns["headers"] = headers_text(others)
    return columns

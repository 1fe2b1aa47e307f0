"""Completion: what a filter could go on to, out of the fields, the values seen so far and the filters used before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.columns.recent_places import RecentPlaces
from app.filter.clause import field_text
from app.filter.observed import observed
from app.filter.operators import FIELDS, OPEN_FIELDS
from app.marks import Mark
from app.session import Session
from eventscope.event import EventPriority
from eventscope.step import Phase
from widgets.filter.suggestions import Suggestion, suggestions

__all__ = ["Completion"]

MEANINGS: Final = {
    **{field.name: field.meaning.replace("`", "") for field in FIELDS.values()},
    **{field.prefix: field.meaning.replace("`", "") for field in OPEN_FIELDS},
}
PREFIXES: Final = tuple(field.prefix for field in OPEN_FIELDS)
NAMES: Final[dict[str, Sequence[str]]] = {
    "priority": [priority.name.lower() for priority in reversed(EventPriority)],
    "phase": [phase.label for phase in Phase],
    "is": list(Mark),
}


class Completion:
    """Answers for a session at each key, so it takes no longer than its budget."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._places = RecentPlaces(session.store)

    def __call__(self, text: str) -> list[Suggestion]:
        """What `text` could go on to."""
        return suggestions(text, self._fields(text), self._values, self._session.settings.table.history)

    def _fields(self, text: str) -> Mapping[str, str]:
        """Names with their meanings; of places inside events those that recent ones have."""
        if not any(prefix in text for prefix in PREFIXES):
            return MEANINGS
        return MEANINGS | {field_text(name): "in recent events" for name, _ in self._places.names()}

    def _values(self, field: str, beginning: str) -> Iterable[tuple[str, str]]:
        """Names that are known beforehand, else what the field has had in this capture, with counts."""
        if field in NAMES:
            return [(name, "") for name in NAMES[field] if name.startswith(beginning.lower())]
        if field.startswith(PREFIXES):
            near = ((value, count) for value, count in self._places.values(field) if value.startswith(beginning))
            return [(value, f"{count:,} of the last") for value, count in near]
        return [(value, many(count)) for value, count in observed(self._session.store, field, beginning)]


def many(count: int) -> str:
    """How many rows have a value."""
    return f"{count:,} row" + ("s" if count != 1 else "")

"""An event: a fact that a program states, with what is needed to follow it.

Names are those of the seed systems: type, category, priority, source, correlation, causation.
"""

from __future__ import annotations

import itertools
import os
import secrets
import time
from collections.abc import Mapping
from contextvars import ContextVar
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Any, Final, NoReturn

__all__ = ["Event", "EventCategory", "EventPriority", "current_event"]

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
"""The metadata of an event that was given none."""

current_event: ContextVar[Event | None] = ContextVar("eventscope_current_event", default=None)
"""The event whose handler runs now; what is published meanwhile becomes its child."""


class EventPriority(IntEnum):
    """How urgent an event is; a higher value goes first."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    CRITICAL = 3

    @classmethod
    def parse(cls, value: str | int | EventPriority) -> EventPriority:
        """The priority named or numbered by `value`; raises ValueError that lists the names."""
        try:
            return cls[value.upper()] if isinstance(value, str) else cls(value)
        except (KeyError, ValueError):
            names = ", ".join(p.name for p in reversed(cls))
            raise ValueError(f"{value!r} is no priority; use one of {names}") from None


class EventCategory(StrEnum):
    """Categories of the seed systems. Any other text is a category as well."""

    TOKEN = "token"  # noqa: S105
    GRAPH = "graph"
    DNA = "dna"
    EXPERIENCE = "experience"
    SPATIAL = "spatial"
    EVOLUTION = "evolution"
    ORDER = "order"
    INVENTORY = "inventory"
    PAYMENT = "payment"
    SHIPPING = "shipping"
    SYSTEM = "system"
    ERROR = "error"


class _Ids:
    """Unique ids for little: 48 random bits of this process, then a counter."""

    def __init__(self) -> None:
        self.renew()
        os.register_at_fork(after_in_child=self.renew) if hasattr(os, "register_at_fork") else None

    def renew(self) -> None:
        self.prefix = secrets.token_hex(6)
        self.count = itertools.count(1)

    def __call__(self) -> str:
        return f"{self.prefix}-{next(self.count):x}"


new_id: Final = _Ids()


def text_of(value: str | Enum) -> str:
    """The text of a type or category that may be a member of the user's own Enum."""
    return str(value.value) if isinstance(value, Enum) else value


class Event:
    """One immutable event.

    `category` follows from the first segment of `type` unless given. Without explicit ids, an event
    made while a handler runs belongs to the same correlation as the handled event and is caused by
    it; else it starts a correlation of its own, under its own id. `timestamp` is in nanoseconds since
    the epoch, UTC.
    """

    __slots__ = (
        "category",
        "causation_id",
        "correlation_id",
        "id",
        "metadata",
        "payload",
        "priority",
        "source",
        "timestamp",
        "type",
    )

    type: str
    category: str
    priority: EventPriority
    source: str
    id: str
    correlation_id: str
    causation_id: str | None
    timestamp: int
    payload: Any
    metadata: Mapping[str, Any]

    def __init__(
        self,
        type: str | Enum,  # noqa: A002
        payload: Any = None,
        *,
        category: str | Enum | None = None,
        priority: EventPriority | int | str = EventPriority.NORMAL,
        source: str = "",
        correlation_id: str | None = None,
        causation_id: str | None = None,
        id: str | None = None,  # noqa: A002
        timestamp: int | None = None,
        metadata: Mapping[str, Any] = NOTHING,
    ) -> None:
        name = text_of(type) if type.__class__ is not str else type
        own_id = id or new_id()
        parent = current_event.get()
        if parent is not None:
            correlation_id = correlation_id or parent.correlation_id
            causation_id = causation_id or parent.id
        _set_type(self, name)
        _set_category(self, name.partition(".")[0] if category is None else text_of(category))
        _set_priority(self, priority if priority.__class__ is EventPriority else EventPriority.parse(priority))
        _set_source(self, source)
        _set_id(self, own_id)
        _set_correlation(self, correlation_id or own_id)
        _set_causation(self, causation_id)
        _set_timestamp(self, time.time_ns() if timestamp is None else timestamp)
        _set_payload(self, payload)
        _set_metadata(self, metadata if metadata is NOTHING else MappingProxyType(dict(metadata)))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"an Event never changes: make a new one to alter {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"an Event never changes: {name!r} cannot be deleted")

    def __repr__(self) -> str:
        return f"Event({self.type!r}, id={self.id!r}, correlation_id={self.correlation_id!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)


# Slot descriptors set a field once at construction, past the immutability, at a third of the cost of
# object.__setattr__.
_slots: Mapping[str, Any] = vars(Event)
_set_type = _slots["type"].__set__
_set_category = _slots["category"].__set__
_set_priority = _slots["priority"].__set__
_set_source = _slots["source"].__set__
_set_id = _slots["id"].__set__
_set_correlation = _slots["correlation_id"].__set__
_set_causation = _slots["causation_id"].__set__
_set_timestamp = _slots["timestamp"].__set__
_set_payload = _slots["payload"].__set__
_set_metadata = _slots["metadata"].__set__

"""Frameworks for Python: Celery's tasks and events, FastStream, and the bubus family."""

from __future__ import annotations

from typing import Any, Final

from connectors.envelopes import readers
from eventscope.decoder import EnvelopeKind, Rule, Strength
from eventscope.step import Phase

__all__ = ["BUBUS", "CELERY", "CELERY_EVENT", "FASTSTREAM"]

TASK_PHASES: Final = {
    "task-sent": Phase.PUBLISHED,
    "task-received": Phase.DELIVERED,
    "task-started": Phase.DELIVERED,
    "task-succeeded": Phase.HANDLED,
    "task-failed": Phase.FAILED,
    "task-retried": Phase.RETRIED,
    "task-rejected": Phase.DROPPED,
    "task-revoked": Phase.DROPPED,
}
"""What the events of a worker tell of a task."""


def task_phase(value: Any) -> int | None:
    """The phase that an event of Celery stands for; those of workers are published events."""
    phase = TASK_PHASES.get(str(value))
    return None if phase is None else int(phase)


def text_only(value: Any) -> str | None:
    """Text that is not the `None` which Celery writes as text."""
    found = readers.text(value)
    return None if found == "None" else found


CELERY: Final = EnvelopeKind(
    name="celery",
    header_marks=("argsrepr", "root_id"),
    headers=(
        Rule("type", "task"),
        Rule("id", "id"),
        Rule("correlation_id", "root_id"),
        Rule("alias", "id"),
        Rule("causation_id", "parent_id"),
        Rule("producer", "origin"),
        Rule("attempt", "retries", readers.after_retries),
    ),
)

CELERY_EVENT: Final = EnvelopeKind(
    name="celery event",
    member_marks=("type", "hostname", "timestamp", "clock", "pid"),
    members=(
        Rule("type", "type"),
        Rule("id", "uuid"),
        Rule("correlation_id", "root_id"),
        Rule("alias", "uuid"),
        Rule("causation_id", "parent_id", text_only),
        Rule("key", "name"),
        Rule("occurred_at", "timestamp", readers.time),
        Rule("producer", "hostname"),
        Rule("subscription", "hostname"),
        Rule("attempt", "retries", readers.after_retries),
        Rule("phase", "type", task_phase),
        Rule("error", "exception"),
        Rule("handle_ns", "runtime", readers.seconds),
    ),
)

FASTSTREAM: Final = EnvelopeKind(
    name="faststream",
    header_set=("content-type", "correlation_id"),
    headers=(Rule("correlation_id", "correlation_id"), Rule("id", "message_id")),
    strength=Strength.BROKER,
)

BUBUS: Final = EnvelopeKind(
    name="bubus",
    member_marks=("event_type", "event_id", "event_path"),
    members=(
        Rule("type", "event_type"),
        Rule("id", "event_id"),
        Rule("correlation_id", "event_parent_id"),
        Rule("alias", "event_id"),
        Rule("causation_id", "event_parent_id"),
        Rule("occurred_at", "event_created_at", readers.time),
        Rule("producer", "event_path[0]"),
    ),
)

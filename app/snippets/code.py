"""Code: Python that makes an event, for a test or to publish it on a bus."""

from __future__ import annotations

import keyword
import re
from pprint import pformat
from typing import Any, Final

import msgspec

from app.commands.row_text import priority_name
from app.payload import NotJson, header_pairs, json_value
from app.store.stored import StoredEvent

__all__ = ["bus_code", "event_code", "fixture"]

WIDTH: Final = 100
LONGEST_NAME: Final = 60

BUS: Final = """\
import asyncio

from eventscope import Event, EventBus, EventPriority


async def main() -> None:
    bus = EventBus()
    await bus.start()
    await bus.publish(
        {event}
    )
    await bus.stop()


asyncio.run(main())
"""

FIXTURE: Final = '''\
import pytest

from eventscope import Event, EventPriority


@pytest.fixture
def {name}() -> Event:
    """An event as it was captured{secrets}."""
    return {event}
'''


def bus_code(event: StoredEvent) -> str:
    """A program that publishes the event on a bus of its own."""
    return BUS.format(event=indented(event_code(event), 8))


def fixture(event: StoredEvent) -> str:
    """A fixture for pytest that gives the event."""
    code = event_code(event)
    secrets = ", its secrets replaced" if "[redacted:" in code else ""
    return FIXTURE.format(name=name_of(event.type or ""), secrets=secrets, event=indented(code, 4))


def event_code(event: StoredEvent) -> str:
    """The expression that makes the event."""
    kind = event.type or "unknown"
    known: dict[str, Any] = {
        "category": event.category if event.category != kind.partition(".")[0] else None,
        "source": event.producer,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "id": event.id,
        "timestamp": event.occurred_at,
        "metadata": metadata(event),
    }
    lines = [literal(kind), literal(payload_of(event.payload))]
    if name := priority_name(event.priority):
        lines.append(f"priority=EventPriority.{name}")
    lines += [f"{argument}={literal(value)}" for argument, value in known.items() if value]
    return "Event(\n" + "".join(f"    {indented(line, 4)},\n" for line in lines) + ")"


def payload_of(payload: bytes | None) -> Any:
    """A payload as a program would have it."""
    if payload is None:
        return None
    try:
        return json_value(payload)
    except NotJson:
        pass
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return payload


def metadata(event: StoredEvent) -> dict[str, Any]:
    """Headers by name; of a name that repeats, the last."""
    pairs = header_pairs(event.headers) if event.headers else []
    return {name: msgspec.json.decode(msgspec.json.encode(value)) for name, value in pairs if name}


def literal(value: Any) -> str:
    """A value as Python writes it."""
    return pformat(value, width=WIDTH, sort_dicts=False) if isinstance(value, dict | list) else repr(value)


def indented(code: str, spaces: int) -> str:
    """Code whose further lines are moved to the right. No literal of ours has a line end within a string."""
    return code.replace("\n", "\n" + " " * spaces)


def name_of(kind: str) -> str:
    """A name for Python made of a type."""
    name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).lower()).strip("_")[:LONGEST_NAME]
    return name if name.isidentifier() and not keyword.iskeyword(name) else f"event_{name}".rstrip("_")

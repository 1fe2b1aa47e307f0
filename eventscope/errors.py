"""What the client raises. Each message is one sentence that says what to do."""

from __future__ import annotations

__all__ = [
    "BusNotStarted",
    "ConfigError",
    "EventBusNotSet",
    "EventscopeError",
    "NotDelivered",
    "QueueFull",
    "describe",
]

LONGEST_TEXT = 2_000
"""Characters kept of an error's own text."""


class EventscopeError(Exception):
    """Any error of the client that its caller can do something about."""


class BusNotStarted(EventscopeError):
    """Something was published on a bus that does not run (not yet, or not any more)."""


class QueueFull(EventscopeError):
    """The bus holds as much as it may, and its overflow policy is `reject`."""


class EventBusNotSet(EventscopeError):
    """Decorated handlers were to be registered, but no bus was set."""


class ConfigError(EventscopeError):
    """A configuration file cannot be used; names the file, the key and what is allowed."""


class NotDelivered(EventscopeError):
    """Why a delivery was dropped; never raised, only shown in the DROPPED step."""


def describe(error: BaseException) -> str:
    """`ValueError: no such order`, of bounded length, even if the error cannot say what it is."""
    try:
        text = str(error)
    except Exception:
        text = "(its text cannot be read)"
    name = type(error).__name__
    return f"{name}: {text[:LONGEST_TEXT]}" if text else name

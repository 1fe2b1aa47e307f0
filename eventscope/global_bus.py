"""The one bus of a program that needs no more than one."""

from __future__ import annotations

import os
import threading

from eventscope.bus import EventBus

__all__ = ["get_event_bus", "set_event_bus", "start_event_bus", "stop_event_bus"]

_lock = threading.Lock()
_bus: EventBus | None = None


def get_event_bus(config: str | os.PathLike[str] | None = None) -> EventBus:
    """The global bus. It is made when first asked for, from the file `config` if one is given then.

    Raises ConfigError for a file that cannot be used.
    """
    global _bus
    with _lock:
        if _bus is None:
            _bus = EventBus() if config is None else EventBus.from_config(config)
        return _bus


def set_event_bus(bus: EventBus | None) -> None:
    """Make `bus` the global one; None forgets it, so that the next one asked for is new."""
    global _bus
    with _lock:
        _bus = bus


async def start_event_bus(config: str | os.PathLike[str] | None = None) -> EventBus:
    """Start the global bus, making it if need be, and return it."""
    bus = get_event_bus(config)
    await bus.start()
    return bus


async def stop_event_bus(timeout: float = 5.0) -> None:  # noqa: ASYNC109
    """Stop the global bus, if there is one, within `timeout` seconds."""
    if _bus is not None:
        await _bus.stop(timeout)

"""Eventscope's client: an event bus for asyncio whose events can be watched.

```python
from eventscope import Event, EventBus

async with EventBus() as bus:
    bus.subscribe(print, types="order.*")
    await bus.publish(Event("order.created", {"id": 7}))
```
"""

from __future__ import annotations

from typing import Any

from eventscope.backoff import Backoff
from eventscope.bus import EventBus
from eventscope.connector import (
    Block,
    CheckResult,
    Connector,
    ConnectorError,
    Declaration,
    DeclaredSubscription,
    Record,
    Refused,
    Sink,
    SourceState,
)
from eventscope.delivery import DeadLetter
from eventscope.emitter import EventEmitter
from eventscope.errors import (
    BusNotStarted,
    ConfigError,
    EventBusNotSet,
    EventscopeError,
    QueueFull,
)
from eventscope.event import Event, EventCategory, EventPriority
from eventscope.global_bus import get_event_bus, set_event_bus, start_event_bus, stop_event_bus
from eventscope.handlers import EventHandler
from eventscope.overflow import Overflow
from eventscope.run import Stopped
from eventscope.step import EventProcessingResult, Phase, Step
from eventscope.subscription import Subscription

__all__ = [
    "Backoff",
    "Block",
    "BusNotStarted",
    "CheckResult",
    "ConfigError",
    "Connector",
    "ConnectorError",
    "DeadLetter",
    "Declaration",
    "DeclaredSubscription",
    "Event",
    "EventBus",
    "EventBusNotSet",
    "EventCategory",
    "EventEmitter",
    "EventHandler",
    "EventPriority",
    "EventProcessingResult",
    "EventscopeError",
    "Overflow",
    "Phase",
    "QueueFull",
    "Record",
    "Refused",
    "Sink",
    "SourceState",
    "Step",
    "Stopped",
    "Subscription",
    "get_event_bus",
    "open_monitor",
    "set_event_bus",
    "start_event_bus",
    "stop_event_bus",
]


def open_monitor(bus: EventBus) -> Any:
    """Open the monitor's window on `bus` inside a program that runs a Qt loop; see `eventscope.monitor`."""
    from eventscope import monitor

    return monitor.open_monitor(bus)

"""An emitter: a component that publishes events under its own name."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from eventscope.event import Event, EventCategory, EventPriority, current_event, text_of
from eventscope.handlers import EventHandler

if TYPE_CHECKING:
    from eventscope.bus import EventBus

__all__ = ["EventEmitter"]


class EventEmitter:
    """A base for components: `emit` publishes on the component's bus with its `source_id` as the source.

    Methods decorated with `EventHandler.on` are registered on that same bus by `EventHandler.register_all`.
    `category`, if given, is that of all it emits; else it follows from each event's type.
    """

    subscribes_itself = True

    def __init__(self, event_bus: EventBus, source_id: str, *, category: str | Enum | None = None) -> None:
        self.event_bus = event_bus
        self.source_id = source_id
        self.category = category
        EventHandler.add_instance(self, event_bus)

    def _event(self, type_: str | Enum, payload: Any, fields: dict[str, Any]) -> Event:
        fields.setdefault("source", self.source_id)
        fields.setdefault("category", self.category)
        return Event(type_, payload, **fields)

    async def emit(self, type: str | Enum, payload: Any = None, **fields: Any) -> Event:  # noqa: A002
        """Publish an event and return it; `fields` are those of Event, such as `priority`.

        Raises what `EventBus.publish` raises.
        """
        event = self._event(type, payload, fields)
        await self.event_bus.publish(event)
        return event

    def emit_nowait(self, type: str | Enum, payload: Any = None, **fields: Any) -> Event | None:  # noqa: A002
        """Publish an event from a plain function and return it, or None when the queue has no room.

        Raises BusNotStarted.
        """
        event = self._event(type, payload, fields)
        return event if self.event_bus.publish_nowait(event) else None

    async def emit_error(
        self,
        error_type: str,
        error_message: str,
        *,
        priority: EventPriority | int | str = EventPriority.HIGH,
        details: Any = None,
        **fields: Any,
    ) -> Event:
        """Publish `error.ERROR_TYPE`, of category `error`, and return it.

        The payload names the category that went wrong as `source_category`: this emitter's own, or that
        of the event being handled.
        """
        payload = {"error_type": error_type, "error_message": error_message, "source": self.source_id}
        if (concerned := self._concerned()) is not None:
            payload["source_category"] = concerned
        if details is not None:
            payload["details"] = details
        fields.setdefault("category", EventCategory.ERROR)
        return await self.emit(f"error.{error_type}", payload, priority=priority, **fields)

    def _concerned(self) -> str | None:
        handled = current_event.get()
        return text_of(self.category) if self.category else handled.category if handled else None

"""A service of an event-sourced aggregate: reads it, lets a rule decide, stores what came of that, publishes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from eventscope import Event, EventBus, EventPriority
from eventscope.event import current_event
from examples.component import Component
from examples.orders.aggregate import Aggregate
from examples.orders.event_store import EventStore, VersionConflict
from examples.orders.outbox import Outbox
from examples.orders.plain import to_plain
from examples.orders.upgrades import current_version, upgrade
from examples.outage import Outage

__all__ = ["AggregateService", "Participant"]

A = TypeVar("A", bound=Aggregate[Any])

Undo = Callable[[str], Awaitable[object]]

ATTEMPTS: Final = 5
"""Times that a command is decided anew because somebody else was faster."""

SNAPSHOT_EVERY: Final = 20
"""Events of one aggregate between two snapshots."""


def saga_of(event: Event | None) -> dict[str, Any]:
    """The metadata that says which saga an event belongs to, if it says so."""
    return {"saga": event.metadata["saga"]} if event and "saga" in event.metadata else {}


class Participant(Component):
    """A component whose events say which saga they belong to, as the event says that it handles."""

    def _event(self, type_: Any, payload: Any, fields: dict[str, Any]) -> Event:
        if metadata := saga_of(current_event.get()) | fields.get("metadata", {}):
            fields["metadata"] = metadata
        return super()._event(type_, payload, fields)

    async def attempt(self, step: Awaitable[object], order_id: str, failed: str, undo: Undo | None = None) -> None:
        """Take a step that nobody leads. If it fails, undo what was perhaps done, and say so by the type `failed`.

        Whatever the reason is: an order whose step just ended would keep its reservation for ever.
        """
        try:
            await step
        except Outage:  # the shop is being closed
            raise
        except Exception as error:
            if undo is not None:
                await undo(order_id)
            answer = {"order_id": order_id, "reason": str(error) or type(error).__name__}
            await self.emit(failed, answer, priority=EventPriority.HIGH)


class AggregateService(Participant, Generic[A]):
    """Carries out commands on aggregates of one kind; `outbox` publishes on the bus what they did."""

    def __init__(self, kind: type[A], store: EventStore, outbox: Outbox, event_bus: EventBus, source_id: str) -> None:
        super().__init__(event_bus, source_id)
        self._kind = kind
        self._store = store
        self._outbox = outbox

    async def load(self, id: str) -> A:  # noqa: A002
        """The aggregate as its latest snapshot and what came after it make it; without a history, a new one."""
        snapshot, history = await self._store.latest(id)
        aggregate = self._kind.of_snapshot(id, *snapshot) if snapshot else self._kind(id)
        return aggregate.replay(
            (each.event.type, upgrade(each.event.type, each.event_version, each.event.payload)) for each in history
        )

    async def execute(self, id: str, command: Callable[[A], object], **fields: Any) -> A:  # noqa: A002
        """Have `command` change an aggregate; `fields` are those of the events that come of it.

        Raises RuleBroken if the aggregate does not allow it, VersionConflict if others were faster each time.
        """
        fields = await self._joined(id, fields)
        for attempt in range(1, ATTEMPTS + 1):
            aggregate = await self.load(id)
            before = aggregate.version
            command(aggregate)
            try:
                await self._store_changes(aggregate, before, fields)
                break
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
        await self._outbox.drain()
        return aggregate

    async def _joined(self, id: str, fields: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
        """What comes of no event, such as a customer who calls an order off, joins the trace of the aggregate."""
        begun = None if current_event.get() else await self._store.first(id)
        if begun is None:
            return fields
        metadata = saga_of(begun.event) | fields.get("metadata", {})
        return {"correlation_id": begun.event.correlation_id, **fields, "metadata": metadata}

    async def _store_changes(self, aggregate: A, before: int, fields: Mapping[str, Any]) -> None:
        events = [self._event_of(aggregate, fact, n, fields) for n, fact in enumerate(aggregate.changes, before + 1)]
        if events:
            await self._store.append(aggregate.id, before, events)
        if before // SNAPSHOT_EVERY < aggregate.version // SNAPSHOT_EVERY:
            await self._store.keep_snapshot(aggregate.id, aggregate.version, aggregate.snapshot())

    def _event_of(self, aggregate: A, fact: Any, version: int, fields: Mapping[str, Any]) -> Event:
        type_ = aggregate.type_of(fact)
        payload = {aggregate.id_name: aggregate.id, **to_plain(fact)}
        metadata = {"version": version, "event_version": current_version(type_), **fields.get("metadata", {})}
        return self._event(type_, payload, {**fields, "metadata": metadata})

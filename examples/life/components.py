"""What is on the bus: the environment, the way from it to the processor and back, memory and vital signs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.component import Component
from examples.life.processor import AsyncEventProcessor
from examples.life.result import EventProcessingResult, Status
from examples.life.stimulus import KINDS, Stimulus

__all__ = ["Environment", "Memory", "Perception", "VitalSigns"]

COSTLY: Final = -0.6
"""A change of energy that is worth remembering for longer."""


class Environment(Component):
    """What happens to a life from outside. Emits `life.KIND`, each with the priority of its kind."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "environment")

    async def disturb(self, kind: str, intensity: float) -> Event:
        """Let something happen."""
        return await self.emit(f"life.{kind}", {"kind": kind, "intensity": intensity}, priority=KINDS[kind].priority)


class Perception(Component):
    """Hands each event to the processor and publishes what comes of it.

    Emits `meaning.found`, `decision.made` and `action.taken`, each caused by the one before and as urgent as
    the stimulus, or else `error.stage_failed`.
    """

    def __init__(self, processor: AsyncEventProcessor, event_bus: EventBus) -> None:
        super().__init__(event_bus, "event_processor")
        self.processor = processor

    @EventHandler.on([f"life.{kind}" for kind in KINDS], subscription_name="async_event_processor")
    async def perceive(self, event: Event) -> None:
        """Answer one event. It is handled when its results are published."""
        stimulus = Stimulus(event.payload["kind"], event.payload["intensity"], event.id)
        await self.work(KINDS[stimulus.kind].perceive_ms, spread=0.55)
        result = await asyncio.wrap_future(self.processor.scheduler.submit(stimulus).result)
        if result.status is not Status.ANSWERED:
            details = {"kind": stimulus.kind, "status": str(result.status), "attempts": result.attempts}
            await self.emit_error("stage_failed", result.error or "", details=details)
            return
        cause = event
        for type_, payload in self._told(result):
            about = {"kind": stimulus.kind} | payload
            cause = await self.emit(type_, about, priority=event.priority, causation_id=cause.id)

    def _told(self, result: EventProcessingResult) -> Iterator[tuple[str, dict[str, Any]]]:
        """The events of an answer, each the cause of the next; what is ignored ends at the decision."""
        if result.meaning and result.decision and result.action:
            yield "meaning.found", asdict(result.meaning)
            yield "decision.made", asdict(result.decision)
            if result.decision.pattern != "ignore":
                state = self.processor.answerer.state.snapshot()
                yield "action.taken", asdict(result.action) | {"state": state.summary()}


def costly(event: Event) -> bool:
    """Whether an action took much energy, and does not call for more urgent care."""
    return bool(event.payload["energy"] <= COSTLY) and event.priority < EventPriority.CRITICAL


class Memory(Component):
    """Keeps what cost much. Emits `memory.stored`."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "memory")
        self.archive: deque[dict[str, Any]] = deque(maxlen=1_000)

    @EventHandler.on("action.taken", filter=costly, subscription_name="memory_archive")
    async def remember(self, event: Event) -> None:
        """What cost much leaves a trace."""
        await self.work(22)
        kept = {"kind": event.payload["kind"], "cost": -event.payload["energy"]}
        self.archive.append(kept)
        await self.emit("memory.stored", kept, priority=EventPriority.LOW)

    @EventHandler.on("memory.recall_requested", subscription_name="memory_recall")
    async def recall(self, event: Event) -> None:
        """Tell what is kept. No part of this life asks for it, which the map of subscriptions shows."""
        await self.emit("memory.recalled", {"kept": list(self.archive)})


class VitalSigns(Component):
    """Watches the urgent events only."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "monitoring")
        self.seen = 0

    @EventHandler.on(categories=["life", "action"], priority=EventPriority.CRITICAL, subscription_name="vital_signs")
    async def watch(self, event: Event) -> None:
        """Quick, and for CRITICAL only."""
        await self.work(0.8)
        self.seen += 1

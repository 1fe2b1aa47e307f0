"""The loop of ticks: a constant beat that never waits for an event to be answered."""

from __future__ import annotations

from typing import Final

from eventscope import EventBus, EventPriority
from examples.component import Component
from examples.life.processor import AsyncEventProcessor

__all__ = ["TICK_S", "TickLoop"]

TICK_S: Final = 0.1
REPORT_EVERY: Final = 50
"""Ticks between two reports."""

TIRING: Final = -0.02


class TickLoop(Component):
    """Ages the self, revives the processor, reports. Emits `life.snapshot`, of category `metrics`.

    `latest` is the furthest that a tick came behind its time, in seconds.
    """

    def __init__(self, processor: AsyncEventProcessor, event_bus: EventBus, interval: float = TICK_S) -> None:
        super().__init__(event_bus, "tick_loop")
        self.processor = processor
        self.interval = interval
        self.latest = 0.0

    async def run(self, seconds: float = 0.0) -> None:
        """Tick for so many seconds, or for ever."""
        began = self.surroundings.now()
        ticks = 0
        while not 0 < seconds <= ticks * self.interval:
            await self.surroundings.wait_until(began + ticks * self.interval)
            self.latest = max(self.latest, self.surroundings.now() - began - ticks * self.interval)
            await self.tick()
            ticks += 1

    async def tick(self) -> None:
        """One beat."""
        self.processor.revive()
        state = self.processor.answerer.state.update(lambda s: s.changed(energy=TIRING, ticks=s.ticks + 1))
        if state.ticks % REPORT_EVERY == 0:
            await self.report()

    async def report(self) -> None:
        """Publish how life is now."""
        state, metrics = self.processor.answerer.state.snapshot(), self.processor.get_metrics()
        shown = {"energy": round(state.energy, 2), "stability": round(state.stability, 3), "ticks": state.ticks}
        counts = {name: metrics[name] for name in ("answered", "failed", "shed", "waiting", "revived")}
        gauges = {"gauges": shown | counts}
        await self.emit("life.snapshot", gauges, category="metrics", priority=EventPriority.LOW)

"""A life put together: state, processor and loop, and the components on the bus."""

from __future__ import annotations

import asyncio

from eventscope import EventBus
from examples.example import System
from examples.life.components import Environment, Memory, Perception, VitalSigns
from examples.life.processor import Answerer, AsyncEventProcessor
from examples.life.stages import Stages
from examples.life.state import ThreadSafeSelfState
from examples.life.tick_loop import TickLoop

__all__ = ["Life"]


class Life(System):
    """One life on a bus. Its loop of ticks is `ticks.run`, for whoever starts it to run."""

    def __init__(self, event_bus: EventBus, stages: Stages | None = None) -> None:
        self.event_bus = event_bus
        self.state = ThreadSafeSelfState()
        self.processor = AsyncEventProcessor(Answerer(self.state, stages))
        self.environment = Environment(event_bus)
        self.perception = Perception(self.processor, event_bus)
        self.memory = Memory(event_bus)
        self.vital_signs = VitalSigns(event_bus)
        self.ticks = TickLoop(self.processor, event_bus)
        self.components = (self.environment, self.perception, self.memory, self.vital_signs, self.ticks)

    async def start(self) -> None:
        """Start the processor."""
        self.processor.start()

    async def stop(self) -> None:
        """Answer what waits, and end the processor's thread."""
        await asyncio.to_thread(self.processor.stop)

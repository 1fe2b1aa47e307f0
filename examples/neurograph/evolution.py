"""Evolution: says what proved fit at the end of a generation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventscope import EventBus
from examples.component import Component
from examples.neurograph.event_type import EventType

__all__ = ["EvolutionEngine"]


class EvolutionEngine(Component):
    """Emits `evolution.generation_completed`."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "evolution_engine")
        self.generation = 0

    async def complete_generation(self, best_fitness: float, mutation: Mapping[str, Any]) -> None:
        """End a generation with its best fitness and the rules that led there."""
        self.generation += 1
        result = {"generation": self.generation, "best_fitness": best_fitness, "mutation": dict(mutation)}
        await self.emit(EventType.EVOLUTION_GENERATION_COMPLETED, result)

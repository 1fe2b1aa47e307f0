"""NeuroGraph put together: components that know the bus, and not each other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from eventscope import EventBus
from examples.example import System
from examples.neurograph.dna import DNAGuardian, DNASpec
from examples.neurograph.evolution import EvolutionEngine
from examples.neurograph.experience import ExperienceRecorder, ExperienceStream
from examples.neurograph.graph import GraphManager, TokenGraph
from examples.neurograph.spatial import SpatialIndex
from examples.neurograph.tokens import TokenFactory, TokenService

__all__ = ["BUS_FILE", "NeuroGraph"]

BUS_FILE: Final = Path(__file__).with_name("event_bus.yaml")


class NeuroGraph(System):
    """All components on one bus."""

    def __init__(self, event_bus: EventBus) -> None:
        self.event_bus = event_bus
        self.experience = ExperienceStream()
        self.token_service = TokenService(TokenFactory(), event_bus)
        self.graph_manager = GraphManager(TokenGraph(), event_bus)
        self.dna_guardian = DNAGuardian(DNASpec(), event_bus)
        self.spatial_index = SpatialIndex(event_bus)
        self.evolution = EvolutionEngine(event_bus)
        self.recorder = ExperienceRecorder(self.experience, event_bus)
        self.components = (
            self.token_service,
            self.graph_manager,
            self.dna_guardian,
            self.spatial_index,
            self.evolution,
            self.recorder,
        )

"""Experience: what tokens, graph and evolution went through, with a reward for each."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from eventscope import Event, EventBus, EventCategory, EventHandler, EventPriority
from examples.component import Component
from examples.neurograph.event_type import EventType

__all__ = ["ExperienceEvent", "ExperienceRecorder", "ExperienceStream", "reward_of"]

KEPT: Final = 1_000
BATCH: Final = 32
RECORDED: Final = (EventCategory.TOKEN, EventCategory.GRAPH, EventCategory.EVOLUTION)


@dataclass(frozen=True, slots=True)
class ExperienceEvent:
    """One step of experience: the state it was in, what was done, what that was worth."""

    event_type: str
    state: dict[str, Any]
    action: Any
    reward: float
    metadata: dict[str, Any]


class ExperienceStream:
    """The latest thousand experiences. `recorded` counts all."""

    def __init__(self) -> None:
        self.latest: deque[ExperienceEvent] = deque(maxlen=KEPT)
        self.recorded = 0

    async def record(self, experience: ExperienceEvent) -> None:
        """Take in one experience."""
        self.latest.append(experience)
        self.recorded += 1

    def mean_reward(self, last: int = BATCH) -> float:
        """The mean reward of the last so many experiences; 0.0 when there are none."""
        rewards = [experience.reward for experience in list(self.latest)[-last:]]
        return round(sum(rewards) / len(rewards), 4) if rewards else 0.0


def reward_of(event: Event) -> float:
    """1 for evolution, -1 for what is CRITICAL, 0 for all else."""
    if event.category == EventCategory.EVOLUTION:
        return 1.0
    return -1.0 if event.priority == EventPriority.CRITICAL else 0.0


class ExperienceRecorder(Component):
    """Turns events into experience. Emits `experience.batch_stored` for each BATCH of them."""

    def __init__(self, stream: ExperienceStream, event_bus: EventBus) -> None:
        super().__init__(event_bus, "experience_stream")
        self.stream = stream

    @EventHandler.on(categories=RECORDED, subscription_name="experience_recorder")
    async def record(self, event: Event) -> None:
        """Record an event as an experience."""
        await self.work(5)
        state = {"event_id": event.id, "category": event.category, "source": event.source}
        about = {"priority": event.priority.name, "timestamp": event.timestamp}
        await self.stream.record(ExperienceEvent(f"event.{event.type}", state, event.payload, reward_of(event), about))
        if self.stream.recorded % BATCH == 0:
            batch = {"batch": self.stream.recorded // BATCH, "events": BATCH, "mean_reward": self.stream.mean_reward()}
            await self.emit(EventType.EXPERIENCE_BATCH_STORED, batch, priority=EventPriority.LOW)

"""The three stages of an answer: what a stimulus means, what to do about it, and doing it.

The first two are plain functions of a stimulus and a state. Only the last changes anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from examples.life.state import SelfState
from examples.life.stimulus import KINDS, Stimulus

__all__ = ["Action", "Decision", "Meaning", "StageFailed", "Stages"]

WAVES: Final = 8
"""Numbers in the trace that a stimulus leaves in memory."""

HARM: Final = {"shock": 1.0, "decay": 0.5, "noise": 0.3, "recovery": -0.9, "idle": -0.2}
"""What a kind does to life at full intensity; the kinds that are not here only move its mind."""

SIGNIFICANT: Final = 0.25
STRONG: Final = 0.6


class StageFailed(Exception):
    """A stage could not do its work; the sentence names the stage and the reason."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a stimulus is to this self: how much it matters, what it does, how familiar it is."""

    significance: float
    impact: float
    resonance: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do: `ignore`, `absorb`, `dampen` or `amplify`, and with what strength."""

    pattern: str
    strength: float


@dataclass(frozen=True, slots=True)
class Action:
    """What was done to the self; energy and stability are differences."""

    energy: float
    stability: float
    remembered: bool


class Stages:
    """The stages as the processor calls them; replace a method to make one fail."""

    def meaning(self, stimulus: Stimulus, state: SelfState) -> Meaning:
        """Compare a stimulus with all that is remembered. Raises StageFailed for an impossible intensity."""
        if not 0 <= stimulus.intensity <= 1:
            raise StageFailed(f"meaning: an intensity of {stimulus.intensity} is none")
        trace = trace_of(stimulus)
        resonance = max((likeness(trace, other) for other in state.memory), default=0.0)
        impact = -HARM.get(stimulus.kind, 0.0) * stimulus.intensity
        matters = stimulus.intensity * (0.4 + 0.15 * stimulus.priority) * (1.2 - 0.4 * resonance)
        return Meaning(round(matters, 4), round(impact, 4), round(resonance, 4))

    def decision(self, meaning: Meaning, state: SelfState) -> Decision:
        """What does not matter is ignored, harm dampened when it is strong, what does good amplified."""
        if meaning.significance < SIGNIFICANT:
            return Decision("ignore", 0.0)
        if meaning.impact > 0:
            return Decision("amplify", 1.2)
        strong = meaning.significance > STRONG or state.stability < 1 / 2
        return Decision("dampen", 0.5) if strong else Decision("absorb", 1.0)

    def action(self, stimulus: Stimulus, meaning: Meaning, decision: Decision) -> Action:
        """The differences that a decision makes."""
        felt = meaning.impact * decision.strength
        return Action(round(felt * 4, 4), round(felt / 10, 4), meaning.significance >= SIGNIFICANT)

    def apply(self, stimulus: Stimulus, action: Action, state: SelfState) -> SelfState:
        """The state after an action."""
        new = state.changed(energy=action.energy, stability=action.stability, answered=state.answered + 1)
        return new.remembering(trace_of(stimulus)) if action.remembered else new


def trace_of(stimulus: Stimulus) -> tuple[float, ...]:
    """The shape that a stimulus leaves in memory."""
    tone = list(KINDS).index(stimulus.kind) + 1
    return tuple(math.sin(tone * (wave + 1)) * stimulus.intensity + wave / 100 for wave in range(WAVES))


def likeness(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The cosine between two traces."""
    across = math.sqrt(sum(a * a for a in one) * sum(b * b for b in other))
    return sum(a * b for a, b in zip(one, other, strict=True)) / across if across else 0.0

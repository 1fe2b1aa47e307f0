"""The DNA of a graph: the rules that tokens obey, and the guardian who watches over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.component import Component
from examples.neurograph.event_type import EventType

__all__ = ["DNAGuardian", "DNASpec"]


@dataclass(frozen=True, slots=True)
class DNASpec:
    """How many coordinates a token has, how far out it may lie on each axis, and of which types it may be."""

    dimensions: int = 8
    radius: float = 36.0
    token_types: tuple[str, ...] = ("data", "concept", "relation", "sensor", "memory")

    def violated_rule(self, operation: str, params: Mapping[str, Any]) -> str | None:
        """The name of the first rule that an operation breaks, or None. Only `create_token` has rules."""
        if operation != "create_token":
            return None
        coordinates = params.get("coordinates", ())
        if len(coordinates) != self.dimensions:
            return "dimensions"
        if any(abs(each) > self.radius for each in coordinates):
            return "radius"
        return None if params.get("token_type") in self.token_types else "token_types"

    def validate(self, operation: str, params: Mapping[str, Any]) -> bool:
        """Whether an operation breaks no rule."""
        return self.violated_rule(operation, params) is None

    def mutated(self, mutation: Mapping[str, Any]) -> DNASpec:
        """The specification with some rules changed. Raises ValueError for a rule that there is not."""
        if unknown := set(mutation) - {field.name for field in fields(self)}:
            raise ValueError(f"the DNA has no rule {', '.join(sorted(unknown))}")
        return replace(self, **mutation)

    def to_dict(self) -> dict[str, Any]:
        """All rules by name."""
        return asdict(self)


class DNAGuardian(Component):
    """Emits `dna.constraint_violated`, always CRITICAL, `dna.mutated` and `error.mutation_refused`."""

    def __init__(self, spec: DNASpec, event_bus: EventBus) -> None:
        super().__init__(event_bus, "dna_guardian")
        self.spec = spec

    def validate(self, operation: str, params: Mapping[str, Any]) -> bool:
        """Whether an operation breaks no rule; if it does the violation is published, without waiting."""
        rule = self.spec.violated_rule(operation, params)
        if rule is not None:
            violation = {"operation": operation, "params": dict(params), "violated_rule": rule}
            self.emit_nowait(EventType.DNA_CONSTRAINT_VIOLATED, violation, priority=EventPriority.CRITICAL)
        return rule is None

    @EventHandler.on(EventType.TOKEN_CREATED, subscription_name="dna_validation")
    async def validate_token_creation(self, event: Event) -> None:
        """Hold each new token against the rules; a violation is a child of the token's event."""
        await self.work(3)
        self.validate("create_token", event.payload)

    async def mutate_dna(self, mutation: Mapping[str, Any]) -> None:
        """Change some rules and say so, with the specification before and after; a wrong rule is an error event."""
        try:
            new = self.spec.mutated(mutation)
        except ValueError as error:
            await self.emit_error("mutation_refused", str(error))
            return
        old, self.spec = self.spec, new
        about = {"mutation": dict(mutation), "old_spec": old.to_dict(), "new_spec": new.to_dict()}
        await self.emit(EventType.DNA_MUTATED, about, priority=EventPriority.HIGH)

    @EventHandler.on(EventType.EVOLUTION_GENERATION_COMPLETED, subscription_name="dna_mutation")
    async def follow_evolution(self, event: Event) -> None:
        """What proved fit in a generation becomes the specification."""
        await self.work(12)
        await self.mutate_dna(event.payload["mutation"])

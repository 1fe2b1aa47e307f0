"""Tokens, and the service that creates, updates and withdraws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from eventscope import Event, EventBus, EventHandler
from examples.component import Component
from examples.neurograph.event_type import EventType
from examples.neurograph.latest import Latest

__all__ = ["Token", "TokenFactory", "TokenService"]


@dataclass(frozen=True, slots=True)
class Token:
    """A point in the space, with a type and a weight from 0 to 1."""

    id: str
    coordinates: tuple[float, ...]
    token_type: str = "unknown"  # noqa: S105
    weight: float = 0.5


class TokenFactory:
    """Makes tokens with ids that count up."""

    def __init__(self) -> None:
        self._count = count(1)

    def create(self, data: Mapping[str, Any]) -> Token:
        """A token of `data`: `coordinates`, and maybe `type` and `weight`."""
        coordinates = tuple(float(each) for each in data.get("coordinates", ()))
        kind, weight = str(data.get("type", "unknown")), float(data.get("weight", 0.5))
        return Token(f"tok-{next(self._count):06x}", coordinates, kind, weight)


class TokenService(Component):
    """Emits `token.created`, `token.updated`, `token.deleted` and `error.token_not_found`."""

    def __init__(self, factory: TokenFactory, event_bus: EventBus) -> None:
        super().__init__(event_bus, "token_service")
        self.factory = factory
        self.tokens: Latest[str, Token] = Latest()

    async def create_token(self, data: Mapping[str, Any]) -> Token:
        """Make a token and say so."""
        token = self.factory.create(data)
        self.tokens.add(token.id, token)
        about = {"token_id": token.id, "coordinates": list(token.coordinates), "token_type": token.token_type}
        await self.emit(EventType.TOKEN_CREATED, about)
        return token

    async def update_token(self, token_id: str, updates: Mapping[str, Any]) -> Token | None:
        """Change the type or the weight of a token; None, and an error event, if there is no such token."""
        token = self.tokens.get(token_id)
        if token is None:
            await self.emit_error("token_not_found", f"Token {token_id} not found", details={"token_id": token_id})
            return None
        known = {name: value for name, value in updates.items() if name in ("token_type", "weight")}
        self.tokens[token_id] = replace(token, **known)
        await self.emit(EventType.TOKEN_UPDATED, {"token_id": token_id, "updates": known})
        return self.tokens[token_id]

    @EventHandler.on(EventType.DNA_CONSTRAINT_VIOLATED, subscription_name="token_withdrawal")
    async def withdraw(self, event: Event) -> None:
        """A token that breaks a rule goes at once, as urgently as the violation was reported."""
        await self.work(2, spread=0.5)
        violation = event.payload
        token = self.tokens.pop(violation["params"].get("token_id"), None)
        if token is not None:
            about = {"token_id": token.id, "reason": violation["violated_rule"]}
            await self.emit(EventType.TOKEN_DELETED, about, priority=event.priority)

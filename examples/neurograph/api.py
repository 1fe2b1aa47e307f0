"""NeuroGraph over HTTP: metrics and subscriptions of its bus, its tokens and its experience."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from examples.neurograph.system import NeuroGraph

__all__ = ["NewToken", "create_app"]


class NewToken(BaseModel):
    """What is needed to create a token."""

    coordinates: list[float]
    type: str = "unknown"


def create_app(system: NeuroGraph) -> FastAPI:
    """An application on a running system."""
    app = FastAPI(title="NeuroGraph")

    @app.get("/metrics/events")
    async def metrics() -> dict[str, Any]:
        return system.event_bus.get_metrics()

    @app.get("/metrics/subscriptions")
    async def subscriptions() -> list[dict[str, Any]]:
        return system.event_bus.get_subscriptions_info()

    @app.get("/experience")
    async def experience(last: int = 10) -> dict[str, Any]:
        latest = [asdict(each) for each in system.experience.latest][-max(last, 0) :]
        return {"recorded": system.experience.recorded, "latest": latest}

    @app.post("/tokens", status_code=201)
    async def create_token(new: NewToken) -> dict[str, Any]:
        return asdict(await system.token_service.create_token(new.model_dump()))

    @app.patch("/tokens/{token_id}")
    async def update_token(token_id: str, updates: dict[str, Any]) -> dict[str, Any]:
        token = await system.token_service.update_token(token_id, updates)
        if token is None:
            raise HTTPException(404, f"token {token_id} not found")
        return asdict(token)

    return app

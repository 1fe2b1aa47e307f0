"""A life over HTTP: how it is, how it does, and a way to disturb it."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import FastAPI

from examples.life.system import Life

__all__ = ["create_app"]

KindName = Literal["shock", "decay", "noise", "recovery", "idle", "memory_echo", "internal", "social"]


def create_app(system: Life) -> FastAPI:
    """An application on a running system."""
    app = FastAPI(title="Life")

    @app.get("/state")
    async def state() -> dict[str, Any]:
        return system.state.snapshot().summary()

    @app.get("/metrics")
    async def metrics() -> dict[str, Any]:
        return {"processor": system.processor.get_metrics(), "bus": system.event_bus.get_metrics()}

    @app.post("/stimuli/{kind}", status_code=202)
    async def disturb(kind: KindName, intensity: float = 0.5) -> dict[str, str]:
        event = await system.environment.disturb(kind, intensity)
        return {"id": event.id, "correlation_id": event.correlation_id}

    return app

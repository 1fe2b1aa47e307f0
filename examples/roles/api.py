"""The bot's roles over HTTP: the figures of the cache, and the roles themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from fastapi import FastAPI, HTTPException

from examples.roles.system import Roles

__all__ = ["create_app"]


def create_app(system: Roles) -> FastAPI:
    """An application on a running system."""
    app = FastAPI(title="Roles")

    @app.get("/cache_stats")
    async def cache_stats() -> dict[str, Any]:
        return system.statistics.get_stats()

    @app.get("/users/{user_id}/role")
    async def role(user_id: int) -> dict[str, str]:
        role = await system.middleware.role_of(user_id)
        if role is None:
            raise HTTPException(404, f"there is no user {user_id}")
        return {"role": role}

    @app.put("/users/{user_id}/role")
    async def set_role(user_id: int, role: Literal["admin", "user"]) -> dict[str, Any]:
        try:
            return asdict(await system.actions.set_role(user_id, role))
        except KeyError as error:
            raise HTTPException(404, str(error.args[0])) from error

    @app.put("/users/{user_id}")
    async def upsert(user_id: int, username: str) -> dict[str, Any]:
        return asdict(await system.actions.join(user_id, username))

    return app

"""The API of an example, served beside its traffic. The only module here that needs a web server."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import uvicorn

__all__ = ["server_of"]


def server_of(name: str, port: int) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """What serves the example `name` on a port of this machine. Raises ModuleNotFoundError without FastAPI."""
    create_app = importlib.import_module(f"examples.{name}.api").create_app

    @asynccontextmanager
    async def serve(system: Any) -> AsyncIterator[None]:
        options = uvicorn.Config(create_app(system), port=port, log_level="warning", lifespan="off")
        server = uvicorn.Server(options)
        print(f"the API: http://127.0.0.1:{port}/docs", file=sys.stderr)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(), name=f"serve {name}")
            try:
                yield
            finally:
                server.should_exit = True

    return serve

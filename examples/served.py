"""The API of an example, served beside its traffic. The only module here that needs a web server."""

from __future__ import annotations

import asyncio
import importlib
import os
import socket
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
        server = uvicorn.Server(uvicorn.Config(create_app(system), log_level="warning", lifespan="off"))
        listening = listening_on(port)
        print(f"the API: http://127.0.0.1:{port}/docs", file=sys.stderr)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve([listening]), name=f"serve {name}")
            try:
                yield
            finally:
                server.should_exit = True

    return serve


def listening_on(port: int) -> socket.socket:
    """A socket on a port of this machine; raises OSError that says what to do."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise OSError(f"port {port} cannot be served: {reason}; take another for --serve") from error

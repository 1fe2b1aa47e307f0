"""A TCP proxy that misbehaves on demand: it delays, stalls, cuts and refuses, and notes what clients send."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable

__all__ = ["WireProxy", "wire_proxy"]

CHUNK = 2**16
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a reset."""


class WireProxy:
    """Forwards every connection from `port` to `target` (host and port), until told otherwise.

    `heard` is called with the number of a connection and the bytes that its client sends.
    """

    def __init__(self, target: tuple[str, int], port: int = 0) -> None:
        self.target = target
        self.port = port
        self.delay = 0.0
        self.heard: Callable[[int, bytes], None] = lambda number, data: None
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._flow = asyncio.Event()
        self._flow.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Accept connections."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def stall(self) -> None:
        """Say nothing more, in either direction, on any connection: half-open, as after a lost route."""
        self._flow.clear()

    def flow(self) -> None:
        """Forward again, what was held back first."""
        self._flow.set()

    async def cut(self) -> None:
        """Reset all connections; new ones are accepted."""
        for writer in list(self._writers):
            connection = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
        await asyncio.sleep(0)

    async def refuse(self) -> None:
        """Reset all connections and accept no new ones, until `start`."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.cut()

    async def stop(self) -> None:
        """End everything."""
        await self.refuse()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self._writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(far_writer)
        loop = asyncio.get_running_loop()
        pumps = [
            loop.create_task(self._pump(reader, far_writer, number), name="proxy up"),
            loop.create_task(self._pump(far_reader, writer, None), name="proxy down"),
        ]
        for pump in pumps:
            self._tasks.add(pump)
            pump.add_done_callback(self._tasks.discard)
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in (writer, far_writer):
                end.transport.abort()
                self._writers.discard(end)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int | None) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if number is not None:
                    self.heard(number, data)
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._flow.wait()
                writer.write(data)
                await writer.drain()


@contextlib.asynccontextmanager
async def wire_proxy(target: tuple[str, int], port: int = 0) -> AsyncIterator[WireProxy]:
    """A proxy that is ended with the block."""
    proxy = WireProxy(target, port)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()

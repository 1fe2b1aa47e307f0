"""A small schema registry: Confluent's API over HTTP, as far as readers use it; it can also be away, slow, or lie."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class SchemaServer:
    """`schemas` by id or GUID, `subjects` by (subject, version); `asked` are the paths. `mood` is how it answers."""

    schemas: dict[str, dict[str, Any]] = field(default_factory=dict)
    subjects: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    serialized: dict[str, bytes] = field(default_factory=dict)
    login: str | None = None
    mood: str = "good"
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str) -> tuple[int, Any]:
        split = urlsplit(path)
        parts = [unquote(part) for part in split.path.strip("/").split("/")]
        form = parse_qs(split.query).get("format", [""])[0]
        if parts[0] == "schemas" and parts[2] in self.schemas:
            return 200, self.formed(parts[2], self.schemas[parts[2]], form)
        if parts[0] == "subjects" and (found := self.subjects.get((parts[1], int(parts[3])))):
            return 200, self.formed(parts[1], found, form)
        return 404, {"error_code": 40403, "message": "Schema not found"}

    def formed(self, key: str, schema: dict[str, Any], form: str) -> dict[str, Any]:
        if form == "serialized" and key in self.serialized:
            return schema | {"schema": base64.b64encode(self.serialized[key]).decode()}
        return schema

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError), contextlib.closing(writer):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split(" ")[1]
            self.asked.append(path)
            await self.reply(writer, path, head)

    async def reply(self, writer: asyncio.StreamWriter, path: str, head: str) -> None:
        status, body = self.answer(path)
        if self.login and f"Basic {base64.b64encode(self.login.encode()).decode()}" not in head:
            status, body = 401, {"message": "Unauthorized"}
        data = json.dumps(body).encode()
        if self.mood == "mute":
            await asyncio.sleep(60)
        if self.mood == "slow":
            for byte in b"HTTP/1.1 200 OK\r\n" * 100:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.1)
        if self.mood == "lying":
            data = b'{"schema": {"no": "text"}}'
        if self.mood == "html":
            data = b"<html>a proxy</html>"
        if self.mood == "endless":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b" " * 2**20)
                await writer.drain()
        kind = "application/vnd.schemaregistry.v1+json"
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
        writer.write(head.encode() + data)
        await writer.drain()


@contextlib.asynccontextmanager
async def schema_server(**more: Any) -> AsyncIterator[SchemaServer]:
    """A registry on a free port until the end of the block."""
    server = SchemaServer(**more)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError):
            await server.serve(reader, writer)

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

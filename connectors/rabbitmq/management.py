"""The management API of RabbitMQ, of which only reading is used; the tap works without it too."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from typing import Any, Final
from urllib.parse import quote

from connectors.rabbitmq.options import RabbitOptions
from connectors.rabbitmq.rows import Row, count, rows
from connectors.tls import Tls

__all__ = ["MOST_QUEUES", "Management", "NotAllowed", "Unavailable"]

ANSWER_S: Final = 5.0
MOST_QUEUES: Final = 500
QUEUE_COLUMNS: Final = (
    *("name", "type", "state", "policy", "arguments", "effective_policy_definition", "consumers"),
    *("messages", "messages_ready", "messages_unacknowledged", "message_stats"),
)
LARGEST_ANSWER: Final = 32 * 2**20


class Unavailable(Exception):
    """The management API cannot be asked; the clause says why."""


class NotAllowed(Unavailable):
    """It does not let us ask. Asking again would not help, and would only be written to its log."""


class Management:
    """Reads through HTTP. Each call raises Unavailable, or returns None for what does not exist."""

    def __init__(
        self,
        address: tuple[str, int],
        login: tuple[str, str],
        vhost: str,
        tls: Tls | None = None,
        server_name: str | None = None,
    ) -> None:
        self._host, self._port = address
        self._login = base64.b64encode(":".join(login).encode()).decode()
        self._vhost = quote(vhost, safe="")
        self._tls = tls
        self._server_name = server_name if tls else None

    @classmethod
    def of(cls, options: RabbitOptions, *, tls: bool) -> Management | None:
        """The API beside the broker, None if it is not to be asked. Over TLS if the broker is."""
        address = options.management_address(tls=tls)
        if address is None:
            return None
        login = options.user, options.secret
        server_name = options.server_name if address[0] == options.host else None
        return cls(address, login, options.path, options.tls if tls else None, server_name)

    async def exchange(self, name: str) -> dict[str, Any] | None:
        """An exchange: its `type`, `auto_delete` and more."""
        return await self._object(f"exchanges/{self._vhost}/{quote(name, safe='')}")

    async def exchanges(self) -> list[dict[str, Any]]:
        """All exchanges of the virtual host."""
        return await self._get(f"exchanges/{self._vhost}") or []

    async def bindings(self, exchange: str) -> list[dict[str, Any]]:
        """What is bound to an exchange: `destination`, `destination_type`, `routing_key`, `arguments`."""
        return await self._get(f"exchanges/{self._vhost}/{quote(exchange, safe='')}/bindings/source") or []

    async def queue(self, name: str) -> dict[str, Any] | None:
        """A queue: its `type` and more."""
        return await self._object(f"queues/{self._vhost}/{quote(name, safe='')}")

    async def queues(self) -> tuple[list[Row], int]:
        """The first MOST_QUEUES queues of the virtual host by name, with their figures; and how many there are."""
        page = f"page=1&page_size={MOST_QUEUES}&columns={','.join(QUEUE_COLUMNS)}"
        answer = await self._object(f"queues/{self._vhost}?{page}") or {}
        found = rows(answer.get("items"))
        return found, max(count(answer, "filtered_count"), len(found))

    async def all_bindings(self) -> list[Row]:
        """All bindings of the virtual host, those of the default exchange too."""
        columns = "columns=source,destination,destination_type,routing_key,arguments"
        return rows(await self._get(f"bindings/{self._vhost}?{columns}"))

    async def consumers(self) -> list[Row]:
        """Who consumes from which queue, as far as we may know."""
        return rows(await self._get(f"consumers/{self._vhost}"))

    async def connections(self) -> list[Row]:
        """The connections that we may know of, by two names each."""
        return rows(await self._get(f"vhosts/{self._vhost}/connections?columns=name,user_provided_name"))

    async def tracing(self) -> bool | None:
        """Whether the firehose of the virtual host is on."""
        facts = await self._object(f"vhosts/{self._vhost}")
        return None if facts is None else bool(facts.get("tracing"))

    async def _object(self, path: str) -> dict[str, Any] | None:
        found = await self._get(path)
        return found if isinstance(found, dict) else None

    async def _get(self, path: str) -> Any:
        try:
            async with asyncio.timeout(ANSWER_S):
                status, body = await self._request(path)
        except (OSError, TimeoutError, ValueError) as error:
            raise Unavailable("it does not answer") from error
        if status == 404:
            return None
        if status in (401, 403):
            raise NotAllowed("the user lacks the tag monitoring or management")
        if status != 200:
            raise Unavailable(f"it answers with status {status}")
        try:
            return json.loads(body)
        except ValueError as error:
            raise Unavailable("what answers is something else") from error

    async def _request(self, path: str) -> tuple[int, bytes]:
        context = self._tls.context() if self._tls else None
        reader, writer = await asyncio.open_connection(
            self._host, self._port, ssl=context, server_hostname=self._server_name, limit=LARGEST_ANSWER
        )
        try:
            # By HTTP/1.0 the answer comes in one piece and ends with the connection.
            lines = (f"GET /api/{path} HTTP/1.0", f"Host: {self._host}", f"Authorization: Basic {self._login}", "", "")
            writer.write("\r\n".join(lines).encode())
            head = await reader.readuntil(b"\r\n\r\n")
            body = b""
            while part := await reader.read(LARGEST_ANSWER - len(body)):
                body += part
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise ValueError("no HTTP") from error
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        return int(head.split(b" ", 2)[1]), body

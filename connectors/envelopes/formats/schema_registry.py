"""The schema registry, Confluent's API or one like it: schemas by id, asked once and remembered.

It is asked between two batches of messages, never for each: what is not known after `prepare` is shown with the reason
and asked again later. A registry that is away, slow or lies costs a bounded time once in a while.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

__all__ = ["NoSchema", "Schema", "SchemaRegistry", "registry_at"]

log = logging.getLogger(__name__)

REGISTRY: Final = (
    "a schema registry as http://HOST:PORT, asked for schemas of Avro and Protobuf values; by default nobody is"
)
REGISTRY_USER: Final = "user name for the schema registry"
REGISTRY_PASSWORD: Final = "password for the schema registry"  # noqa: S105  what an option is for

ANSWER_S: Final = 2.0
PREPARE_S: Final = 3.0
"""How long a batch of messages waits for schemas that are new."""

AGAIN_S: Final = 30.0
"""After so long a registry that did not help is asked again."""

WRONG_URL: Final = "registry takes http://HOST:PORT; user and password are given as registry_user and registry_password"
LARGEST_ANSWER: Final = 4 * 2**20
MOST_SCHEMAS: Final = 2_000
MOST_AT_ONCE: Final = 20
MOST_REFERENCES: Final = 50


class Schema(NamedTuple):
    """A schema as the registry has it; `references` are the texts of what it needs, by the names that it uses."""

    kind: str
    text: str
    references: dict[str, str]


@dataclass(frozen=True, slots=True)
class NoSchema:
    """Why there is no schema, as a clause, and when to ask again (seconds of the monotonic clock)."""

    why: str
    again_at: float


class SchemaRegistry:
    """Asks one registry, with user and password if the first is not empty. Raises ValueError for a wrong URL."""

    def __init__(self, url: str, login: tuple[str, str] = ("", "")) -> None:
        split, port = urlsplit(url), port_in(url)
        if split.scheme not in ("http", "https") or not split.hostname or split.username or split.query:
            raise ValueError(WRONG_URL)
        self._host, self._tls = split.hostname, split.scheme == "https"
        self._port = port or (443 if self._tls else 80)
        self._base = split.path.rstrip("/")
        self._login = base64.b64encode(":".join(login).encode()).decode() if login[0] else ""
        self.place = f"{self._host}:{self._port}"
        self._known: dict[str, Schema | NoSchema] = {}

    def schema(self, key: str) -> Schema | NoSchema:
        """What is known of a schema by its id (or GUID); asks nobody."""
        return self._known.get(key) or NoSchema("it has not been asked for yet", 0.0)

    async def prepare(self, keys: Iterable[str]) -> None:
        """Ask for schemas that are not known, for a few seconds at most."""
        now = time.monotonic()
        wanted = [key for key in dict.fromkeys(keys) if self.is_due(key, now)][:MOST_AT_ONCE]
        if not wanted:
            return
        if len(self._known) >= MOST_SCHEMAS:
            self._known.clear()
        for key in wanted:
            self._known[key] = NoSchema(f"the registry at {self.place} does not answer in time", now + AGAIN_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PREPARE_S):
                await asyncio.gather(*(self._learn(key) for key in wanted))

    def is_due(self, key: str, now: float | None = None) -> bool:
        """Whether it is time to ask for a schema, for the first time or again."""
        now = time.monotonic() if now is None else now
        known = self._known.get(key)
        return known is None or (isinstance(known, NoSchema) and known.again_at <= now)

    async def _learn(self, key: str) -> None:
        try:
            self._known[key] = await self._fetch(key)
        except (OSError, ValueError) as error:
            why = str(error) if isinstance(error, NotThere) else f"the registry at {self.place} {self._trouble(error)}"
            log.info("schema %s: %s", key, why)
            self._known[key] = NoSchema(why, time.monotonic() + AGAIN_S)

    @staticmethod
    def _trouble(error: Exception) -> str:
        return "does not answer" if isinstance(error, OSError) else f"answers with something else ({error})"

    async def _fetch(self, key: str) -> Schema:
        path = f"/schemas/ids/{key}" if key.isdigit() else f"/schemas/guids/{quote(key, safe='')}"
        answer = await self._get(path)
        kind = str(answer.get("schemaType") or "AVRO")
        if kind == "PROTOBUF":
            answer = await self._get(f"{path}?format=serialized")
        references: dict[str, str] = {}
        await self._refer(answer, kind, references)
        return Schema(kind, text_in(answer, "schema"), references)

    async def _refer(self, answer: dict[str, Any], kind: str, found: dict[str, str]) -> None:
        """Fetch what a schema refers to, the deepest first."""
        for each in answer.get("references") or ():
            if not isinstance(each, dict) or (name := text_in(each, "name")) in found:
                continue
            if len(found) >= MOST_REFERENCES:
                raise ValueError("too many references")
            subject, version = quote(text_in(each, "subject"), safe=""), int(each.get("version", -1))
            suffix = "?format=serialized" if kind == "PROTOBUF" else ""
            inner = await self._get(f"/subjects/{subject}/versions/{version}{suffix}")
            found[name] = ""  # so that a circle ends
            await self._refer(inner, kind, found)
            found.pop(name)
            found[name] = text_in(inner, "schema")

    async def _get(self, path: str) -> dict[str, Any]:
        async with asyncio.timeout(ANSWER_S):
            status, body = await self._request(path)
        if status == 404:
            raise NotThere(f"the registry at {self.place} does not know it")
        if status in (401, 403):
            raise NotThere(
                f"the registry at {self.place} does not let us ask; give registry_user and registry_password"
            )
        if status != 200:
            raise ValueError(f"status {status}")
        answer = json.loads(body)
        if not isinstance(answer, dict):
            raise ValueError("no JSON object")
        return answer

    async def _request(self, path: str) -> tuple[int, bytes]:
        """By HTTP/1.0 the answer comes in one piece and ends with the connection."""
        context = ssl.create_default_context() if self._tls else None
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=context, limit=LARGEST_ANSWER)
        try:
            lines = [f"GET {self._base}{path} HTTP/1.0", f"Host: {self.place}", "Accept: application/json"]
            lines += [f"Authorization: Basic {self._login}"] if self._login else []
            writer.write("\r\n".join([*lines, "", ""]).encode())
            head = await reader.readuntil(b"\r\n\r\n")
            body = b""
            while len(body) <= LARGEST_ANSWER and (part := await reader.read(2**16)):
                body += part
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise ValueError("no HTTP") from error
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        status = head.split(b" ", 2)[1:2]
        return int(status[0]) if status else 0, body[:LARGEST_ANSWER]


@cache
def registry_at(url: str, login: tuple[str, str] = ("", "")) -> SchemaRegistry:
    """The one registry at a URL in this process, so that what is known is known to all; raises ValueError."""
    return SchemaRegistry(url, login)


def registry_named(url: str | None, user: str | None, password: str | None) -> SchemaRegistry | None:
    """The registry that the options of a source name, if they do; raises ValueError."""
    return registry_at(url, (user or "", password or "")) if url else None


class NotThere(ValueError):
    """The registry answered, and has nothing for us; the clause says why."""


def port_in(url: str) -> int | None:
    """The port that a URL names; raises ValueError."""
    try:
        return urlsplit(url).port
    except ValueError:
        raise ValueError(WRONG_URL) from None


def text_in(answer: dict[str, Any], name: str) -> str:
    """A text that must be there; raises ValueError."""
    value = answer.get(name)
    if not isinstance(value, str):
        raise ValueError(f"no {name} in it")
    return value

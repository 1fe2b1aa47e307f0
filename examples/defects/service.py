"""A service that owns a table: it changes the table and tells of it, both or neither."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from typing import Any, TypeVar

from eventscope import Event, EventBus
from examples.component import Component
from examples.database import Database
from examples.defects.outbox import Outbox
from examples.defects.tables import Refused

__all__ = ["DomainService", "named"]

T = TypeVar("T")
Change = Callable[[sqlite3.Connection], tuple[T, Sequence[Event]]]


class DomainService(Component):
    """A base for both services; `send_out` is called after each change, when the outbox has something."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        send_out: Callable[[], Awaitable[None]],
        event_bus: EventBus,
        source: str,
    ) -> None:
        super().__init__(event_bus, source)
        self._database = database
        self._outbox = outbox
        self._send_out = send_out

    def _fact(self, type_: str, user_id: int, data: dict[str, Any], **fields: Any) -> Event:
        return self._event(type_, data, {"metadata": {"user_id": user_id}, **fields})

    async def _change(self, work: Change[T]) -> T:
        """Do `work` in one transaction with the outbox, then send out what it told; returns what it made.

        Raises what `work` raises, and then nothing has changed and nothing is told.
        """
        context = copy_context()  # so that the events know, in the thread of the database, what they come of

        def transaction(db: sqlite3.Connection) -> T:
            made, events = context.run(work, db)
            self._outbox.put(db, events)
            return made

        made = await self._database.run(transaction)
        await self._send_out()
        return made


def named(text: str, what: str) -> str:
    """A name without the blanks around it. Raises Refused if nothing is left."""
    if not (name := text.strip()):
        raise Refused(f"{what} needs a name; say which")
    return name

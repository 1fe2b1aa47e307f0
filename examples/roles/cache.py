"""A role cache without expiry: an entry is right until its user's role changes, and events bring the change.

The event comes a moment after the change is in the database. So that nobody is told the old role in that
moment, whoever changes a role says around the write which version came of it; from then on an older entry
does not count, and the next question goes to the database. If the event is lost that question repairs the entry.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from examples.roles.users import User

__all__ = ["EventDrivenRoleCache", "hit_rate"]

Fetch = Callable[[int], Awaitable[User | None]]


class EventDrivenRoleCache:
    """Roles by user id, of as many users as there are. May be used from any thread.

    `repaired` counts questions that came before the event of a change, or instead of one that was lost.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[int, User] = {}
        self._least: dict[int, float] = {}
        self.hits = self.misses = self.events_processed = self.repaired = 0

    def __len__(self) -> int:
        return len(self._known)

    async def get_role(self, user_id: int, fetch: Fetch) -> str | None:
        """The role of a user, from the database if need be; None if there is no such user.

        Raises what `fetch` raises.
        """
        with self._lock:
            user = self._fresh(user_id)
            self.hits += user is not None
            self.misses += user is None
        if user is None:
            user = await fetch(user_id)
            if user is not None:
                self._take_in(user)
        return None if user is None else user.role

    def update_role(self, user: User) -> None:
        """Take in a change that an event brought; one that is older than what is known changes nothing."""
        with self._lock:
            self.events_processed += 1
        self._take_in(user)

    @contextmanager
    def changing(self, *user_ids: int) -> Iterator[Callable[[Iterable[User]], None]]:
        """Surrounds a write; the value is to be called with the users as they were written.

        When the write raises nothing has changed. When it is cancelled nobody knows: the user is read from
        the database until the next change.
        """
        try:
            yield self._written
        except asyncio.CancelledError:
            self._doubt(user_ids)
            raise

    def reset(self) -> None:
        """Forget all users, but not which answers would be too old."""
        with self._lock:
            for user in self._known.values():
                self._least[user.user_id] = max(user.version, self._least.get(user.user_id, 0))
            self._known.clear()

    def get_stats(self) -> dict[str, Any]:
        """Counts since the beginning, as plain data."""
        with self._lock:
            return {
                "size": len(self._known),
                "hits": self.hits,
                "misses": self.misses,
                "hit_rate_percent": hit_rate(self.hits, self.misses),
                "events_processed": self.events_processed,
                "repaired": self.repaired,
            }

    def _fresh(self, user_id: int) -> User | None:
        user = self._known.get(user_id)
        if user is not None and user.version < self._least.get(user_id, 0):
            self.repaired += 1
            return None
        return user

    def _take_in(self, user: User) -> None:
        with self._lock:
            known = self._known.get(user.user_id)
            if known is None or user.version >= known.version:
                self._known[user.user_id] = user
            if user.version >= self._least.get(user.user_id, math.inf):
                del self._least[user.user_id]

    def _written(self, users: Iterable[User]) -> None:
        with self._lock:
            for user in users:
                least = self._least.get(user.user_id, 0)
                self._least[user.user_id] = user.version if least == math.inf else max(least, user.version)

    def _doubt(self, user_ids: Iterable[int]) -> None:
        with self._lock:
            self._least.update(dict.fromkeys(user_ids, math.inf))


def hit_rate(hits: int, misses: int) -> float:
    """Hits in a hundred questions, 0.0 when there were none."""
    return round(100 * hits / (hits + misses), 1) if hits + misses else 0.0

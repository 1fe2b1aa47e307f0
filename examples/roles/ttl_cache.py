"""The cache that the event-driven one is compared with: an entry is believed for some minutes, right or wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from examples.roles.cache import Fetch, hit_rate

__all__ = ["CLEAN_EVERY_S", "TTL_S", "TtlRoleCache"]

TTL_S: Final = 300.0
CLEAN_EVERY_S: Final = 60.0


class TtlRoleCache:
    """Roles by user id, each for `ttl` seconds of `clock`. `clean` is the background task's work."""

    def __init__(self, clock: Callable[[], float], ttl: float = TTL_S) -> None:
        self._clock = clock
        self._ttl = ttl
        self._known: dict[int, tuple[str, float]] = {}
        self.hits = self.misses = self.cleanings = 0

    def __len__(self) -> int:
        return len(self._known)

    async def get_role(self, user_id: int, fetch: Fetch) -> str | None:
        """The role of a user as it is, or as it was up to `ttl` seconds ago. Raises what `fetch` raises."""
        role, expires = self._known.get(user_id, ("", 0.0))
        if self._clock() < expires:
            self.hits += 1
            return role
        self.misses += 1
        user = await fetch(user_id)
        if user is None:
            return None
        self._known[user_id] = (user.role, self._clock() + self._ttl)
        return user.role

    def clean(self) -> None:
        """Throw away what has expired. Due every CLEAN_EVERY_S seconds, or memory grows."""
        self.cleanings += 1
        now = self._clock()
        self._known = {user_id: entry for user_id, entry in self._known.items() if now < entry[1]}

    def get_stats(self) -> dict[str, Any]:
        """Counts since the beginning, as plain data."""
        rate = hit_rate(self.hits, self.misses)
        return {"size": len(self._known), "hits": self.hits, "misses": self.misses, "hit_rate_percent": rate}

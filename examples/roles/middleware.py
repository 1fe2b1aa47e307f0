"""The middleware: asks for the role of whoever writes to the bot, before anything else happens."""

from __future__ import annotations

import logging
import sqlite3

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.component import Component
from examples.roles.cache import EventDrivenRoleCache
from examples.roles.ttl_cache import TtlRoleCache
from examples.roles.users import ADMIN, UsersRepo

__all__ = ["RolesMiddleware"]

log = logging.getLogger(__name__)


class RolesMiddleware(Component):
    """Emits `access.decided` and, when nobody knows the role, `error.roles_unavailable`.

    `beside` is a cache that is asked the same and not believed: `stale` counts its wrong answers.
    `fallbacks` counts answers from the database because the cache failed.
    """

    def __init__(self, users: UsersRepo, cache: EventDrivenRoleCache, event_bus: EventBus) -> None:
        super().__init__(event_bus, "roles_middleware")
        self.users = users
        self.cache = cache
        self.beside = TtlRoleCache(lambda: self.surroundings.now())
        self.stale = self.fallbacks = 0

    async def role_of(self, user_id: int) -> str | None:
        """The role of a user, from the cache, or from the database if the cache fails.

        None if there is no such user. Raises sqlite3.Error when the database fails as well.
        """
        try:
            return await self.cache.get_role(user_id, self.users.get)
        except sqlite3.Error:
            raise
        except Exception:
            log.warning("the role cache failed; user %s is read from the database", user_id, exc_info=True)
            self.fallbacks += 1
            user = await self.users.get(user_id)
            return None if user is None else user.role

    @EventHandler.on("message.received", subscription_name="roles_middleware")
    async def check(self, event: Event) -> None:
        """Decide whether somebody has the rights of an administrator; without a role nobody has."""
        await self.work(3)
        user_id = event.payload["user_id"]
        try:
            role = await self.role_of(user_id)
            self.stale += role != await self.beside.get_role(user_id, self.users.get)
        except sqlite3.Error as error:
            await self.emit_error("roles_unavailable", str(error), priority=EventPriority.CRITICAL)
            role = None
        await self.emit("access.decided", {"user_id": user_id, "role": role, "allowed": role == ADMIN})

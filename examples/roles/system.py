"""The bot's roles put together: the table, the cache, and what stands between them and the bus."""

from __future__ import annotations

from eventscope import EventBus
from examples.example import System
from examples.roles.actions import RoleActions
from examples.roles.audit import AuditTrail
from examples.roles.cache import EventDrivenRoleCache
from examples.roles.middleware import RolesMiddleware
from examples.roles.statistics import CacheStatistics
from examples.roles.tracker import RoleChangeTracker
from examples.roles.users import UsersRepo

__all__ = ["Roles"]


class Roles(System):
    """All components on one bus, over a table in memory unless a repository is given."""

    def __init__(self, event_bus: EventBus, users: UsersRepo | None = None) -> None:
        self.event_bus = event_bus
        self.users = users or UsersRepo()
        self.cache = EventDrivenRoleCache()
        self.actions = RoleActions(self.users, self.cache, event_bus)
        self.tracker = RoleChangeTracker(self.cache, event_bus)
        self.middleware = RolesMiddleware(self.users, self.cache, event_bus)
        self.statistics = CacheStatistics(self.cache, self.middleware, event_bus)
        self.audit = AuditTrail(event_bus)
        self.components = (self.actions, self.tracker, self.middleware, self.statistics, self.audit)

    async def stop(self) -> None:
        """Close the table."""
        await self.users.close()

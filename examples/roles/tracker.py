"""The tracker: brings each change of a role from the bus into the cache."""

from __future__ import annotations

from collections.abc import Callable

from eventscope import Event, EventBus, EventHandler
from examples.component import Component
from examples.roles.cache import EventDrivenRoleCache
from examples.roles.users import User

__all__ = ["RoleChangeTracker"]


class RoleChangeTracker(Component):
    """Emits `role.cache_updated`. `before_update` is called first; what it raises is a lost update."""

    def __init__(self, cache: EventDrivenRoleCache, event_bus: EventBus) -> None:
        super().__init__(event_bus, "role_cache")
        self.cache = cache
        self.before_update: Callable[[Event], None] = lambda event: None

    @EventHandler.on(["role.set", "role.admin_*"], subscription_name="role_change_tracker")
    async def change(self, event: Event) -> None:
        """A role was changed: the cache knows at once."""
        await self.work(1.2)
        self.before_update(event)
        for row in event.payload["users"]:
            self.cache.update_role(User(**row))
        await self.emit("role.cache_updated", event.payload, priority=event.priority)

    @EventHandler.on("user.upserted", subscription_name="role_cache_warmup")
    async def warm_up(self, event: Event) -> None:
        """Somebody joined: the first question is answered from the cache already."""
        for row in event.payload["users"]:
            self.cache.update_role(User(**row))

    @EventHandler.on("cache.reset_requested", subscription_name="cache_reset")
    async def reset(self, event: Event) -> None:
        """Forget all users. No part of the bot asks for it: with this cache nobody needs to."""
        self.cache.reset()

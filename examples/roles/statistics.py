"""The figures of the cache, as gauge events for a monitor and as the answer to `/cache_stats`."""

from __future__ import annotations

from typing import Any

from eventscope import EventBus, EventPriority
from examples.component import Component
from examples.roles.cache import EventDrivenRoleCache
from examples.roles.middleware import RolesMiddleware

__all__ = ["CacheStatistics"]

FEEDS = ("role_change_tracker", "role_cache_warmup")
"""The subscriptions that keep the cache fresh."""


class CacheStatistics(Component):
    """Emits `roles.cache.stats`, of category `metrics`."""

    def __init__(self, cache: EventDrivenRoleCache, middleware: RolesMiddleware, event_bus: EventBus) -> None:
        super().__init__(event_bus, "cache_statistics")
        self.cache = cache
        self.middleware = middleware

    def get_stats(self) -> dict[str, Any]:
        """Numbers by name: those of the cache, then those of the TTL cache beside it."""
        subscribed = {info["name"] for info in self.event_bus.get_subscriptions_info()}
        beside = self.middleware.beside.get_stats()
        return self.cache.get_stats() | {
            "event_handlers": len(subscribed.intersection(FEEDS)),
            "fallbacks": self.middleware.fallbacks,
            "ttl_hit_rate_percent": beside["hit_rate_percent"],
            "ttl_stale_answers": self.middleware.stale,
        }

    async def report(self) -> None:
        """Publish the figures as they are now."""
        gauges = {"gauges": self.get_stats()}
        await self.emit("roles.cache.stats", gauges, category="metrics", priority=EventPriority.LOW)

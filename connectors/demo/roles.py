"""The role cache of seed 003: no expiry, it changes only when a role does.

Every change goes through a few places of the bot, each of which says so; the cache listens.
"""

from __future__ import annotations

from connectors.demo.world import Service, World
from eventscope import Event, EventHandler, EventPriority

__all__ = ["run"]

EVENTS_EACH = 2.15
"""Events that one action in the bot publishes on average; a test measures it."""

ACTIONS = {"role.admin_added": 4, "role.admin_removed": 3, "role.admin_transferred": 1, "user.upserted": 8}
NAMES = ("ivan_petrov", "marta", "кот_учёный", "dev_null", "anna.k", "zoe")


class Bot(Service):
    """A chat bot whose administrators come and go."""

    async def act(self, number: int) -> None:
        """Somebody joins, is made an administrator, or is not any more."""
        chance = self.world.dice("action", number)
        action = chance.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        who = {"user_id": 700_000_000 + chance.randrange(10**8), "username": chance.choice(NAMES)}
        await self.say(action, who | {"chat_id": -100 - chance.randrange(9)}, nth=number)


class RoleCache(Service):
    """Holds each user's role until an event changes it."""

    @EventHandler.on("role.admin_*", subscription_name="role_change_tracker")
    async def change(self, event: Event) -> None:
        """The new role is known at once, everywhere."""
        await self.world.work(self.chance(event), 1.2)
        role = "user" if event.type == "role.admin_removed" else "admin"
        change = {"user_id": event.payload["user_id"], "role": role}
        await self.say("role.cache_updated", change, priority=EventPriority.HIGH)

    @EventHandler.on("user.upserted", subscription_name="role_cache_warmup")
    async def warm(self, event: Event) -> None:
        """A new user is cached from the database, which takes a query."""
        chance = self.chance(event)
        await self.world.work(chance, 16)
        if chance.random() < 1 / 4:
            query = {"user_id": event.payload["user_id"], "source": "database", "hit_rate_percent": 94.2}
            await self.say("cache.missed", query, priority=EventPriority.LOW)


class RolesMiddleware(Service):
    """Asks for rights after each change."""

    @EventHandler.on("role.cache_updated", subscription_name="roles_middleware")
    async def check(self, event: Event) -> None:
        """A right that was granted or withdrawn."""
        chance = self.chance(event)
        await self.world.work(chance, 3)
        allowed = event.payload["role"] == "admin"
        await self.say("access.decided", {"user_id": event.payload["user_id"], "allowed": allowed})


class AuditTrail(Service):
    """Writes down who could do what."""

    @EventHandler.on(categories=["access", "user"], subscription_name="audit_trail")
    async def note(self, event: Event) -> None:
        """One line in the audit log."""
        await self.world.work(self.chance(event), 6)


async def run(world: World) -> None:
    """Run the bot until the world ends."""
    bot = Bot(world, "telegram_bot")
    cache, rights = RoleCache(world, "role_cache"), RolesMiddleware(world, "roles_middleware")
    world.open(bot, cache, rights, AuditTrail(world, "audit"))
    async for number in world.arrivals(EVENTS_EACH):
        await bot.act(number)

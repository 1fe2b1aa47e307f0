"""The traffic of the bot: mostly messages; now and then somebody joins, or a role changes."""

from __future__ import annotations

from random import Random
from typing import Final

from eventscope import Event
from examples.example import Example
from examples.outage import Outage
from examples.roles.system import Roles
from examples.roles.users import ADMIN, USER
from examples.world import World

__all__ = ["EVENTS_EACH", "ROLES"]

EVENTS_EACH = 1.81
"""Events that one action publishes on average; a test measures it."""

PEOPLE: Final = 60
FIRST_ID: Final = 700_000_000
NAMES: Final = ("ivan_petrov", "marta", "кот_учёный", "dev_null", "anna.k", "zoe")
GREETINGS: Final = ("привет", "/help", "/cache_stats", "/ban", "how do I leave?")
ACTIONS: Final = {"message": 70, "join": 4, "add": 10, "remove": 6, "transfer": 4, "set": 6}
REPORT_EVERY: Final = 20
"""Actions between two reports of the cache's figures."""

LOST: Final = 1 / 30
"""Changes of roles that do not reach the cache."""


async def traffic(world: World, system: Roles) -> None:
    """Run the bot until the world ends."""
    system.tracker.before_update = lambda event: lose(world, event)
    async for number in world.arrivals(EVENTS_EACH):
        if number % REPORT_EVERY == REPORT_EVERY - 1:
            await system.statistics.report()
        else:
            await act(world.dice("action", number), system)


def lose(world: World, event: Event) -> None:
    """Lose the update of some events; the cache finds out. Raises Outage."""
    if world.dice("lost", event.id).random() < LOST:
        raise Outage("the cache did not answer within 50 ms")


async def act(chance: Random, system: Roles) -> None:
    """One person does one thing; who is not known yet joins first."""
    who, actions = somebody(chance), system.actions
    user = await system.users.get(who)
    what = chance.choices(list(ACTIONS), list(ACTIONS.values()))[0]
    if user is None or what == "join":
        await actions.join(who, chance.choice(NAMES))
    elif what == "message":
        await actions.receive(who, chance.choice(GREETINGS))
    elif what == "set":
        await actions.set_role(who, chance.choice((ADMIN, USER)))
    elif what == "transfer" and await system.users.get(heir := somebody(chance)):
        await actions.transfer_admin(who, heir)
    else:
        await (actions.remove_admin if user.role == ADMIN else actions.add_admin)(who)


def somebody(chance: Random) -> int:
    """A user id; some people are here all the time."""
    return FIRST_ID + int(PEOPLE * chance.random() ** 3)


ROLES: Final = Example("roles", Roles, traffic)

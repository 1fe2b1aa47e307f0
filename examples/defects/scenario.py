"""The traffic of the site: defects are found, projects begin, change and end; the mail server fails now and then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Final

from eventscope import Event
from examples.defects.defects import PRIORITIES
from examples.defects.email_consumer import RETRIES
from examples.defects.system import Site
from examples.defects.tables import Refused
from examples.example import Example
from examples.outage import Outage
from examples.world import World

__all__ = ["DEFECTS", "EVENTS_EACH"]

EVENTS_EACH = 4.06
"""Events that one arrival publishes on average; a test measures it."""

NAMES: Final = ("Строительство моста", "Реконструкция вокзала", "ЖК «Северный»", "Ремонт школы № 12", "Тестовый проект")
TITLES: Final = ("Трещина в опоре", "Протечка кровли", "Критическая ошибка", "Нет маркировки кабеля", "Скол плитки")
PEOPLE: Final = 40
MOST_PROJECTS: Final = 12
REPORT_EVERY: Final = 20
"""Arrivals between two reports of the figures."""

PROJECT: Final = 1 / 8
"""Arrivals that are about a project and not about a defect."""

TAKEN_UP: Final = 0.75
FAILING: Final = (85, 8, 3, 4)
"""Of a hundred mails those that fail never, once, twice, and until they are given up."""


async def traffic(world: World, site: Site) -> None:
    """Build until the world ends."""
    site.engineer.takes_up = lambda event: world.dice("taken up", event.id).random() < TAKEN_UP
    site.email.before_sending = unreliable(world)
    await site.send_out()
    async for number in world.arrivals(EVENTS_EACH):
        chance = world.dice("arrival", number)
        if number % REPORT_EVERY == REPORT_EVERY - 1:
            await site.dashboard.report()
        elif number == 0 or chance.random() < PROJECT:
            await plan(chance, site)
        else:
            await report(chance, site)


async def report(chance: Random, site: Site) -> None:
    """Somebody finds a defect."""
    project = chance.choice(await site.projects.all())
    urgency = chance.choices(list(PRIORITIES), (3, 5, 3, 1))[0]
    await site.defects.create(somebody(chance), project.project_id, chance.choice(TITLES), urgency)


async def plan(chance: Random, site: Site) -> None:
    """A project begins, ends or changes; one with defects does not end, and the last one neither."""
    projects, user_id, name = await site.projects.all(), somebody(chance), chance.choice(NAMES)
    if not projects or (len(projects) < MOST_PROJECTS and chance.random() < 0.5):
        await site.projects.create(user_id, name)
        return
    project_id = chance.choice(projects[-3:]).project_id
    if len(projects) > 1 and chance.random() < 0.7:
        try:
            await site.projects.delete(user_id, project_id)
            return
        except Refused:
            name = f"{name}, продлён"
    await site.projects.update(user_id, project_id, name)


def somebody(chance: Random) -> int:
    """A user id."""
    return chance.randrange(1, PEOPLE)


def unreliable(world: World) -> Callable[[Event], None]:
    """A mail server that drops connections: it raises Outage for some mails, once or as often as they are tried."""
    tries = Counter[str]()

    def send(event: Event) -> None:
        failing = world.dice("mail", event.id).choices(range(RETRIES + 2), FAILING)[0]
        tries[event.id] += 1
        attempt = tries[event.id]
        if attempt > min(failing, RETRIES):
            del tries[event.id]
        if attempt <= failing:
            raise Outage(f"Дефект #{event.payload['defect_id']}: почтовый сервер разорвал соединение")

    return send


DEFECTS: Final = Example("defects", Site, traffic)

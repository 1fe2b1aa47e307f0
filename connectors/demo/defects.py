"""Projects and defects of seed 001: domain events with Cyrillic payloads, and a consumer that mails.

Every payload has the seed's shape: `data` about the thing, and the `user_id` of who did it.
"""

from __future__ import annotations

from random import Random
from typing import Any

from connectors.demo.world import Flaky, Service, World
from eventscope import Event, EventHandler, EventPriority

__all__ = ["run"]

EVENTS_EACH = 3.55
"""Events that one report publishes on average; a test measures it."""

PROJECTS = ("Строительство моста", "Реконструкция вокзала", "ЖК «Северный»", "Ремонт школы № 12")
TITLES = ("Трещина в опоре", "Протечка кровли", "Критическая ошибка", "Нет маркировки кабеля", "Скол плитки")
PRIORITIES = {
    "Низкий": EventPriority.LOW,
    "Средний": EventPriority.NORMAL,
    "Высокий": EventPriority.HIGH,
    "Критический": EventPriority.HIGH,
}
NEXT_STATUS = {"Новая": "В работе", "В работе": "Решена", "Решена": "Закрыта"}


def fact(chance: Random, **data: Any) -> dict[str, Any]:
    """A payload as the seed writes it."""
    return {"data": data, "user_id": chance.randrange(1, 40)}


class ProjectsService(Service):
    """Where projects begin."""

    async def begin(self, number: int) -> None:
        """A project is created."""
        chance = self.world.dice("project", number)
        project = {"project_id": number, "name": chance.choice(PROJECTS), "owner_id": chance.randrange(1, 40)}
        await self.say("project.created", fact(chance, **project), nth=number)


class DefectsService(Service):
    """Where defects are reported and worked on."""

    async def report(self, number: int) -> None:
        """Somebody found a defect."""
        chance = self.world.dice("defect", number)
        urgency = chance.choices(list(PRIORITIES), (3, 5, 3, 1))[0]
        defect = {"defect_id": number, "title": chance.choice(TITLES), "status": "Новая", "priority": urgency}
        defect["project_id"] = chance.randrange(1, 9)
        await self.say("defect.created", fact(chance, **defect), nth=number, priority=PRIORITIES[urgency])

    @EventHandler.on(["defect.created", "defect.status_changed"], subscription_name="defect_workflow")
    async def move_on(self, event: Event) -> None:
        """A defect goes from new to closed in steps; some stay where they are."""
        chance, data = self.chance(event), event.payload["data"]
        await self.world.work(chance, 20, spread=0.5)
        old = data.get("new_status", "Новая")
        if old in NEXT_STATUS and chance.random() < 0.75:
            change = {"defect_id": data["defect_id"], "old_status": old, "new_status": NEXT_STATUS[old]}
            await self.say("defect.status_changed", fact(chance, **change), priority=event.priority)
        if old == "Новая":
            update = {"defect_id": data["defect_id"], "title": data.get("title"), "updated_by": 7}
            await self.say("defect.updated", fact(chance, **update), priority=EventPriority.LOW)


class EmailConsumer(Service):
    """Mails about each change of status, through a relay that drops connections."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world, name)
        self._relay = Flaky(world, often=0.15, for_good=0.3)

    @EventHandler.on("defect.status_changed", subscription_name="email_notifications", retries=2)
    async def mail(self, event: Event) -> None:
        """Retried twice; then the mail is a dead letter."""
        await self.world.work(self.chance(event), 15)
        self._relay.call(event, f"Дефект #{event.payload['data']['defect_id']}: почтовый сервер разорвал соединение")


class Dashboard(Service):
    """Counts what is open."""

    @EventHandler.on(categories=["project", "defect"], subscription_name="site_dashboard")
    async def count(self, event: Event) -> None:
        """One more on the board."""
        await self.world.work(self.chance(event), 4)


class Archive(Service):
    """Waits for deletions, which never come: a dead subscription."""

    @EventHandler.on(["project.deleted", "defect.deleted"], subscription_name="archive")
    async def store(self, event: Event) -> None:
        """Never called."""
        await self.world.work(self.chance(event), 20)


async def run(world: World) -> None:
    """Build until the world ends; every twelfth report begins a project."""
    projects, defects = ProjectsService(world, "service_projects"), DefectsService(world, "service_defects")
    world.open(
        projects,
        defects,
        EmailConsumer(world, "email_consumer"),
        Dashboard(world, "dashboard"),
        Archive(world, "archive"),
    )
    async for number in world.arrivals(EVENTS_EACH):
        await (projects.begin(number) if number % 12 == 11 else defects.report(number))

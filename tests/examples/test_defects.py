"""The projects and defects services: their rules, and that a change and its events happen both or not at all."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3

import pytest
from played import published, running

from app.session import Session
from connectors.registry import open_source
from eventscope import Event, EventBus, EventPriority
from eventscope.step import Phase
from examples.defects.defects import CLOSED, NEW, NEXT, PRIORITIES
from examples.defects.email_consumer import RETRIES
from examples.defects.envelope import envelope_of, event_of
from examples.defects.surroundings import bus_in
from examples.defects.system import BUS, Site
from examples.defects.tables import NotFound, Refused
from examples.outage import Outage

TITLE = "Критическая ошибка"


@pytest.fixture
def bus():
    return EventBus(name="defects", concurrency=16)


@pytest.fixture
async def site(bus):
    """The services with a bus, and nobody who moves defects on."""
    site = Site(bus)
    site.engineer.takes_up = lambda event: False
    async with running(site, bus) as steps:
        site.steps = steps
        yield site


def told(site):
    return [(event.type, event.payload) for event in published(site.steps)]


async def drained(bus):
    while bus.get_metrics()["waiting"] or bus.get_metrics()["running"]:
        await asyncio.sleep(0.01)


# The seven events


async def test_each_event_has_the_data_that_the_document_lists(site):
    await site.projects.create(5, "Строительство моста")
    await site.projects.update(6, 1, "Строительство моста, 2")
    await site.defects.create(3, 1, TITLE, "Высокий")
    await site.defects.update(7, 1, TITLE, "В работе", "Высокий")
    await site.defects.delete(8, 1)
    await site.projects.delete(9, 1)
    defect = {"title": TITLE, "status": "Новая", "priority": "Высокий", "project_id": 1, "reporter_id": 3}
    assert told(site) == [
        ("project.created", {"project_id": 1, "name": "Строительство моста", "owner_id": 5}),
        ("project.updated", {"project_id": 1, "name": "Строительство моста, 2", "updated_by": 6}),
        ("defect.created", {"defect_id": 1, **defect}),
        ("defect.status_changed", {"defect_id": 1, "old_status": "Новая", "new_status": "В работе", "changed_by": 7}),
        ("defect.updated", {"defect_id": 1, "title": TITLE, "updated_by": 7}),
        ("defect.deleted", {"defect_id": 1, "deleted_by": 8}),
        ("project.deleted", {"project_id": 1, "deleted_by": 9}),
    ]
    events = published(site.steps)
    assert [event.metadata["user_id"] for event in events] == [5, 6, 3, 7, 7, 8, 9]
    assert {event.source for event in events} == {"service_projects", "service_defects"}
    assert {event.priority for event in events if event.category == "defect"} == {EventPriority.HIGH}


async def test_a_put_without_another_status_tells_only_of_an_update(site):
    await site.projects.create(5, "Мост")
    await site.defects.create(3, 1, TITLE, "Низкий")
    await site.defects.update(7, 1, "Протечка кровли", NEW, "Критический")
    assert [type_ for type_, _ in told(site)][2:] == ["defect.updated"]
    assert published(site.steps)[-1].priority is EventPriority.CRITICAL
    assert (await site.defects.get(1)).title == "Протечка кровли"


async def test_both_events_of_one_request_belong_together(site):
    await site.projects.create(5, "Мост")
    await site.defects.create(3, 1, TITLE, "Низкий")
    await site.defects.update(7, 1, TITLE, "В работе", "Низкий")
    moved, updated = published(site.steps)[-2:]
    assert updated.correlation_id == moved.correlation_id == moved.id


# What is refused


@pytest.mark.parametrize("name", ["", "  \n"])
async def test_a_project_needs_a_name(site, name):
    with pytest.raises(Refused, match="a project needs a name"):
        await site.projects.create(5, name)
    await site.projects.create(5, "Мост")
    with pytest.raises(Refused, match="a project needs a name"):
        await site.projects.update(5, 1, name)
    assert [project.name for project in await site.projects.all()] == ["Мост"]
    assert len(told(site)) == 1


async def test_a_project_with_defects_is_not_deleted(site):
    await site.projects.create(5, "Мост")
    await site.defects.create(3, 1, TITLE, "Низкий")
    with pytest.raises(Refused, match="project 1 has 1 defects"):
        await site.projects.delete(5, 1)
    assert (await site.projects.get(1)).name == "Мост"
    assert len(told(site)) == 2


async def test_what_is_not_there_is_not_changed(site):
    for change in (
        site.projects.update(5, 1, "Мост"),
        site.projects.delete(5, 1),
        site.defects.create(5, 1, TITLE, "Низкий"),
        site.defects.update(5, 1, TITLE, NEW, "Низкий"),
        site.defects.delete(5, 1),
    ):
        with pytest.raises(NotFound, match=r"there is no (project|defect) 1"):
            await change
    assert told(site) == []


@pytest.mark.parametrize(("status", "priority"), [("Готово", "Низкий"), (NEW, "Срочный")])
async def test_a_status_or_a_priority_that_is_none_is_refused_with_those_there_are(site, status, priority):
    await site.projects.create(5, "Мост")
    with pytest.raises(Refused, match=r"is unknown; use one of Н"):
        await site.defects.create(3, 1, TITLE, priority, status=status)
    assert await site.defects.count_open() == 0


@pytest.mark.parametrize("old", NEXT)
@pytest.mark.parametrize("new", NEXT)
async def test_a_status_goes_one_step_on_or_back(site, old, new):
    await site.projects.create(5, "Мост")
    await site.defects.create(3, 1, TITLE, "Низкий", status=old)
    if new == old or new in NEXT[old]:
        await site.defects.update(7, 1, TITLE, new, "Низкий")
    else:
        with pytest.raises(Refused, match=f"{new} may not follow {old}"):
            await site.defects.update(7, 1, TITLE, new, "Низкий")
        assert (await site.defects.get(1)).status == old
        assert told(site)[-1][0] == "defect.created"


async def test_the_engineer_takes_a_defect_to_its_end(bus, site):
    site.engineer.takes_up = lambda event: True
    await site.projects.create(5, "Мост")
    await site.defects.create(3, 1, TITLE, "Высокий")
    await drained(bus)
    statuses = [payload["new_status"] for type_, payload in told(site) if type_ == "defect.status_changed"]
    assert statuses == ["В работе", "Решена", CLOSED]
    with pytest.raises(NotFound):
        await site.defects.get(1)
    events = published(site.steps)
    assert {event.correlation_id for event in events[1:]} == {events[1].id}


# Both or neither


async def test_a_change_whose_event_cannot_be_stored_does_not_happen(site):
    def broken(db, events):
        raise sqlite3.OperationalError("disk I/O error")

    site.outbox.put = broken
    with pytest.raises(sqlite3.OperationalError):
        await site.projects.create(5, "Мост")
    assert await site.projects.all() == []
    assert told(site) == []


async def test_changes_side_by_side_are_told_in_the_order_of_the_table(site):
    await asyncio.gather(*(site.projects.create(5, f"Проект {n}") for n in range(150)))
    assert [payload["project_id"] for _, payload in told(site)] == list(range(1, 151))
    assert await site.outbox.waiting(BUS) == 0


# Mails


async def test_a_mail_that_fails_is_tried_again_later_and_then_sent(bus, site):
    failures = [Outage("away")] * RETRIES

    def fail(event):
        if failures:
            raise failures.pop()

    site.email.before_sending = fail
    await to_work(site)
    await drained(bus)
    assert list(site.email.outgoing) == ["Дефект #1 изменил статус на 'В работе'"]
    phases = [step.phase for step in mails(site)]
    again = [Phase.DELIVERED, Phase.FAILED, Phase.RETRIED]
    assert phases == [*again * RETRIES, Phase.DELIVERED, Phase.HANDLED]


async def test_a_mail_that_fails_each_time_is_a_dead_letter(bus, site):
    def fail(event):
        raise Outage("почтовый сервер разорвал соединение")

    site.email.before_sending = fail
    await to_work(site)
    await drained(bus)
    assert site.email.outgoing == type(site.email.outgoing)()
    last = mails(site)[-1]
    assert (last.phase, last.attempt) == (Phase.DEAD_LETTERED, RETRIES + 1)
    assert "почтовый сервер разорвал соединение" in last.error


async def to_work(site):
    await site.projects.create(5, "Мост")
    await site.defects.create(3, 1, TITLE, "Низкий")
    await site.defects.update(7, 1, TITLE, "В работе", "Низкий")


def mails(site):
    return [step for step in site.steps if step.subscription == "email_notifications"]


# Outside


def test_the_envelope_is_the_documents_and_comes_back_as_the_event():
    data = {"defect_id": 42, "old_status": "В работе", "new_status": "Решена", "changed_by": 7}
    event = Event(
        "defect.status_changed", data, id="a1b2", timestamp=1_764_599_400_000_001_999, metadata={"user_id": 7}
    )
    text = envelope_of(event)
    assert "Решена" in text
    assert json.loads(text) == {
        "event_id": "a1b2",
        "event_type": "defect.status_changed",
        "data": data,
        "user_id": 7,
        "timestamp": "2025-12-01T14:30:00.000001",
    }
    again = event_of(text.encode())
    assert (again.id, again.type, again.payload) == ("a1b2", event.type, data)
    assert (again.timestamp, again.metadata["user_id"]) == (1_764_599_400_000_001_000, 7)


@pytest.mark.parametrize("text", ["[]", "7", "null", "{}", '{"timestamp": 5}', '{"timestamp": "soon"}', "{"])
def test_what_is_no_envelope_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        event_of(text)


@pytest.fixture
def log_file(tmp_path):
    lines = logging.getLogger("eventscope.events")
    before = lines.level, lines.propagate, list(lines.handlers)
    yield tmp_path / "events.log"
    for handler in set(lines.handlers) - set(before[2]):
        lines.removeHandler(handler)
        handler.close()
    lines.setLevel(before[0])
    lines.propagate = before[1]


async def test_log_lines_read_by_the_monitor_have_the_columns_of_the_events(log_file):
    bus = bus_in({"DEFECTS_LOG": str(log_file)})
    site = Site(bus)
    async with running(site, bus) as steps:
        await to_work(site)
        await bus.stop()
    events = published(steps)
    session = Session()
    source = session.attach(open_source(f"file:{log_file}?follow=false"))
    while not source.over:
        session.drain()
        await asyncio.sleep(0.01)
    await session.close()
    columns = ("id", "type", "payload")
    rows = session.store.cells(list(range(session.store.oldest_seq, session.store.next_seq)), columns)
    assert [(id_, type_, json.loads(payload)) for id_, type_, payload in rows] == [
        (event.id, event.type, event.payload) for event in events
    ]
    assert '| User: 5 | Data: {"project_id":1,"name":"Мост","owner_id":5}' in log_file.read_text("utf-8")


def test_priorities_of_defects_are_those_of_the_bus():
    assert list(PRIORITIES.values()) == sorted(EventPriority)

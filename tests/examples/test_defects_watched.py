"""The site as the monitor sees it: embedded, tapped from another process, and over HTTP."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from played import embedded, listeners, rows_of, running, shapes, unheard

from eventscope import EventBus
from eventscope.step import Phase
from examples.defects.email_consumer import RETRIES
from examples.defects.scenario import REPORT_EVERY
from examples.defects.system import Site

NEVER_TAKEN_UP = "defect.created"
WORKED_ON = "defect.created(defect.status_changed, defect.updated)"
SOLVED = "defect.created(defect.status_changed(defect.status_changed, defect.updated), defect.updated)"
CLOSED = (
    "defect.created(defect.status_changed(defect.status_changed(defect.status_changed, defect.updated), "
    "defect.updated), defect.updated)"
)
DELETED = CLOSED.replace("defect.status_changed,", "defect.status_changed(defect.deleted),")


@pytest.fixture(scope="module")
def session():
    """A monitor that has watched it embedded."""
    return asyncio.run(embedded("defects", rate=2000, seconds=0.6))


def test_the_shapes_of_its_traces(session):
    seen = shapes(session)
    assert set(seen) == {
        *(NEVER_TAKEN_UP, WORKED_ON, SOLVED, CLOSED, DELETED),
        *("project.created", "project.updated", "project.deleted", "site.figures"),
    }


def test_each_of_the_seven_events_is_published(session):
    seen = {row.type for row in rows_of(session)}
    projects, defects = ("created", "updated", "deleted"), ("created", "updated", "status_changed", "deleted")
    assert seen == {"site.figures", *(f"project.{what}" for what in projects), *(f"defect.{what}" for what in defects)}


def test_mails_fail_are_tried_again_and_end_as_dead_letters(session):
    rows = rows_of(session)
    changed = [row for row in rows if row.type == "defect.status_changed" and row.phase == Phase.PUBLISHED]
    mails = [row for row in rows if row.subscription == "email_notifications"]
    count = {phase: sum(row.phase == phase for row in mails) for phase in Phase}
    assert all("почтовый сервер разорвал соединение" in row.error for row in mails if row.phase == Phase.FAILED)
    assert count[Phase.DEAD_LETTERED] > 0
    assert count[Phase.RETRIED] > RETRIES * count[Phase.DEAD_LETTERED], "some are sent in the end"
    assert count[Phase.FAILED] == count[Phase.RETRIED] + count[Phase.DEAD_LETTERED]
    assert count[Phase.HANDLED] + count[Phase.DEAD_LETTERED] == len(changed)


def test_the_text_of_the_payloads_is_cyrillic_and_whole(session):
    rows = rows_of(session)
    moved = next(row for row in rows if row.type == "defect.status_changed")
    assert "В работе".encode() in moved.payload


def test_the_figures_of_the_site_come_as_gauges(session):
    rows = rows_of(session)
    figures = [row for row in rows if row.type == "site.figures"]
    begun = [row for row in rows if row.phase == Phase.PUBLISHED and row.causation_id is None]
    assert len(figures) == len(begun) // REPORT_EVERY > 3
    assert {row.category for row in figures} == {"metrics"}
    gauges = json.loads(figures[-1].payload)["gauges"]
    assert gauges["open_defects"] > 0
    assert {gauge.name: gauge.values[-1] for gauge in session.gauges.all} == gauges, "the panel shows the last of them"


def test_the_map_has_every_subscription_and_who_is_never_called(session):
    assert listeners(session) == {
        "defect_workflow": True,
        "email_notifications": True,
        "site_dashboard": True,
        "archive": False,
    }
    assert unheard(session) == {"site.figures"}


@pytest.fixture
async def served():
    from examples.defects.api import create_app

    bus = EventBus(name="defects")
    site = Site(bus)
    site.engineer.takes_up = lambda event: False
    async with running(site, bus):
        transport = httpx.ASGITransport(create_app(site))
        headers = {"X-User-Id": "5"}
        async with httpx.AsyncClient(transport=transport, base_url="http://defects", headers=headers) as client:
            yield client


async def test_the_walk_of_the_document_over_http(served):
    project = {"name": "Тестовый проект", "description": "Описание"}
    made = await served.post("/v1/projects/", json=project)
    assert (made.status_code, made.json()) == (201, {"project_id": 1, "owner_id": 5, **project})
    defect = {"title": "Критическая ошибка", "description": "", "status": "Новая", "priority": "Высокий"}
    made = await served.post("/v1/defects/", json={**defect, "project_id": 1})
    assert (made.status_code, made.json()["defect_id"]) == (201, 1)
    changed = await served.put("/v1/defects/1", json={**defect, "status": "В работе"})
    assert changed.json()["status"] == (await served.get("/v1/defects/1")).json()["status"] == "В работе"
    assert (await served.get("/figures")).json() == {"open_defects": 1}
    assert (await served.delete("/v1/defects/1")).status_code == 200
    assert (await served.delete("/v1/projects/1")).status_code == 200
    assert (await served.get("/v1/projects/")).json() == []


async def test_what_is_refused_over_http_says_why(served):
    assert (await served.get("/v1/projects/1")).json() == {"detail": "there is no project 1"}
    assert (await served.put("/v1/projects/1", json={"name": "Мост"})).status_code == 404
    assert (await served.post("/v1/projects/", json={"name": " "})).status_code == 409
    assert (await served.post("/v1/projects/", json={})).status_code == 422
    nobody = await served.post("/v1/projects/", json={"name": "Мост"}, headers={"X-User-Id": "?"})
    assert nobody.status_code == 422
    assert (await served.get("/mails")).json() == {"sent": [], "dead_lettered": 0}

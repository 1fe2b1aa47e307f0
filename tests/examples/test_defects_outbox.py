"""The outbox loses nothing: not while the broker is away, not when the process is killed at any moment."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys

import pytest
from played import ROOT, running
from processes import wait_until

from eventscope import Backoff, EventBus
from examples.defects.courier import Courier
from examples.defects.rabbitmq_outlet import RabbitOutlet
from examples.defects.system import BUS, Site

BROKER = "broker"


class Taking:
    """An outlet that remembers what it took; it refuses as often as it is told."""

    def __init__(self, refusals=0):
        self.refusals = refusals
        self.events = []
        self.closed = False

    async def publish(self, event):
        if self.refusals:
            self.refusals -= 1
            raise ConnectionError("nobody listens")
        self.events.append(event)

    async def close(self):
        self.closed = True

    @property
    def numbers(self):
        return [event.payload["project_id"] for event in self.events]


async def emptied(site, outlet):
    async with asyncio.timeout(20):
        while await site.outbox.waiting(outlet):
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def site_with(path, broker):
    bus = EventBus(name="defects")
    site = Site(bus, path, {BROKER: broker})
    async with running(site, bus):
        yield site


async def test_events_reach_a_broker_in_order_and_leave_the_outbox(tmp_path):
    broker = Taking()
    async with site_with(tmp_path / "site.db", broker) as site:
        await asyncio.gather(*(site.projects.create(5, f"Проект {n}") for n in range(250)))
        await emptied(site, BROKER)
    assert broker.numbers == list(range(1, 251))
    assert broker.closed


async def test_without_a_broker_changes_go_on_and_their_events_wait_for_the_next_run(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nowhere = f"amqp://guest:guest@127.0.0.1:{probe.getsockname()[1]}/"  # bound, but nobody listens there
        async with site_with(tmp_path / "site.db", RabbitOutlet(nowhere)) as site:
            for n in range(3):
                await site.projects.create(5, f"Проект {n}")
            assert await site.dashboard.figures() == {"open_defects": 0, f"waiting_for_{BROKER}": 3}
            assert await site.outbox.waiting(BUS) == 0, "who is on the bus does not wait for the broker"
    broker = Taking()
    async with site_with(tmp_path / "site.db", broker) as site:
        await emptied(site, BROKER)
    assert broker.numbers == [1, 2, 3]
    assert broker.events[0].metadata["user_id"] == 5
    assert broker.events[0].payload["name"] == "Проект 0"


async def test_a_courier_comes_back_until_the_broker_takes_all_and_says_so_once(tmp_path, caplog):
    broker = Taking(refusals=4)
    site = Site(EventBus(name="defects"), tmp_path / "site.db", {BROKER: broker})
    async with site.event_bus:
        await site.projects.create(5, "Мост")
        await site.projects.update(5, 1, "Мост, 2")
        courier = Courier(site.outbox, BROKER, Backoff(first=0.001))
        knocking = asyncio.get_running_loop().create_task(courier.run())
        await emptied(site, BROKER)
        await site.projects.update(5, 1, "Мост, 3")
        courier.wake()
        await emptied(site, BROKER)
        knocking.cancel()
        await asyncio.wait([knocking])
        await site.stop()
    assert [event.type for event in broker.events] == ["project.created", "project.updated", "project.updated"]
    assert [record.getMessage() for record in caplog.records if record.name.endswith("courier")] == [
        f"{BROKER} is away, its events wait in the outbox: nobody listens",
        f"{BROKER} is back and has all events",
    ]


VICTIM = """
import asyncio, itertools, os, signal, sys
from eventscope import EventBus
from examples.defects.system import Site

database, taken, deadly, when = sys.argv[1:]

class Broker:
    async def publish(self, event):
        number = str(event.payload["project_id"])
        if (number, when) == (deadly, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        with open(taken, "a") as file:
            file.write(number + "\\n")
        if (number, when) == (deadly, "after"):
            os.kill(os.getpid(), signal.SIGKILL)

    async def close(self):
        pass

async def live():
    bus = EventBus(name="defects")
    site = Site(bus, database, {"broker": Broker()})
    async with site, bus:
        for number in itertools.count(1):
            await site.projects.create(5, f"Project {number}")

asyncio.run(live())
"""


def victim(tmp_path, deadly, when):
    """A process that begins projects until it is killed; what its broker took is in the file `taken`."""
    arguments = tmp_path / "site.db", tmp_path / "taken", deadly, when
    return subprocess.Popen([sys.executable, "-c", VICTIM, *map(str, arguments)], cwd=ROOT)


def taken_by(tmp_path):
    file = tmp_path / "taken"
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


async def check_nothing_is_lost(tmp_path):
    """A new process brings what the killed one left; returns the numbers of all events that came, in order."""
    broker, bus = Taking(), EventBus(name="defects")
    site, published = Site(bus, tmp_path / "site.db", {BROKER: broker}), []
    bus.subscribe(published.append, types="project.created")
    async with site, bus:
        await site.send_out()
        await emptied(site, BROKER)
        projects = [project.project_id for project in await site.projects.all()]
        assert await site.outbox.waiting(BUS) == 0
    came = taken_by(tmp_path) + broker.numbers
    assert list(dict.fromkeys(came)) == projects == list(range(1, len(projects) + 1))
    assert [event.payload["project_id"] for event in published] == projects[len(projects) - len(published) :]
    return came


@pytest.mark.parametrize(("when", "times"), [("before", 1), ("after", 2)])
async def test_a_process_that_dies_at_the_broker_loses_nothing(tmp_path, when, times):
    """What was taken and not forgotten comes again."""
    process = victim(tmp_path, 5, when)
    assert process.wait(timeout=40) == -signal.SIGKILL
    assert (await check_nothing_is_lost(tmp_path)).count(5) == times


async def test_a_process_that_is_killed_at_any_moment_loses_nothing(tmp_path):
    process = victim(tmp_path, 0, "never")
    try:
        wait_until(lambda: len(taken_by(tmp_path)) >= 60 or process.poll() is not None, 40)
    finally:
        process.kill()
    assert process.wait(timeout=10) == -signal.SIGKILL
    assert len(await check_nothing_is_lost(tmp_path)) >= 60


async def test_a_change_is_in_the_file_before_its_event_is_anywhere(tmp_path):
    """Whoever hears of a project can read it, from another connection too."""
    seen = []

    class Looking(Taking):
        async def publish(self, event):
            with contextlib.closing(sqlite3.connect(tmp_path / "site.db")) as db:
                seen.append(db.execute("SELECT count(*) FROM projects").fetchone()[0])

    async with site_with(tmp_path / "site.db", Looking()) as site:
        await site.projects.create(5, "Мост")
        await emptied(site, BROKER)
    assert seen == [1]


@pytest.mark.parametrize(
    ("module", "arguments", "environment", "says"),
    [
        ("examples.defects", ["--seconds", "1"], {"DEFECTS_DATABASE": "nowhere/site.db"}, "nowhere/site.db"),
        ("examples.defects.rabbitmq_email", ["amqp://guest:canary@127.0.0.1:1/"], {}, "check the URL and that it runs"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(tmp_path, module, arguments, environment, says):
    tap = ["--tap", str(tmp_path / "tap.sock")] if module == "examples.defects" else []
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments, *tap],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=40, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert says in line
    assert "canary" not in line

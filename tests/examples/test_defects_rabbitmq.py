"""The site on a real RabbitMQ: away, there, killed and back; the email consumer; what a monitor sees."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys

import aio_pika
import pytest
from played import ROOT, running
from rabbitmq_broker import RabbitNode

from app.session import Session
from connectors.registry import open_source
from eventscope import EventBus
from eventscope.connector import SourceState
from examples.defects.email_consumer import mail_about
from examples.defects.rabbitmq_email import DEAD, QUEUE, RabbitEmail, retry_queue
from examples.defects.rabbitmq_outlet import EXCHANGE, RabbitOutlet
from examples.defects.system import Site
from examples.outage import Outage

TITLE = "Критическая ошибка"
WAITS_S = 0.2, 0.4
AFTER_ALL = "after all"


async def until(condition, seconds=40):
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


class Mails:
    """A mail server that fails for some defects, for one of them always."""

    def __init__(self):
        self.failures = {2: len(WAITS_S), 3: 1_000}
        self.sent = []
        self.tried = []

    def send(self, event):
        defect_id = event.payload["defect_id"]
        self.tried.append(defect_id)
        if self.failures.get(defect_id, 0) > 0:
            self.failures[defect_id] -= 1
            raise Outage("почтовый сервер разорвал соединение")
        self.sent.append(mail_about(event))


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A node that is started by the test that wants it."""
    node = RabbitNode(tmp_path_factory.mktemp("rabbitmq"))
    yield node
    node.stop()


async def test_nothing_is_lost_on_the_way_to_the_mails_and_the_monitor_sees_it(node, tmp_path):
    bus = EventBus(name="defects")
    site = Site(bus, tmp_path / "site.db", {"rabbitmq": RabbitOutlet(node.url)})
    site.engineer.takes_up = lambda event: False
    async with running(site, bus):
        await site.projects.create(5, "Строительство моста")
        assert await site.outbox.waiting("rabbitmq") == 1, "the broker has not been started"
        await asyncio.to_thread(node.start)
        await check(node, site)


async def check(node, site):
    mails, session = Mails(), Session()

    async def all_brought():
        return await site.outbox.waiting("rabbitmq") == 0

    await until(all_brought)
    async with await aio_pika.connect(node.url) as connection:
        channel = await connection.channel()
        kept = await channel.declare_queue("kept", durable=True)
        await kept.bind(EXCHANGE, "#")
        await RabbitEmail(channel, mails.send, WAITS_S).start()
        url = f"{node.url}/?exchange={EXCHANGE}&management=127.0.0.1:{node.management}"
        source = session.attach(open_source(url))

        async def attached():
            return source.state is SourceState.LIVE

        await until(attached)
        await channel.default_exchange.publish(aio_pika.Message(b"no envelope"), QUEUE)
        await change_statuses(site, (1, 2, 3))
        await until(all_brought)

        async def dead():
            session.drain()
            return (await channel.get_queue(DEAD)).declaration_result.message_count == 2

        await until(dead)
        check_mails(mails)
        dead_letters = await channel.get_queue(DEAD)
        assert (await dead_letters.get(no_ack=True)).body == b"no envelope", "nobody tries that again"
        check_dead_letter(await dead_letters.get(no_ack=True))
        check_seen(session)
        await session.close()
    await asyncio.to_thread(node.kill)
    await site.projects.update(5, 1, AFTER_ALL)
    await asyncio.to_thread(node.start)
    await until(all_brought)
    async with await aio_pika.connect(node.url) as connection:
        kept = await (await connection.channel()).get_queue("kept")
        await check_kept(kept)


async def change_statuses(site, numbers):
    for number in numbers:
        await site.defects.create(3, 1, TITLE, "Низкий")
        await site.defects.update(7, number, TITLE, "В работе", "Низкий")


def check_mails(mails):
    assert sorted(mails.tried) == [1, *[2] * 3, *[3] * 3]
    assert mails.sent == [f"Дефект #{number} изменил статус на 'В работе'" for number in (1, 2)]


def check_dead_letter(message):
    assert json.loads(message.body)["data"]["defect_id"] == 3
    assert message.headers["attempt"] == len(WAITS_S) + 1
    queues = {death["queue"] for death in message.headers["x-death"]}
    assert QUEUE in queues
    assert queues <= {QUEUE, *map(retry_queue, WAITS_S)}


def check_seen(session):
    """The monitor has the columns of the events from the envelope and the properties."""
    columns = ("type", "correlation_id", "producer", "payload", "id")
    seqs = list(range(session.store.oldest_seq, session.store.next_seq))
    rows = [row for row in session.store.cells(seqs, columns) if str(row[0]).startswith("defect.")]
    assert [row[0] for row in rows] == ["defect.created", "defect.status_changed", "defect.updated"] * 3
    created, moved, updated = rows[:3]
    assert moved[1] == updated[1] == moved[4]
    assert created[2] == "service_defects"
    assert json.loads(created[3])["data"]["title"] == TITLE


async def check_kept(kept):
    """What a durable queue kept over the broker's death: all events since it was bound, once each, in order."""
    messages = [await kept.get(no_ack=True) for _ in range(kept.declaration_result.message_count)]
    assert {message.delivery_mode for message in messages} == {aio_pika.DeliveryMode.PERSISTENT}
    bodies = [json.loads(message.body) for message in messages]
    assert [body["event_type"] for body in bodies] == [message.routing_key for message in messages]
    assert [body["event_type"] for body in bodies] == [
        *["defect.created", "defect.status_changed", "defect.updated"] * 3,
        "project.updated",
    ]
    assert bodies[-1]["data"]["name"] == AFTER_ALL
    assert "Критическая ошибка".encode() in messages[0].body


VICTIM = """
import asyncio, itertools, sys
from eventscope import EventBus
from examples.defects.rabbitmq_outlet import RabbitOutlet
from examples.defects.system import Site

async def live(database, url):
    bus = EventBus(name="defects")
    site = Site(bus, database, {"rabbitmq": RabbitOutlet(url)})
    async with site, bus:
        for number in itertools.count(1):
            await site.projects.create(5, f"Проект {number}")

asyncio.run(live(*sys.argv[1:]))
"""


async def test_a_service_that_is_killed_while_it_publishes_loses_no_event(node, tmp_path):
    """Killed between its database and the broker: what it stored and nobody has confirmed is brought by the next."""
    if not node.running:
        await asyncio.to_thread(node.start)
    database = tmp_path / "site.db"
    async with await aio_pika.connect(node.url) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue("all of it", exclusive=True)
        await queue.bind(exchange, "project.*")
        victim = await asyncio.create_subprocess_exec(sys.executable, "-c", VICTIM, str(database), node.url, cwd=ROOT)
        try:
            await until(lambda: at_least(channel, queue.name, 30))
        finally:
            os.kill(victim.pid, signal.SIGKILL)
            assert await victim.wait() == -signal.SIGKILL
        left, projects = left_in(database)
        assert len(projects) >= 30
        site = Site(EventBus(name="defects"), database, {"rabbitmq": RabbitOutlet(node.url)})
        async with site, site.event_bus:
            await until(lambda: none_waits(site))
        count = (await channel.get_queue(queue.name)).declaration_result.message_count
        bodies = [json.loads((await queue.get(no_ack=True)).body) for _ in range(count)]
    ids = [body["event_id"] for body in bodies]
    told = {body["event_id"]: body["data"]["project_id"] for body in bodies}
    assert list(told.values()) == projects, "each project once, in the order of the table"
    assert left <= set(told), "what lay in the outbox has arrived"
    assert len(ids) - len(told) <= len(left), "only what was not confirmed may come again"


async def at_least(channel, name, count):
    return (await channel.declare_queue(name, passive=True)).declaration_result.message_count >= count


async def none_waits(site):
    return await site.outbox.waiting("rabbitmq") == 0


def left_in(database):
    """The ids of the events in the outbox for the broker, and of all projects."""
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute("SELECT envelope FROM outbox WHERE outlet = 'rabbitmq'").fetchall()
        projects = connection.execute("SELECT project_id FROM projects ORDER BY project_id").fetchall()
    finally:
        connection.close()
    return {json.loads(envelope)["event_id"] for (envelope,) in rows}, [number for (number,) in projects]

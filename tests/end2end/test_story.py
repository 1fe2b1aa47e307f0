"""One order's story crosses a bus, Kafka and RabbitMQ; separate programs tell it, and it is one trace.

The programs are those of examples/story. Brokers, programs and the monitor are real and run as processes of their own.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from kafka_broker import KafkaBroker, running_broker
from processes import events_of, finish, wait_until
from PySide6.QtWidgets import QApplication
from rabbitmq_broker import RabbitNode, running_node

from app.session import Session
from app.settings import Settings
from eventscope.connector import SourceState
from widgets.look.theme import apply_theme
from widgets.loop import WindowLoop
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.qt_log_ignore("This plugin does not support (propagateSizeHints|raise|grabbing the keyboard)"),
]

ORDERS = 14
CANCELLED = 2
"""Every seventh."""

BUS, TOPIC, EXCHANGE = "shop/shop", "orders", "events"

SHIPPED = {
    (BUS, "order.created", "published"): 1,
    (BUS, "order.created", "delivered"): 2,
    (BUS, "order.created", "handled"): 2,
    (BUS, "stock.reserved", "published"): 1,
    (TOPIC, "order.created", "published"): 1,
    (EXCHANGE, "payment.captured", "published"): 1,
    (EXCHANGE, "shipment.dispatched", "published"): 1,
    (BUS, "order.shipped", "published"): 1,
    (BUS, "order.shipped", "delivered"): 1,
    (BUS, "order.shipped", "handled"): 1,
}
REFUSED = {
    **{step: count for step, count in SHIPPED.items() if step[1] in ("order.created", "stock.reserved")},
    (EXCHANGE, "payment.declined", "published"): 1,
    (BUS, "order.cancelled", "published"): 1,
}

CAUSES = {
    (BUS, "order.created"): None,
    (BUS, "stock.reserved"): (BUS, "order.created"),
    (TOPIC, "order.created"): (BUS, "order.created"),
    (EXCHANGE, "payment.captured"): (TOPIC, "order.created"),
    (EXCHANGE, "payment.declined"): (TOPIC, "order.created"),
    (EXCHANGE, "shipment.dispatched"): (EXCHANGE, "payment.captured"),
    (BUS, "order.shipped"): (EXCHANGE, "shipment.dispatched"),
    (BUS, "order.cancelled"): (EXCHANGE, "payment.declined"),
}


@dataclass(frozen=True)
class Brokers:
    kafka: KafkaBroker
    rabbit: RabbitNode

    @property
    def urls(self) -> list[str]:
        """As a user types them: no password, no port of the management."""
        return [f"kafka://{self.kafka.address}/{TOPIC}", f"amqp://guest@127.0.0.1:{self.rabbit.port}/?exchange=events"]

    @property
    def options(self) -> list[str]:
        """For the programs of the story."""
        return ["--kafka", self.kafka.address, "--amqp", f"{self.rabbit.url}/"]

    def bound(self) -> set[tuple[str, str]]:
        """Which queues get what from the exchange."""
        rows = self.rabbit.try_get("/api/exchanges/%2F/events/bindings/source") or []
        return {(row["destination"].partition(".")[0], row["routing_key"]) for row in rows}

    def waiting(self) -> dict[str, int]:
        """The messages in each queue."""
        return {queue["name"]: queue.get("messages", 0) for queue in self.rabbit.api("GET", "/api/queues")}


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    folder = tmp_path_factory.mktemp
    with running_broker(folder("kafka")) as kafka, running_node(folder("rabbitmq")) as rabbit:
        yield Brokers(kafka, rabbit)


@pytest.fixture
def tap(tmp_path: Path) -> Path:
    (tmp_path / "tap").mkdir(mode=0o700)
    return tmp_path / "tap" / "tap.sock"


class Services:
    """Payment and shipping, at work."""

    def __init__(self, start: Callable[..., Any], brokers: Brokers) -> None:
        names = ("payment", "shipping")
        self._processes = {name: start("-m", f"examples.story.{name}", *brokers.options) for name in names}
        wait_until(lambda: ("shipping", "payment.captured") in brokers.bound(), 30)

    def end(self) -> dict[str, list[str]]:
        """What each has done, line by line."""
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        done = {name: finish(process) for name, process in self._processes.items()}
        assert {name: code for name, (code, _, _) in done.items()} == {"payment": 0, "shipping": 0}, done
        starts = ("payment.", "shipment.")
        return {name: [x for x in out.splitlines() if x.startswith(starts)] for name, (_, out, _) in done.items()}


@pytest.fixture
def services(start: Callable[..., Any], brokers: Brokers) -> Services:
    return Services(start, brokers)


def open_shop(start: Callable[..., Any], brokers: Brokers, tap: Path, *more: str) -> Any:
    """A shop that takes its orders when the tap on RabbitMQ has had time to follow its bindings."""
    return start("-m", "examples.story.shop", *brokers.options, "--tap", tap, "--rate", "20", "--wait", "5", *more)


async def committed(brokers: Brokers) -> dict[str, int]:
    """How far each group says that it has read."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers.kafka.address)
    await admin.start()
    try:
        groups = [name for name, _ in await admin.list_consumer_groups()]
        offsets = {name: await admin.list_consumer_group_offsets(name) for name in groups}
        return {name: sum(at.offset for at in found.values()) for name, found in offsets.items()}
    finally:
        await admin.close()


def place(event: dict[str, Any]) -> str:
    return str(event["channel"]).partition(" → ")[0].partition("[")[0]


def test_an_order_is_one_trace_across_bus_kafka_and_rabbitmq(
    start: Any, eventscope: Any, brokers: Brokers, services: Services, tap: Path, tmp_path: Path
) -> None:
    before, read_before = brokers.rabbit.definitions(), asyncio.run(committed(brokers))
    file = tmp_path / "story.jsonl"
    monitor = eventscope("record", f"tap:{tap}", *brokers.urls, "-o", file)
    wait_until(lambda: tap.exists() and ("evscope", "payment.captured") in brokers.bound(), 30)
    code, out, err = finish(open_shop(start, brokers, tap, "--orders", str(ORDERS)), timeout=60)
    assert code == 0, err
    time.sleep(0.5)
    monitor.send_signal(signal.SIGINT)
    code, _, err = finish(monitor)
    assert (code, err.splitlines()[:-1]) == (0, []), err
    worked = services.end()

    # The programs did what they do without a monitor: everything once.
    orders = [f"A-{1000 + number}" for number in range(ORDERS)]
    for lines, count in ((out.splitlines(), ORDERS), (worked["payment"], ORDERS), (worked["shipping"], 12)):
        assert len(lines) == len({line.split()[1] for line in lines}) == count
    assert {line.split()[1] for line in worked["payment"]} == set(orders)
    assert asyncio.run(committed(brokers)) == {"payment": read_before.get("payment", 0) + ORDERS}
    wait_until(lambda: brokers.waiting() == {"shipping": 0, "shop": 0})
    gone = {kind: set(before[kind]) - set(now) for kind, now in brokers.rabbit.definitions().items()}
    assert gone == {kind: set() for kind in before}

    # What was recorded: each order a trace, all of it, and nothing else.
    traces: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    sources: dict[str, set[str]] = defaultdict(set)
    for event in events_of(file.read_text()):
        traces[event["correlation_id"]][place(event), event["type"], event["phase"]] += 1
        sources[event["correlation_id"]].add(event["source"])
    shapes = [dict(steps) for steps in traces.values()]
    assert [shapes.count(shape) for shape in (SHIPPED, REFUSED)] == [ORDERS - CANCELLED, CANCELLED]
    assert len(shapes) == ORDERS
    assert all(len(names) == 3 for names in sources.values())
    one_of_each = [next(key for key, steps in traces.items() if steps == shape) for shape in (SHIPPED, REFUSED)]
    for correlation_id in one_of_each:
        demand_order(eventscope, file, correlation_id)


def demand_order(eventscope: Any, file: Path, correlation_id: str) -> None:
    """The exported trace is one tree in which every step hangs under what caused it."""
    code, out, err = finish(eventscope("export", file, "--trace", correlation_id))
    assert code == 0, err
    document = json.loads(out)
    assert document["trace"]["complete"]
    assert not any("not captured" in warning or "id" in warning for warning in document["trace"]["warnings"])
    seen: dict[int, dict[str, Any]] = {}
    for event in document["events"]:
        cause = seen.get(event.get("parent_seq"))
        if event["phase"] == "published":
            expected = CAUSES[place(event), event["type"]]
            assert (None if cause is None else (place(cause), cause["type"])) == expected
        else:
            assert cause is not None
            assert (place(cause), cause["id"]) == (BUS, event["id"])
        assert event["depth"] == (0 if cause is None else cause["depth"] + 1)
        seen[event["seq"]] = event
    assert sum(event["depth"] == 0 for event in seen.values()) == 1


def test_the_window_shows_each_order_as_one_trace(
    start: Any, brokers: Brokers, services: Services, tap: Path, qapp: QApplication, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    apply_theme(qapp, "light")

    async def watch() -> None:
        window = MainWindow()
        window.show()
        desk = furnish(qapp, window, Session(Settings()))
        window.views.clock.start()
        try:
            for url in (f"tap:{tap}", *brokers.urls):
                desk.attach_url(url)
            await until(lambda: live(desk) == {"kafka", "amqp"} and tap.exists())
            shop = open_shop(start, brokers, tap, "--orders", str(ORDERS))
            await until(lambda: shop.poll() is not None, 60)
            assert shop.returncode == 0
            await until(lambda: len(desk.session.traces) == ORDERS)
            await until(lambda: Counter(t.rows for t in desk.session.traces.recent()) == {12: 12, 9: 2})
            await demand_trace(desk)
        finally:
            await close(window)
            window.deleteLater()

    with asyncio.Runner(loop_factory=lambda: WindowLoop(qapp)) as runner:
        runner.run(watch())
    services.end()


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def live(desk: Desk) -> set[str]:
    """The brokers whose source is live."""
    names = {"kafka": "kafka", EXCHANGE: "amqp"}
    labels = {source.label.split()[0] for source in desk.session.sources if source.state is SourceState.LIVE}
    return {names[label] for label in labels if label in names}


async def demand_trace(desk: Desk) -> None:
    """The trace view has an order that was shipped in one tree, with its way over the brokers."""
    chosen = next(trace for trace in desk.session.traces.recent() if trace.rows == 12)
    desk.window.focus.select_event(chosen.root_seq, chosen.correlation_id)
    desk.window.open_dock(desk.window.views.traces)
    model = desk.window.views.traces.table.model()

    def lines() -> list[tuple[str, str]]:
        rows = range(model.rowCount())
        return [(str(model.index(row, 0).data()), str(model.index(row, 2).data())) for row in rows]

    await until(lambda: len(lines()) == 9)
    shown = [(title, hop.partition("[")[0].partition(" ")[0]) for title, hop in lines()]
    assert shown[0] == ("order.created", BUS)
    way = [line for line in shown if line[1] != BUS or line[0] == "order.shipped"]
    assert way == [
        ("order.created", TOPIC),
        ("payment.captured", EXCHANGE),
        ("shipment.dispatched", EXCHANGE),
        ("order.shipped", BUS),
    ]


@pytest.fixture
def terminal() -> Iterator[int]:
    """Somebody sits there who could be asked for a password, and types none."""
    here, there = os.openpty()
    yield there
    os.close(there)
    os.close(here)


def test_both_brokers_are_tailed_and_checked_by_the_urls_that_a_user_types(
    start: Any, eventscope: Any, brokers: Brokers, services: Services, tap: Path, terminal: int, tmp_path: Path
) -> None:
    shop = open_shop(start, brokers, tap)  # nobody listens to its tap
    wait_until(lambda: ("shop", "shipment.dispatched") in brokers.bound(), 30)
    for url, last in zip(brokers.urls, ("✓ topics: 1 topic", "✓ exchange: events: 3 bindings"), strict=True):
        code, out, err = finish(eventscope("check", url, stdin=terminal))
        assert (code, err) == (0, ""), out
        assert last in out
    # So many that the source that is slower to begin is among them.
    code, out, err = finish(eventscope("tail", *brokers.urls, "--limit", "400", stdin=terminal), timeout=90)
    assert (code, err) == (0, "")
    seen = {(event["source"].split()[0], event["type"]) for event in events_of(out)}
    assert {("kafka", "order.created"), ("events", "payment.captured"), ("events", "shipment.dispatched")} <= seen
    code, _, err = finish(eventscope(*brokers.urls, "--tour", tmp_path / "out", stdin=terminal), timeout=90)
    assert (code, err) == (0, "")
    trace = json.loads((tmp_path / "out" / "trace.json").read_text())
    assert {event["source"].split()[0] for event in trace["events"]} == {"kafka", "events"}
    shop.send_signal(signal.SIGINT)
    assert shop.wait(timeout=20) == 0
    services.end()

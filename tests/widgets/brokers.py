"""Two brokers for tests of the map: what they would chart, and rows that were seen on them."""

from __future__ import annotations

from dataclasses import replace

from app.topology.topology import Topology
from eventscope.connector import Chart, Figures, Link, LinkKind, Place, PlaceKind, Record, Spot
from tests.widgets.capture import SECOND, Capture, published

RABBIT, KAFKA = "RabbitMQ localhost:5672/", "Kafka localhost:9092"
RABBIT_SOURCE, KAFKA_SOURCE = "shop on guest@localhost", "kafka orders +2"

EXCHANGE, TOPIC, QUEUE = PlaceKind.EXCHANGE, PlaceKind.TOPIC, PlaceKind.QUEUE
GROUP, CONSUMER = PlaceKind.GROUP, PlaceKind.CONSUMER


def link(origin: tuple[PlaceKind, str], target: tuple[PlaceKind, str], text: str = "", **more: LinkKind) -> Link:
    return Link(Spot(*origin), Spot(*target), text, **more)


def queue(name: str, depth: int, consumers: int, unacked: int = 0, done: int = 0, dead: int = -1) -> Place:
    figures = Figures(depth=depth, unacked=unacked, consumers=consumers, done=done, dead_letters=dead, rate=1.5)
    return Place(QUEUE, name, figures, "classic", idle=dead >= 0)


def rabbit(at: int, waiting: int = 40, dead: int = 3) -> Chart:
    """Three exchanges and six queues; mail has no consumer, pay gives its dead to an exchange for them."""
    places = (
        *(Place(EXCHANGE, name, Figures(rate=2.0, done=9), "topic") for name in ("shop.events", "billing")),
        Place(EXCHANGE, "dead-letters", Figures(done=3), "fanout"),
        Place(EXCHANGE, "audit", Figures(), "fanout"),
        queue("pay", 2, 2, unacked=3, done=420),
        queue("stock", 0, 1, done=77),
        queue("mail", waiting, 0),
        queue("invoices", 12, 1, done=4),
        queue("reports", 0, 1),
        queue("dead", dead, 0, dead=dead),
        *(Place(CONSUMER, name, Figures(consumers=1)) for name in ("billing-worker", "stock-service", "reporting")),
    )
    links = (
        link((EXCHANGE, "shop.events"), (QUEUE, "pay"), "order.paid"),
        link((EXCHANGE, "shop.events"), (QUEUE, "pay"), "order.refunded"),
        link((EXCHANGE, "shop.events"), (QUEUE, "stock"), "order.*"),
        link((EXCHANGE, "shop.events"), (QUEUE, "mail"), "order.#"),
        link((EXCHANGE, "shop.events"), (EXCHANGE, "billing"), "order.paid"),
        link((EXCHANGE, "billing"), (QUEUE, "invoices")),
        link((EXCHANGE, "billing"), (QUEUE, "reports")),
        link((EXCHANGE, "dead-letters"), (QUEUE, "dead")),
        link((QUEUE, "pay"), (EXCHANGE, "dead-letters"), kind=LinkKind.DEAD_LETTER),
        link((QUEUE, "pay"), (CONSUMER, "billing-worker"), "2 consumers"),
        link((QUEUE, "stock"), (CONSUMER, "stock-service")),
        link((QUEUE, "invoices"), (CONSUMER, "billing-worker")),
        link((QUEUE, "reports"), (CONSUMER, "reporting")),
    )
    return Chart(RABBIT, places, links, at)


def kafka(at: int, lag: int = 12) -> Chart:
    """Three topics and two groups, one of which stands still."""
    places = (
        *(Place(TOPIC, name, Figures(partitions=3), "read by this monitor") for name in ("orders", "payments")),
        Place(TOPIC, "orders.DLT", Figures(partitions=1, dead_letters=4), idle=True),
        Place(GROUP, "warehouse", Figures(lag=0, consumers=2, done=900), "stable"),
        Place(GROUP, "analytics", Figures(lag=lag, consumers=0, done=100), f"empty · orders {lag:,} behind"),
        *(Place(CONSUMER, name, Figures(consumers=1)) for name in ("wh-1@10.0.0.7", "wh-2@10.0.0.8")),
    )
    links = (
        link((TOPIC, "orders"), (GROUP, "warehouse"), "3 partitions"),
        link((TOPIC, "payments"), (GROUP, "warehouse"), "3 partitions"),
        link((TOPIC, "orders"), (GROUP, "analytics"), "nobody reads it now"),
        link((GROUP, "warehouse"), (CONSUMER, "wh-1@10.0.0.7"), "orders 0, 1"),
        link((GROUP, "warehouse"), (CONSUMER, "wh-2@10.0.0.8"), "orders 2"),
    )
    return Chart(KAFKA, places, links, at, "2 groups are hidden, as the user lacks Describe on them")


def before_the_change(chart: Chart) -> Chart:
    """Somebody still reads mail, there is no audit yet, and no reports."""
    kept = tuple(place for place in chart.places if place.name not in ("audit", "reports", "mail"))
    return replace(chart, places=(*kept, queue("mail", 0, 2)))


def chart_brokers(topology: Topology, now: int) -> None:
    """Both brokers as they were charted over the last minute."""
    topology.chart(RABBIT_SOURCE, before_the_change(rabbit(now - 61 * SECOND)))
    for ago in range(60, -1, -5):
        at = now - ago * SECOND
        topology.chart(RABBIT_SOURCE, rabbit(at, waiting=40 - ago // 5, dead=3 - (ago > 30)))
        topology.chart(KAFKA_SOURCE, kafka(at, lag=1_300 - ago * 10))


def two_brokers(capture: Capture, now: int) -> Capture:
    """Both brokers, and rows of the last ten seconds on them."""
    chart_brokers(capture.topology, now)
    for n in range(40):
        at = now - 10 * SECOND + n * SECOND // 4
        kind = ("order.paid", "order.created", "order.refunded")[n % 3]
        capture.feed([seen(kind, f"shop.events → {kind}", at, "web-shop")], at, RABBIT_SOURCE)
        topic = ("orders", "payments")[n % 2]
        capture.feed([seen(f"{topic}.changed", f"{topic}[{n % 3}]@{n}", at, "order-service")] * 3, at, KAFKA_SOURCE)
    return capture


def seen(type_: str, channel: str, at: int, by: str | None) -> Record:
    return published(type_, f"{channel} {at}", f"t{at}", at, channel=channel, producer=by, fanout=-1)

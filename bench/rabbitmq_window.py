"""The window on RabbitMQ: 5,000 events a second by process. More, and the bare client does not keep up."""

from __future__ import annotations

from typing import Final

from bench import brokers
from bench.broker_window import at_rest, flooded, lateness, visibility
from bench.figure import Figure

EXCHANGE: Final = "flood"
RATE: Final = 5_000


def run() -> list[Figure]:
    """A node of its own, and the figures."""
    with brokers.rabbitmq() as node:
        node.exchange(EXCHANGE, "topic")
        flood = ["bench.rabbitmq_flood", node.url, EXCHANGE]
        bare = flooded(["bench.rabbitmq_bare", node.url, EXCHANGE], flood, RATE)
        url = f"{node.url}/?exchange={EXCHANGE}&bind=%23&run=process"
        process = flooded(["bench.watched_window", url], flood, RATE)
    return [
        lateness(f"RabbitMQ by process, {RATE:,} ev/s", process, at_rest()),
        visibility(f"RabbitMQ by process, {RATE:,} ev/s", process, bare, "aio-pika"),
    ]

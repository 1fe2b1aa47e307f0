"""The window on Kafka: 10,000 events a second in the loop and by process, 100,000 by process."""

from __future__ import annotations

from typing import Final

from bench import brokers
from bench.broker_window import Runs, at_rest, flooded, lateness, visibility
from bench.figure import Figure

TOPIC: Final = "flood"
USUAL, MUCH = 10_000, 100_000


def run() -> list[Figure]:
    """A broker of its own, and the figures."""
    with brokers.kafka(TOPIC) as broker:
        flood = ["bench.kafka_flood", broker.address, TOPIC]

        def watch(runner: str, rate: int) -> Runs:
            return flooded(["bench.watched_window", f"kafka://{broker.address}/{TOPIC}?run={runner}"], flood, rate)

        bare = flooded(["bench.kafka_bare", broker.address, TOPIC], flood, USUAL)
        loop, process, much = watch("loop", USUAL), watch("process", USUAL), watch("process", MUCH)
    idle = at_rest()
    return [
        lateness(f"Kafka in the loop, {USUAL:,} ev/s", loop, idle),
        lateness(f"Kafka by process, {USUAL:,} ev/s", process, idle),
        lateness(f"Kafka by process, {MUCH:,} ev/s", much, idle),
        visibility(f"Kafka in the loop, {USUAL:,} ev/s", loop, bare, "aiokafka"),
        visibility(f"Kafka by process, {USUAL:,} ev/s", process, bare, "aiokafka"),
    ]

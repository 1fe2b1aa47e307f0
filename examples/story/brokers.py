"""Whether the brokers of the story are there yet: an open port may be that of a broker that has only begun to start."""

from __future__ import annotations

import socket
import struct
import time
from typing import Final
from urllib.parse import urlsplit

__all__ = ["Address", "missing", "named"]

API_VERSIONS: Final = struct.pack(">ihhih", 10, 18, 0, 1, -1)
"""The first that clients of Kafka ask."""
AMQP: Final = b"AMQP\x00\x00\x09\x01"
"""The first that clients of RabbitMQ say."""

ANSWER_S: Final = 2.0
PAUSE_S: Final = 0.5

Address = tuple[str, str, int, bytes]
"""What a broker is called, where it listens, and to what it answers."""


def named(kafka: str, amqp: str) -> list[Address]:
    """The two brokers; raises ValueError for an address that is none."""
    host, _, port = kafka.split(",")[0].rpartition(":")
    url = urlsplit(amqp)
    return [("Kafka", host, int(port), API_VERSIONS), ("RabbitMQ", url.hostname or "localhost", url.port or 5672, AMQP)]


def missing(brokers: list[Address], patience_s: float) -> list[Address]:
    """Those that do not answer within a while."""
    deadline = time.monotonic() + patience_s
    while (left := [broker for broker in brokers if not answers(broker)]) and time.monotonic() < deadline:
        time.sleep(PAUSE_S)
    return left


def answers(broker: Address) -> bool:
    """Whether a broker says anything."""
    _, host, port, question = broker
    try:
        with socket.create_connection((host, port), ANSWER_S) as connection:
            connection.settimeout(ANSWER_S)
            connection.sendall(question)
            return bool(connection.recv(1))
    except OSError:
        return False

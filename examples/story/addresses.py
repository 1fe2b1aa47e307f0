"""Where the brokers of the story listen, and what its programs call their topic and their exchange."""

from __future__ import annotations

import argparse
from typing import Final

__all__ = ["EVENTS", "ORDERS", "reader"]

ORDERS: Final = "orders"
"""The Kafka topic on which the shop tells of its orders."""

EVENTS: Final = "events"
"""The topic exchange of RabbitMQ on which payment and shipping tell what they did."""


def reader(description: str | None) -> argparse.ArgumentParser:
    """A parser that knows where the brokers are; by default where `compose.yaml` puts them."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--kafka", default="127.0.0.1:9092", metavar="HOST:PORT", help="%(default)s by default")
    parser.add_argument("--amqp", default="amqp://guest:guest@127.0.0.1:5672/", metavar="URL", help="a local RabbitMQ")
    parser.add_argument(
        "--patience", type=float, default=60, metavar="S", help="seconds to wait for brokers that start; 60 by default"
    )
    return parser

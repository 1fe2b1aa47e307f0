"""What the services use beside the bus, as the environment names it: a database file, a log file, brokers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from eventscope import EventBus
from examples.alone import CONCURRENCY
from examples.defects.outbox import Outlet
from examples.defects.scenario import DEFECTS
from examples.defects.system import Site
from examples.example import Example

__all__ = ["bus_in", "example_in"]

LINE: Final = "%(asctime)s %(levelname)s %(message)s"


def example_in(environment: Mapping[str, str]) -> Example[Site]:
    """The example over the database and with the brokers that are named."""
    path = environment.get("DEFECTS_DATABASE", ":memory:")
    return replace(DEFECTS, build=lambda bus: Site(bus, path, brokers_in(environment)))


def brokers_in(environment: Mapping[str, str]) -> dict[str, Outlet]:
    """The outlets that are asked for, by name. Raises ModuleNotFoundError without the client of a broker."""
    brokers: dict[str, Outlet] = {}
    if url := environment.get("DEFECTS_RABBITMQ"):
        from examples.defects.rabbitmq_outlet import RabbitOutlet

        logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # that a broker is away is said once, by its courier
        brokers["rabbitmq"] = RabbitOutlet(url)
    if url := environment.get("DEFECTS_REDIS"):
        from examples.defects.redis_outlet import RedisOutlet

        brokers["redis"] = RedisOutlet(url)
    return brokers


def bus_in(environment: Mapping[str, str]) -> EventBus:
    """A bus that writes the line of each event, if a file for it is named. Raises OSError for a file that cannot be."""
    if database := environment.get("DEFECTS_DATABASE"):
        Path(database).touch()  # said now and with its name, if it cannot be there
    if path := environment.get("DEFECTS_LOG"):
        handler = logging.FileHandler(path, encoding="utf-8")
        handler.setFormatter(logging.Formatter(LINE))
        lines = logging.getLogger("eventscope.events")
        lines.addHandler(handler)
        lines.setLevel(logging.INFO)
        lines.propagate = False
    return EventBus(name=DEFECTS.name, concurrency=CONCURRENCY, log_events=bool(path))

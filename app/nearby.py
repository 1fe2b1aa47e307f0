"""Nearby: what runs on this machine now and could be watched. It is found without a word to anybody.

A broker's port is connected to and let go at once: no byte is sent. The loopback addresses only; no other machine.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from eventscope.address import AddressError, default_address
from eventscope.presence import programs

__all__ = ["BROKER_PORTS", "Neighbour", "look_around"]

BROKER_PORTS: Final = {5672: "amqp", 5671: "amqps", 9092: "kafka"}
"""Where brokers listen usually, and the scheme of a source that reads them."""

LOOPBACK: Final = "127.0.0.1"
ANSWER_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Something found: `url` leads there; what is to be read has still to be said, unless it is `complete`."""

    url: str
    name: str
    detail: str
    complete: bool = False


async def look_around(ports: dict[int, str] | None = None) -> list[Neighbour]:
    """What is there now: programs' meeting place, then brokers by port."""
    ports = BROKER_PORTS if ports is None else ports
    answers = await asyncio.gather(*(_answers(port) for port in ports))
    brokers = [_broker(port, scheme) for (port, scheme), there in zip(ports.items(), answers, strict=True) if there]
    return [*_programs(), *_other_monitors(), *brokers]


def _broker(port: int, scheme: str) -> Neighbour:
    url = f"{scheme}://{LOOPBACK}:{port}/"
    return Neighbour(url, f"{scheme} on port {port}", "something answers here; choose what of it to read")


def _programs() -> list[Neighbour]:
    """The programs that call `bus.tap()`: all are watched together."""
    found = programs()
    if not found:
        return []
    names = ", ".join(f"{program.name} (pid {program.pid})" for program in found)
    title = "a program that taps" if len(found) == 1 else f"{len(found)} programs that tap"
    return [Neighbour("tap:", title, names, complete=True)]


def _other_monitors() -> list[Neighbour]:
    """Another monitor at the address where programs are listened for: only one can have it."""
    try:
        taken = default_address().is_socket()
    except (AddressError, OSError):
        return []
    detail = "programs that call bus.tap() send to another monitor of yours"
    return [Neighbour("tap:", "another monitor", detail, complete=True)] if taken else []


async def _answers(port: int) -> bool:
    try:
        async with asyncio.timeout(ANSWER_S):
            _, writer = await asyncio.open_connection(LOOPBACK, port)
    except (OSError, TimeoutError):
        return False
    writer.transport.abort()
    return True

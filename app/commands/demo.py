"""`eventscope demo`: publish the traffic of a seed system to a tap, a Kafka topic or a RabbitMQ exchange."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from typing import Any

from app.cli import command_parser
from app.commands.headless import complete, open_sources, stopped_by_signals
from app.credentials.credentials import Credentials
from app.credentials.terminal import ask_in_terminal
from app.failure import DONE, NO_SOURCE, WRONG_USAGE, Failure
from app.redaction.urls import without_secrets
from app.tasks import spawn
from connectors.demo.connector import SCENARIOS, demo_bus, run_scenario
from connectors.demo.outlets import outlet
from connectors.login import LoginRefused
from eventscope import EventBus
from eventscope.connector import ConnectorError, Refused


def main(argv: list[str]) -> int:
    """Run the command."""
    parser = command_parser("demo")
    parser.add_argument("scenario", nargs="?", default="all", choices=SCENARIOS, help="which system (default: all)")
    parser.add_argument(
        "--to",
        default="tap:",
        metavar="SOURCE",
        help="tap:, kafka://HOST:PORT/TOPIC or amqp://…?exchange=NAME (default: tap:)",
    )
    parser.add_argument("--rate", type=float, metavar="N", help="events published a second, on average")
    parser.add_argument("--seconds", type=float, metavar="S", help="end after S seconds")
    parser.add_argument("--seed", type=int, metavar="N", help="repeat the run of this number")
    arguments = parser.parse_args(argv)
    play = partial(
        run_scenario,
        scenario=arguments.scenario,
        rate=arguments.rate,
        seconds=arguments.seconds,
        seed=arguments.seed,
    )
    asyncio.run(publish(arguments.to, play))
    return DONE


async def publish(to: str, play: Callable[[EventBus], Coroutine[Any, Any, None]]) -> None:
    """Run the scenario on a bus whose events go `to` a tap, a topic or an exchange, until it ends or is interrupted."""
    stop = asyncio.Event()
    async with demo_bus("demo") as bus, leaving(bus, to):
        print(f"publishing; watch it with: eventscope {without_secrets(to)!r}", file=sys.stderr)
        with stopped_by_signals(stop):
            running = spawn(play(bus), name="scenario")
            stopped = spawn(stop.wait(), name="wait for a signal")
            await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
            for work in (running, stopped):
                work.cancel()
            await asyncio.wait([running, stopped])


@contextlib.asynccontextmanager
async def leaving(bus: EventBus, to: str) -> AsyncIterator[None]:
    """Let the events of a bus leave; raises Failure."""
    scheme, _, address = to.partition(":")
    if scheme == "tap":
        with bus.tap(address or None):
            yield
        return
    try:
        (connector,) = await complete(open_sources([to]), Credentials(ask_in_terminal))
        async with outlet(connector, bus):
            yield
    except Refused as error:
        raise Failure(str(error), WRONG_USAGE if not isinstance(error, LoginRefused) else NO_SOURCE) from error
    except ConnectorError as error:
        raise Failure(str(error), NO_SOURCE) from error

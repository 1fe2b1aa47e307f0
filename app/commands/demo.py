"""`eventscope demo`: publish the traffic of a seed system on a bus that is tapped, for a monitor to watch."""

from __future__ import annotations

import asyncio
import sys

from app.cli import command_parser
from app.commands.headless import stopped_by_signals
from app.failure import DONE, WRONG_USAGE, Failure
from app.tasks import spawn
from connectors.demo.connector import SCENARIOS, run_scenario
from eventscope import EventBus


def main(argv: list[str]) -> int:
    """Run the command."""
    parser = command_parser("demo")
    parser.add_argument("scenario", nargs="?", default="all", choices=SCENARIOS, help="which system (default: all)")
    parser.add_argument("--to", default="tap:", metavar="SOURCE", help="where to publish (default: tap:)")
    parser.add_argument("--rate", type=float, metavar="N", help="events published a second, on average")
    parser.add_argument("--seconds", type=float, metavar="S", help="end after S seconds")
    parser.add_argument("--seed", type=int, metavar="N", help="repeat the run of this number")
    arguments = parser.parse_args(argv)
    scheme, _, address = arguments.to.partition(":")
    if scheme != "tap":
        raise Failure(f"demo cannot publish to {scheme}: yet; use --to tap:", WRONG_USAGE)
    asyncio.run(publish(arguments.scenario, address or None, arguments.rate, arguments.seconds, arguments.seed))
    return DONE


async def publish(
    scenario: str, address: str | None, rate: float | None, seconds: float | None, seed: int | None
) -> None:
    """Run the scenario on a tapped bus until it ends or is interrupted."""
    stop = asyncio.Event()
    print("publishing; watch it with: eventscope tap:", file=sys.stderr)
    async with EventBus(name="demo") as bus:
        with bus.tap(address), stopped_by_signals(stop):
            running = spawn(run_scenario(bus, scenario, rate=rate, seed=seed, seconds=seconds), name="scenario")
            stopped = spawn(stop.wait(), name="wait for a signal")
            await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
            for work in (running, stopped):
                work.cancel()
            await asyncio.wait([running, stopped])

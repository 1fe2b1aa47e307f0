"""`python -m examples.NAME`: one example in a process of its own, on a tapped bus."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import secrets
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from eventscope import EventBus, EventscopeError
from examples.example import Example, S, play
from examples.timeline import Timeline
from examples.world import World

__all__ = ["main"]

USUAL_RATE: Final = 45.0
CONCURRENCY: Final = 256
"""Handlers at a time: most of them wait."""

EXPECTED: Final = (EventscopeError, OSError, ModuleNotFoundError)
"""What a user can do something about: said in one sentence."""


def main(example: Example[S], make_bus: Callable[[], EventBus] | None = None, argv: Sequence[str] | None = None) -> int:
    """Run an example until its time is over or a signal comes; returns the exit code."""
    arguments = parser(example.name).parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        bus = make_bus() if make_bus else EventBus(name=example.name, concurrency=CONCURRENCY)
        asyncio.run(until_signal(run(example, bus, arguments)))
    except Exception as error:
        cause = alone_in(error)
        if not isinstance(cause, EXPECTED):
            raise
        advice = "; run: pip install 'eventscope[examples]'" if isinstance(cause, ModuleNotFoundError) else ""
        print(f"{example.name}: error: {cause}{advice}", file=sys.stderr)
        return 2
    return 0


def alone_in(error: BaseException) -> BaseException:
    """The one exception that the groups around it hold; of several the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def parser(name: str) -> argparse.ArgumentParser:
    """The options of all examples."""
    made = argparse.ArgumentParser(prog=f"python -m examples.{name}", description=f"Run {name} on a tapped bus.")
    made.add_argument("--rate", type=positive, default=USUAL_RATE, help="events published a second, on average")
    made.add_argument("--seconds", type=float, default=0.0, help="end after so many seconds; 0 is never")
    made.add_argument("--seed", type=int, help="repeat the run of this number")
    made.add_argument("--tap", metavar="PATH", help="where the monitor listens, if not at the usual address")
    made.add_argument("--serve", type=int, metavar="PORT", help="serve the HTTP API on this port of this machine")
    return made


def positive(text: str) -> float:
    """A number above 0; raises ValueError."""
    if (value := float(text)) <= 0:
        raise ValueError
    return value


async def run(example: Example[S], bus: EventBus, arguments: argparse.Namespace) -> None:
    """Play the example, and serve its API if asked to; stop gracefully, and say what was done."""
    serve = server_of(example.name, arguments.serve)
    seed = secrets.randbits(32) if arguments.seed is None else arguments.seed
    print(f"{example.name} runs with seed {seed}; watch it with: python main.py tap:", file=sys.stderr)
    timeline = Timeline(bus)
    # Named as `demo:NAME` names it: a seed then makes the same events here and there.
    world = World(timeline, f"{example.name}.{example.name}", rate=arguments.rate, seed=seed, seconds=arguments.seconds)

    async def program(world: World) -> None:
        system = await example.open(world)
        async with serve(system):
            await example.traffic(world, system)

    try:
        async with bus:
            with bus.tap(arguments.tap):
                await play(timeline, {program: world})
    finally:
        metrics = bus.get_metrics()
        counts = ", ".join(f"{metrics[name]:,} {name}" for name in ("published", "handled", "failed", "dropped"))
        print(f"{example.name} stopped: {counts}", file=sys.stderr)


def server_of(name: str, port: int | None) -> Callable[[Any], contextlib.AbstractAsyncContextManager[None]]:
    """What serves the API of an example; without a port, nothing. Raises ModuleNotFoundError for what it needs."""
    if port is None:
        return contextlib.nullcontext
    from examples import served

    return served.server_of(name, port)


async def until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end, or cancel it when SIGINT or SIGTERM comes."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work, name="example")
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

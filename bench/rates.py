"""Several ways to do the same, measured in turns, and one of them beside another."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bench.figure import Figure

REPEATS: Final = 3

Rates = Mapping[str, list[float]]


def in_turns(ways: Mapping[str, Callable[[], Awaitable[float]]], repeats: int = REPEATS) -> Rates:
    """Events a second of each way, so often; each time in a loop of its own."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            rates[name].append(asyncio.run(_once(way)))
    return rates


def beside(title: str, rates: Rates, ours: str, other: str, limit: str, goal: float) -> Figure:
    """The rate of one way beside that of another one, which is told as `limit`."""
    value, bare = statistics.median(rates[ours]), statistics.median(rates[other])
    return Figure(
        title, value, min(rates[ours]), max(rates[ours]), "ev/s", f"{limit}: {bare:,.0f} ev/s", value / bare,
        f"at least {goal} of it", value >= goal * bare,
    )  # fmt: skip


async def _once(way: Callable[[], Awaitable[float]]) -> float:
    return await way()

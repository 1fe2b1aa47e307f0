"""A pace: so many events a second, in as many equal parts as there are ticks of five milliseconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

TICK_S: Final = 0.005


def in_a_tick(rate: float, parts: int = 1, most: int = 1_000) -> int:
    """How many events one of `parts` sends at once, at most `most`. The rate may be infinite."""
    return round(min(max(rate * TICK_S / parts, 1), most))


async def keep_pace(rate: float, events: int, at_once: int, send: Callable[[int], Awaitable[None]]) -> int:
    """Call `send(number of the first event)` for each `at_once` events that are due; how many were sent."""
    start, sent = time.perf_counter(), 0
    while sent < events:
        due = min((time.perf_counter() - start) * rate, events)
        while sent + at_once <= due:
            await send(sent)
            sent += at_once
        if sent + at_once > events:
            break
        await asyncio.sleep(TICK_S)
    return sent

"""A sink that only counts: what a connector can do when nobody looks at its rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from eventscope.connector import Block, Chart, Connector, Declaration, Record, SourceState


class Counting:
    """Counts rows up to `wanted`, and knows when the first and the last of them came (`time.perf_counter`)."""

    def __init__(self, wanted: int) -> None:
        self.rows = 0
        self.first_at = 0.0
        self.last_at = 0.0
        self.full = asyncio.Event()
        self._wanted = wanted

    def push(self, batch: Block | Sequence[Record]) -> None:
        self.last_at = time.perf_counter()
        self.first_at = self.first_at or self.last_at
        self.rows += batch.rows if isinstance(batch, Block) else len(batch)
        if self.rows >= self._wanted:
            self.full.set()

    async def room(self) -> None:
        return None

    def lost(self, count: int, reason: str) -> None:
        raise AssertionError(f"{count} rows were lost: {reason}")

    def declare(self, declaration: Declaration) -> None:
        return None

    def chart(self, chart: Chart) -> None:
        return None

    def state(self, state: SourceState, detail: str = "") -> None:
        return None


async def rate_of(connector: Connector, rows: int) -> float:
    """Rows a second that a connector pushes, driven in this loop; the clock runs from its first push on."""
    sink = Counting(rows)
    task = asyncio.get_running_loop().create_task(connector.run(sink), name="connector")
    full = asyncio.get_running_loop().create_task(sink.full.wait(), name="full")
    await asyncio.wait([task, full], return_when=asyncio.FIRST_COMPLETED)
    took = sink.last_at - sink.first_at
    for each in (task, full):
        each.cancel()
    await asyncio.wait([task, full])
    if sink.rows < rows:
        task.result()
    return rows / took

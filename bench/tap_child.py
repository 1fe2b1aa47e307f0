"""A monitor for `bench/tap.py` in a process of its own: reads a tap, counts rows, shows nothing.

Prints `listening`, then the number of rows whenever it has grown.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from connectors.registry import open_source
from eventscope.connector import Block, Chart, Declaration, Record, SourceState


class Counting:
    """A sink that keeps a number."""

    def __init__(self) -> None:
        self.rows = 0

    def push(self, batch: Block | Sequence[Record]) -> None:
        self.rows += batch.rows if isinstance(batch, Block) else len(batch)

    async def room(self) -> None:
        return None

    def lost(self, count: int, reason: str) -> None:
        self.rows += count

    def declare(self, declaration: Declaration) -> None:
        return None

    def chart(self, chart: Chart) -> None:
        return None

    def state(self, state: SourceState, detail: str = "") -> None:
        if detail == "waiting for programs":
            print("listening", flush=True)


async def main(address: str) -> None:
    sink = Counting()
    task = asyncio.get_running_loop().create_task(open_source(f"tap:{address}").run(sink))
    told = 0
    while not task.done():
        await asyncio.sleep(0.005)
        if sink.rows > told:
            told = sink.rows
            print(told, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

"""A program that publishes RATE events a second on a tapped bus; each has one handler, and so gives three rows.

Prints how many rows those are.

Usage: python -m bench.flood ADDRESS RATE SECONDS
"""

from __future__ import annotations

import asyncio
import sys
import time

from eventscope import Event, EventBus

PAYLOAD = {"order_id": 42, "customer": "c-1017", "total": 199.9, "note": "x" * 180}
TICK_S = 0.005
ROWS_EACH = 3


async def main(address: str, rate: float, seconds: float) -> None:
    async def handle(event: Event) -> None:
        pass

    async with EventBus(name="flood") as bus:
        bus.subscribe(handle, name="trivial")
        with bus.tap(address):
            start = time.perf_counter()
            published = 0
            while (elapsed := time.perf_counter() - start) < seconds:
                due = int(elapsed * rate) - published
                for _ in range(due):
                    bus.publish_nowait(Event("order.created", PAYLOAD, priority=published % 4, source="flood"))
                    published += 1
                await asyncio.sleep(TICK_S)
    print(published * ROWS_EACH, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))

"""aio-pika's own callback under a flood: how long from publish to receive.

Usage: python -m bench.rabbitmq_bare URL EXCHANGE; talks as bench/told.py says.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from bench.stamped import age_ms
from bench.told import WARM_UP_S, all_come, percentile, report, told_count

PREFETCH = 1_000


async def main(url: str, exchange: str) -> None:
    rows, ages, begins = 0, list[float](), time.monotonic() + WARM_UP_S

    async def receive(message: AbstractIncomingMessage) -> None:
        nonlocal rows
        rows += 1
        if time.monotonic() > begins:
            ages.append(age_ms(message.body))
        json.loads(message.body)

    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "#")
        await queue.consume(receive, no_ack=True)
        missing = await all_come(lambda: rows, await told_count())
    report(p50=percentile(ages, 50), p99=percentile(ages, 99), missing=missing)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))

"""A program that produces RATE events a second to three partitions; prints how many it has sent.

Usage: python -m bench.kafka_flood HOST:PORT TOPIC RATE SECONDS
"""

from __future__ import annotations

import asyncio
import struct
import sys
import time
from typing import Any, Final

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

from bench.pace import in_a_tick, keep_pace
from bench.stamped import CORRELATION, ID, Prepared, event

PARTITIONS: Final = 3
NODE: Final = 1
CRC_AT: Final = 17
AFTER_CRC: Final = 21
TIMES_AT: Final = 27
"""Of the first and the latest record, in milliseconds; old ones the broker would delete at once."""

HEADERS: Final = [("source", b"shop"), ("content-type", b"application/json")]


class Batch:
    """A record batch that is sent again and again, each time with other numbers and another time in its events."""

    def __init__(self, events: int) -> None:
        builder: Any = DefaultRecordBatchBuilder(2, 0, False, -1, -1, -1, 2**24)
        for number in range(events):
            value = event(event_id=ID, correlation_id=CORRELATION)
            builder.append(number, 0, b"k%d" % (number % 100), value, HEADERS)
        self._prepared = Prepared(bytes(builder.build()))

    def stamp(self, number: int) -> bytes:
        """The bytes of the batch, its events numbered from `number` on."""
        data = self._prepared.stamp(number)
        now = time.time_ns() // 10**6
        struct.pack_into(">qq", data, TIMES_AT, now, now)
        struct.pack_into(">I", data, CRC_AT, calc_crc32c(memoryview(data)[AFTER_CRC:]))
        return bytes(data)


async def main(address: str, topic: str, rate: float, seconds: float) -> None:
    size = in_a_tick(rate, PARTITIONS)
    batch = Batch(size)
    client = AIOKafkaClient(bootstrap_servers=address)
    await client.bootstrap()

    async def send(first: int) -> None:
        parts = [(partition, batch.stamp(first + partition * size)) for partition in range(PARTITIONS)]
        answer = await client.send(NODE, ProduceRequest(None, 1, 5_000, [(topic, parts)]))
        assert not any(part[1] for _, told in answer.topics for part in told), answer

    try:
        print(await keep_pace(rate, round(rate * seconds), size * PARTITIONS, send), flush=True)
    finally:
        await client.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))

"""aiokafka's own consumer loop under a flood: how long from publish to receive.

Usage: python -m bench.kafka_bare HOST:PORT TOPIC; talks as bench/told.py says.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.kafka_flood import PARTITIONS
from bench.stamped import age_ms
from bench.told import WARM_UP_S, all_come, percentile, report, told_count


class Reading:
    """Reads what a monitor has to, and takes the age of each event when it comes."""

    def __init__(self, consumer: Any) -> None:
        self.rows = 0
        self.ages: list[float] = []
        self._consumer = consumer

    async def run(self) -> None:
        begins = time.monotonic() + WARM_UP_S
        while True:
            for records in (await self._consumer.getmany(timeout_ms=100, max_records=2_000)).values():
                self.rows += len(records)
                if time.monotonic() > begins:
                    self.ages += [age_ms(record.value) for record in records]
                for record in records:
                    json.loads(record.value)
                    dict(record.headers)


async def main(address: str, topic: str) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, fetch_max_wait_ms=20)
    await consumer.start()
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(partitions)
    await consumer.seek_to_end(*partitions)
    for partition in partitions:
        await consumer.position(partition)
    reading = Reading(consumer)
    task = asyncio.get_running_loop().create_task(reading.run())
    missing = await all_come(lambda: reading.rows, await told_count())
    task.cancel()
    await asyncio.wait([task])
    await consumer.stop()
    report(p50=percentile(reading.ages, 50), p99=percentile(reading.ages, 99), missing=missing)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))

"""A consumer of the history on Kafka: an offset is committed when its event is handled, or is a dead letter.

`python -m examples.orders.kafka_consumer HOST:PORT` counts what happens to orders. Needs aiokafka.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from examples.orders.kafka_outlet import TOPIC

__all__ = ["DEAD_LETTERS", "EventConsumer"]

GROUP: Final = "order-service-group"
DEAD_LETTERS: Final = "{topic}.dead-letter"
ATTEMPTS: Final = 3
BACK_OFF_S: Final = 0.1
"""Before the second attempt; twice as long before each further one."""

Handler = Callable[[Mapping[str, Any]], Awaitable[object]]


class EventConsumer:
    """Calls `handler` with each message of a topic, at least once and one after another."""

    def __init__(self, servers: str, handler: Handler, topic: str = TOPIC, group: str = GROUP) -> None:
        self._handler = handler
        self._dead_letters = DEAD_LETTERS.format(topic=topic)
        self._consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=servers, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        self._producer = AIOKafkaProducer(bootstrap_servers=servers)

    async def run(self) -> None:
        """Consume until cancelled. Raises aiokafka's errors; nothing that was not handled is committed then."""
        try:
            await self._producer.start()
            await self._consumer.start()
            async for message in self._consumer:
                await self._settle(message)
                await self._consumer.commit({TopicPartition(message.topic, message.partition): message.offset + 1})
        finally:
            await self._consumer.stop()
            await self._producer.stop()

    async def _settle(self, message: ConsumerRecord) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._handler(json.loads(message.value))
                return
            except ValueError as error:  # what cannot be read will not be read the next time either
                await self._give_up(message, error, attempt)
                return
            except Exception as error:  # whatever a handler raises
                if attempt == ATTEMPTS:
                    await self._give_up(message, error, attempt)
                    return
            await asyncio.sleep(BACK_OFF_S * 2 ** (attempt - 1))

    async def _give_up(self, message: ConsumerRecord, error: Exception, attempts: int) -> None:
        about = {
            "original-topic": message.topic,
            "original-partition": message.partition,
            "original-offset": message.offset,
            "attempts": attempts,
            "error": f"{type(error).__name__}: {error}",
        }
        headers = [*message.headers, *((name, str(value).encode()) for name, value in about.items())]
        await self._producer.send_and_wait(self._dead_letters, message.value, key=message.key, headers=headers)


async def count(servers: str) -> None:
    """Print what has happened so far, after each event."""
    seen = Counter[str]()

    async def handle(message: Mapping[str, Any]) -> None:
        seen[message["event_type"]] += 1
        print(json.dumps(seen), flush=True)

    await EventConsumer(servers, handle).run()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m examples.orders.kafka_consumer HOST:PORT")
    asyncio.run(count(sys.argv[1]))

"""Reads from one broker what it leads, for as long as it leads anything that is wanted."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, Final, NoReturn

from aiokafka import errors as kafka_errors

from connectors.envelopes.decoding import Decoding
from connectors.gap import gap_record
from connectors.kafka.answer import Answer, Portion, answers_of, fetch_request, portions
from connectors.kafka.batches import read_batches
from connectors.kafka.metadata import Partition
from connectors.kafka.plan import Plan
from connectors.kafka.positions import log_ends
from connectors.kafka.records import block_of
from connectors.kafka.watchdog import Watchdog
from eventscope.connector import Sink

__all__ = ["BrokerReader"]

log = logging.getLogger(__name__)

PLAIN: Final = {
    kafka_errors.TopicAuthorizationFailedError: "may not be read with this login; ask for Read and Describe on it",
    kafka_errors.CorruptRecordException: "cannot be read by the broker itself, which finds its log damaged",
}


class BrokerReader:
    """One question at a time to one broker: what comes after these offsets?"""

    def __init__(
        self, broker: int, plan: Plan, watchdog: Watchdog, sink: Sink, wait_ms: int, decoding: Decoding
    ) -> None:
        self._broker = broker
        self._plan = plan
        self._watchdog = watchdog
        self._sink = sink
        self._wait_ms = wait_ms
        self._decoding = decoding
        self._asked_at = 0.0

    async def run(self) -> NoReturn:
        """Read until cancelled."""
        while True:
            await self._sink.room()
            due = self._plan.due(self._broker)
            if not due:
                self._watchdog.excuse(self._broker)
                await self._plan.next_round()
                continue
            response = await self._ask(due)
            if response is not None:
                taken = [
                    await self._take(each, due[each.partition])
                    for each in answers_of(response)
                    if each.partition in due
                ]
                await self._hold_back(response.throttle_time_ms / 1_000, not any(taken))

    async def _ask(self, due: dict[Partition, int]) -> Any:
        """The broker's answer, or None if there is none."""
        request = fetch_request(due, self._wait_ms, self._plan.isolation)
        self._asked_at = time.monotonic()
        try:
            return await self._watchdog.ask(self._broker, self._plan.client.send(self._broker, request))
        except (kafka_errors.KafkaError, OSError, KeyError) as error:
            # The metadata come first: what is behind a new connection may be another log.
            log.info("broker %s did not answer: %r", self._broker, error)
            await self._plan.next_round(hurry=True)
            return None

    async def _hold_back(self, throttle_s: float, nothing: bool) -> None:
        """Keep to the broker's quota, and do not ask at once again if it had nothing and did not wait either."""
        pause = self._asked_at + self._wait_ms / 1_000 - time.monotonic() if nothing else 0.0
        await asyncio.sleep(max(throttle_s, pause))

    async def _take(self, answer: Answer, offset: int) -> bool:
        """Hand over what came for a partition; whether anything did."""
        if answer.error:
            await self._refused(answer.partition, offset, answer.error)
            return False
        self._plan.troubles.pop(answer.partition.topic, None)
        pieces = read_batches(answer.data, offset, answer.aborted(self._plan.isolation))
        for portion in portions(pieces):
            await self._prepare(answer.partition, portion)
            if not self._plan.is_at(answer.partition, offset):
                break
            offset = self._advance(answer, offset, portion)
            await asyncio.sleep(0)
            await self._sink.room()
        return bool(answer.data)

    def _advance(self, answer: Answer, offset: int, portion: Portion) -> int:
        """Hand over a portion; the offset to go on from, which never lies behind the end of the log."""
        after = min(portion.next_offset, max(answer.end, offset + 1))
        if portion.records:
            recogniser = self._decoding.recogniser(answer.partition.topic)
            self._sink.push(block_of(answer.partition, portion.records, recogniser))
        self._plan.offsets[answer.partition] = after
        if damage := portion.damage:
            count = min(damage.count, after - offset)
            self._gap(answer.partition, after - 1, count, exact=damage.exact, reason=damage.reason)
        return after

    async def _prepare(self, partition: Partition, portion: Portion) -> None:
        """Get the schemas that records need, if there is a registry."""
        await self._decoding.prepare(partition.topic, ((each.headers, each.value) for each in portion.records))

    async def _refused(self, partition: Partition, offset: int, code: int) -> None:
        """Let a partition rest until the topics have been looked at again."""
        error = kafka_errors.for_code(code)
        self._plan.rest(partition)
        if error is kafka_errors.OffsetOutOfRangeError:
            return await self._find_again(partition, offset)
        if plain := PLAIN.get(error):
            self._plan.troubles[partition.topic] = f"{partition.topic} {plain}"
            return None
        log.info("%s at %s: %s", partition, offset, error.__name__)
        self._plan.hurry()
        return None

    async def _find_again(self, partition: Partition, offset: int) -> None:
        """The broker has nothing at our offset: it deleted what was there, or lost the end of the log."""
        await self._plan.next_round(hurry=True)
        ends = await log_ends(self._plan.client, partition, self._plan.isolation)
        if ends is None or not self._plan.is_at(partition, offset):
            return
        first, after = ends
        if offset < first:
            reason = "they were deleted from the topic before they could be read"
            self._move(partition, offset, first, first - offset, reason)
        elif offset > after:
            reason = f"the log was cut back from offset {offset} to {after}, or was replaced"
            self._move(partition, offset, self._plan.after_loss(first, after), None, reason)

    def _move(self, partition: Partition, offset: int, to: int, count: int | None, reason: str) -> None:
        log.warning("%s moves from offset %s to %s: %s", partition, offset, to, reason)
        self._plan.offsets[partition] = to
        self._gap(partition, offset, count, exact=False, reason=reason)

    def _gap(self, partition: Partition, offset: int, count: int | None, *, exact: bool, reason: str) -> None:
        self._sink.push([gap_record(partition.at(offset), count, exact=exact, reason=reason)])
        if count:
            self._sink.lost(count, reason)

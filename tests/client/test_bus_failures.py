"""Handlers that raise, hang or are cancelled: retried, dead-lettered, and nobody else is harmed."""

import asyncio
import logging

import pytest

from eventscope import Backoff, Event, EventBus, Phase
from eventscope.errors import describe


class Fails:
    """A handler that raises so many times."""

    def __init__(self, times, error=None):
        self.left = times
        self.error = error or RuntimeError("no luck")
        self.calls = 0

    async def __call__(self, _):
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error


async def run(handler, events=1, **options):
    bus, steps = EventBus(), []
    bus.observe(steps.append)
    subscription = bus.subscribe(handler, backoff=0.001, **options)
    async with bus:
        for number in range(events):
            await bus.publish("a.b", number)
    return bus, subscription, steps


async def test_a_raising_handler_makes_a_dead_letter_and_harms_nobody(caplog):
    bus, subscription, _ = await run(Fails(1), events=3)
    metrics = bus.get_metrics()
    assert (metrics["handled"], metrics["failed"], metrics["dead_lettered"]) == (2, 1, 1)
    (letter,) = subscription.dead_letters
    assert (letter.event.payload, letter.error, letter.attempts) == (0, "RuntimeError: no luck", 1)
    assert letter.at >= letter.event.timestamp
    assert "could not handle" in caplog.text
    assert "no luck" in caplog.text


async def test_a_failed_handler_is_tried_again():
    handler = Fails(2)
    bus, subscription, steps = await run(handler, retries=2)
    assert handler.calls == 3
    metrics = bus.get_metrics()
    assert (metrics["failed"], metrics["retried"], metrics["handled"], metrics["dead_lettered"]) == (2, 2, 1, 0)
    assert [(s.phase.label, s.attempt) for s in steps] == [
        ("published", 0),
        ("delivered", 1), ("failed", 1), ("retried", 1),
        ("delivered", 2), ("failed", 2), ("retried", 2),
        ("delivered", 3), ("handled", 3),
    ]  # fmt: skip
    assert not subscription.dead_letters


async def test_retries_end_as_a_dead_letter(caplog):
    bus, subscription, steps = await run(Fails(99), retries=2)
    assert [s.phase for s in steps][-2:] == [Phase.FAILED, Phase.DEAD_LETTERED]
    assert steps[-1].error == "RuntimeError: no luck"
    assert subscription.dead_letters[0].attempts == 3
    assert bus.get_metrics()["waiting"] == 0


async def test_the_wait_before_a_retry_keeps_no_worker_busy():
    bus, seen = EventBus(concurrency=1), []

    async def handle(event):
        seen.append(event.payload)
        if event.payload == "fails" and seen.count("fails") < 2:
            raise RuntimeError

    bus.subscribe(handle, retries=1, backoff=0.03)
    async with bus:
        await bus.publish("a.b", "fails")
        await bus.publish("a.b", "next")
        await asyncio.sleep(0.005)
        assert seen == ["fails", "next"]
        assert bus.get_metrics()["waiting"] == 1, "it waits for its next attempt"
    assert seen == ["fails", "next", "fails"]


async def test_dead_letters_are_bounded_and_counted(caplog):
    _, subscription, _ = await run(Fails(300), events=300)
    assert len(subscription.dead_letters) == 100
    assert subscription.dead_letters[-1].event.payload == 299
    assert subscription.dead_lettered == 300
    assert len(caplog.records) < 10, "a flood of errors is no flood in the log"


async def test_a_batch_fails_and_is_retried_as_one():
    handler = Fails(1)
    bus, _, _ = await run(handler, events=3, batch=3, retries=1)
    assert handler.calls == 2
    metrics = bus.get_metrics()
    assert (metrics["failed"], metrics["retried"], metrics["handled"], metrics["delivered"]) == (3, 3, 3, 6)


async def test_cancelling_what_a_handler_awaits_is_a_failure_of_the_handler(caplog):
    async def handle(event):
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    bus, _, _ = await run(handler=handle, events=2)
    assert bus.get_metrics()["dead_lettered"] == 2


async def test_a_handler_with_a_time_limit_fails_by_it(caplog):
    async def handle(event):
        async with asyncio.timeout(0.001):
            await asyncio.sleep(60)

    bus, subscription, _ = await run(handle)
    assert subscription.dead_letters[0].error == "TimeoutError"
    await bus.stop()


async def test_an_error_that_cannot_be_shown_is_no_trouble(caplog):
    class Nasty(Exception):
        def __str__(self):
            raise ValueError

    logging.raiseExceptions = False
    try:
        _, subscription, _ = await run(Fails(1, Nasty()))
    finally:
        logging.raiseExceptions = True
    assert subscription.dead_letters[0].error == "Nasty: (its text cannot be read)"


def test_the_text_of_an_error_is_bounded():
    assert len(describe(ValueError("x" * 1_000_000))) < 3_000


async def test_unsubscribing_ends_the_retries(caplog):
    bus = EventBus()
    subscription = bus.subscribe(Fails(99), retries=99, backoff=60)
    await bus.start()
    await bus.publish("a.b")
    while not subscription.retried:
        await asyncio.sleep(0)
    subscription.unsubscribe()
    assert (await bus.stop()).in_time
    assert bus.get_metrics()["dropped"] == 1


def test_the_back_off_grows_to_its_longest_with_jitter():
    backoff = Backoff(first=0.1, factor=2, longest=1.0, jitter=0.5)
    for attempt in range(1, 2_000):
        full = min(1.0, 0.1 * 2 ** min(attempt - 1, 10))
        assert full / 2 <= backoff.delay(attempt) <= full
    assert Backoff(0.1, jitter=0).delay(3) == pytest.approx(0.4)


@pytest.mark.parametrize(
    "wrong", [{"first": -1}, {"factor": 0.5}, {"jitter": 2}, {"longest": 0.01}, {"longest": float("inf")}]
)
def test_a_back_off_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="makes no sense"):
        Backoff(**wrong)


async def test_a_slow_handler_that_raises_shows_its_times():
    async def handle(event):
        await asyncio.sleep(0.002)
        raise RuntimeError

    _, _, steps = await run(handle)
    failed = next(s for s in steps if s.phase is Phase.FAILED)
    assert failed.handle_ns >= 2_000_000
    assert failed.total_ns >= failed.handle_ns + failed.queue_ns >= failed.handle_ns
    assert isinstance(failed.event, Event)

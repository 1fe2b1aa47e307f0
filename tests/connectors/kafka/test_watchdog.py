"""The watchdog counts silence from the first question that nobody answered."""

from __future__ import annotations

import asyncio

import pytest

from connectors.kafka.watchdog import FIRST_PATIENCE_S, LONGEST_PATIENCE_S, Watchdog
from eventscope.connector import ConnectorError


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dog(clock: Clock) -> Watchdog:
    return Watchdog(clock)


async def answer() -> str:
    return "yes"


async def never() -> None:
    await asyncio.Event().wait()


async def failing() -> None:
    raise OSError


async def test_nothing_asked_is_no_silence(dog: Watchdog, clock: Clock) -> None:
    assert await dog.ask(1, answer()) == "yes"
    clock.now += 1_000
    assert dog.silence_s == 0
    assert dog.stalled() == []


async def test_an_error_is_no_answer(dog: Watchdog, clock: Clock) -> None:
    for _ in range(3):
        with pytest.raises(OSError):
            await dog.ask(1, failing())
        clock.now += 2
    assert dog.silence_s == 6
    assert dog.stalled() == [(1, 6.0)]


async def test_one_broker_may_stall_while_another_answers(dog: Watchdog, clock: Clock) -> None:
    with pytest.raises(OSError):
        await dog.ask(1, failing())
    clock.now += 5
    await dog.ask(2, answer())
    assert dog.silence_s == 0
    assert dog.stalled() == [(1, 5.0)]
    dog.excuse(1)
    assert dog.stalled() == []


async def test_the_cluster_is_lost_and_patience_grows_to_a_limit(dog: Watchdog, clock: Clock) -> None:
    with pytest.raises(OSError):
        await dog.ask(1, failing())
    for expected in (16, 32, 40, 40):
        clock.now += LONGEST_PATIENCE_S + 1
        with pytest.raises(ConnectorError, match="lost: no broker has answered"):
            await dog.watch(lambda: None)
        assert dog.patience_s == expected


async def test_a_prompt_answer_makes_impatient_again(dog: Watchdog, clock: Clock) -> None:
    dog.patience_s = LONGEST_PATIENCE_S
    await dog.ask(1, answer())
    assert dog.patience_s == FIRST_PATIENCE_S
    assert dog.slowness == ""


async def test_a_late_answer_is_said(dog: Watchdog, clock: Clock) -> None:
    async def late() -> None:
        clock.now += 6

    await dog.ask(1, late())
    assert dog.slowness == "slow: answers take 6 s"

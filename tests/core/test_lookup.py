"""Lookup: what is in memory is answered at once, what is in a file when a thread has read it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.store import lookup as lookup_module
from app.store.away import Away, at_hand, may_wait
from app.store.lookup import Lookup


class File:
    """Is read when it is opened, by who waits for it."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.read: list[int] = []

    def square(self, number: int) -> int:
        may_wait()
        assert threading.current_thread() is not threading.main_thread()
        self.read.append(number)
        assert self.opened.wait(20)
        return number**2

    def asking(self, number: int) -> Callable[[], int]:
        return lambda: self.square(number)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.fixture
def file() -> File:
    return File()


@pytest.fixture
def lookup() -> Lookup:
    return Lookup("square a number")


def test_who_does_not_wait_is_told_so_and_waits_again_afterwards(file: File) -> None:
    with pytest.raises(Away):
        at_hand(file.asking(1))
    with pytest.raises(Away):
        at_hand(lambda: at_hand(lambda: 1) + file.square(1))
    may_wait()
    assert file.read == []


def test_what_is_at_hand_needs_neither_loop_nor_thread(lookup: Lookup) -> None:
    found: list[int] = []
    lookup.ask(lambda: 4, found.append)
    assert found == [4]
    assert not lookup.is_waiting


def test_what_goes_wrong_at_hand_is_raised(lookup: Lookup) -> None:
    with pytest.raises(ZeroDivisionError):
        lookup.ask(lambda: 1 // 0, print)
    assert not lookup.is_waiting


async def test_the_rest_comes_later(lookup: Lookup, file: File) -> None:
    found: list[int] = []
    lookup.ask(file.asking(3), found.append)
    assert lookup.is_waiting
    file.opened.set()
    await until(lambda: found)
    assert (found, lookup.is_waiting) == ([9], False)


async def test_a_newer_question_supersedes_an_older_one_and_those_between_are_not_read(
    lookup: Lookup, file: File
) -> None:
    found: list[int] = []
    for number in range(5):
        lookup.ask(file.asking(number), found.append)
        await until(lambda: file.read)
    file.opened.set()
    await until(lambda: found)
    assert found == [16]
    assert file.read == [0, 4]


async def test_what_is_at_hand_supersedes_as_well(lookup: Lookup, file: File) -> None:
    found: list[int] = []
    lookup.ask(file.asking(3), found.append)
    await until(lambda: file.read)
    lookup.ask(lambda: 1, found.append)
    file.opened.set()
    await until(lambda: not lookup._reads)
    assert found == [1]


async def test_nobody_is_told_what_was_given_up(lookup: Lookup, file: File) -> None:
    found: list[int] = []
    lookup.ask(file.asking(3), found.append)
    await until(lambda: file.read)
    lookup.give_up()
    assert not lookup.is_waiting
    file.opened.set()
    await until(lambda: not lookup._reads)
    assert found == []


async def test_who_is_told_may_ask_on(lookup: Lookup, file: File) -> None:
    found: list[int] = []
    file.opened.set()
    lookup.ask(file.asking(2), lambda four: lookup.ask(file.asking(four), found.append))
    await until(lambda: found)
    assert found == [16]


async def test_what_takes_long_is_said_and_what_does_not_is_not(
    lookup: Lookup, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    file.opened.set()
    lookup.ask(file.asking(2), told.append, lambda: told.append("slow"))
    await until(lambda: told)
    await asyncio.sleep(lookup_module.SLOW_S * 2)
    assert told == [4]
    file.opened.clear()
    lookup.ask(file.asking(3), told.append, lambda: told.append("slow"))
    await until(lambda: told[1:])
    file.opened.set()
    await until(lambda: told[2:])
    assert told == [4, "slow", 9]


async def test_what_goes_wrong_is_told_and_logged(lookup: Lookup, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> int:
        may_wait()
        return 1 // 0

    told: list[Exception] = []
    lookup.ask(broken, print, failed=told.append)
    await until(lambda: told)
    assert isinstance(told[0], ZeroDivisionError)
    assert "it failed to square a number" in caplog.text
    asyncio.get_running_loop().set_exception_handler(lambda _, said: told.append(said["exception"]))
    lookup.ask(broken, print)
    await until(lambda: told[1:])
    assert isinstance(told[1], ZeroDivisionError)
    assert not lookup.is_waiting

"""What must be waited for is read by a thread, the newest wishes first."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

import pytest

from app.store import fetcher as fetcher_module
from app.store.fetcher import Fetcher


class Slow:
    """Squares, when it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.asked: list[list[int]] = []

    def read(self, numbers: Sequence[int]) -> Mapping[int, int]:
        assert threading.current_thread() is not threading.main_thread()
        self.asked.append(list(numbers))
        assert self.opened.wait(20)
        return {number: number**2 for number in numbers}


def taken(fetcher: Fetcher[int, int]) -> dict[int, int]:
    """All that is read until nothing is to come."""
    found: dict[int, int] = {}
    deadline = time.monotonic() + 20
    while fetcher.is_busy:
        assert time.monotonic() < deadline
        found |= fetcher.take()
    return found


def test_what_was_asked_for_comes_later() -> None:
    slow = Slow()
    fetcher = Fetcher(slow.read)
    fetcher.ask([2, 3])
    assert fetcher.take() == {}
    assert fetcher.is_busy
    slow.opened.set()
    assert taken(fetcher) == {2: 4, 3: 9}
    assert fetcher.take() == {}


def test_nothing_is_read_before_somebody_is_ready_to_take_it() -> None:
    slow = Slow()
    fetcher = Fetcher(slow.read)
    fetcher.ask([1])
    fetcher.ask([2])
    assert slow.asked == []
    slow.opened.set()
    assert taken(fetcher) == {1: 1, 2: 4}
    assert slow.asked == [[1, 2]]


def test_of_many_wishes_the_latest_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher_module, "MOST", 3)
    slow = Slow()
    fetcher = Fetcher(slow.read)
    fetcher.ask([1])
    fetcher.take()
    for number in (1, 2, 3, 4, 5, 3):
        fetcher.ask([number])
    slow.opened.set()
    assert taken(fetcher) == {1: 1, 4: 16, 5: 25, 3: 9}
    assert slow.asked == [[1], [4, 5, 3]]


def test_what_goes_wrong_is_told_to_who_takes_and_the_next_wish_is_read() -> None:
    def read(numbers: Sequence[int]) -> Mapping[int, int]:
        return {number: 1 // number for number in numbers}

    fetcher = Fetcher(read)
    fetcher.ask([0])
    with pytest.raises(ZeroDivisionError):
        taken(fetcher)
    fetcher.ask([1])
    assert taken(fetcher) == {1: 1}

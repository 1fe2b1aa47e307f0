"""The notifier: no unexpected error vanishes, whichever door it came through."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from widgets.window.notifier import Notifier


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def hooks() -> Iterator[None]:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = before


@pytest.fixture
async def notifier(told: list[str], hooks: None) -> Notifier:
    made = Notifier()
    made.happened.connect(told.append)
    made.install(asyncio.get_running_loop())
    return made


async def test_an_error_in_a_callback_of_the_loop_is_told(
    notifier: Notifier, told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("in a callback")

    asyncio.get_running_loop().call_soon(fail)
    await asyncio.sleep(0.01)
    assert "in a callback" in told[0]
    assert any(r.levelno == logging.ERROR and r.exc_info for r in caplog.records)


async def test_an_error_in_a_slot_is_told(notifier: Notifier, told: list[str]) -> None:
    error = ValueError("in a slot")
    sys.excepthook(ValueError, error, None)
    assert "in a slot" in told[0]


async def test_an_error_in_a_thread_is_told(notifier: Notifier, told: list[str]) -> None:
    def fail() -> None:
        raise ValueError("in a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    await asyncio.sleep(0.05)
    assert "in a thread" in told[0]


async def test_interrupting_is_no_error(notifier: Notifier, told: list[Any]) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert told == []

"""Tasks: named, kept alive, and never failing in silence."""

from __future__ import annotations

import asyncio
import logging

import pytest

from app.tasks import spawn


async def test_a_failing_task_is_logged_with_its_name(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("why")

    task = spawn(fail(), name="doomed")
    await asyncio.wait([task])
    await asyncio.sleep(0)
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert "doomed" in record.getMessage()


async def test_a_cancelled_task_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    task = spawn(asyncio.sleep(10), name="patient")
    task.cancel()
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert not caplog.records

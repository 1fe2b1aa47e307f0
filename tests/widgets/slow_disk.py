"""A session whose file is slow: most of its rows are there, and nothing of it is read until a test opens it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spilling import Spilling

from app.session import Session
from app.settings import Settings
from connectors.capture.layout import LeafHead
from connectors.capture.reader import CaptureReader
from eventscope.connector import Block, Record
from eventscope.step import Phase
from tests.widgets.capture import START

TRACES = 600
BUDGET_MIB = 1
FAILURES = (40, 90)
"""The traces whose last event tells of a failure."""


class SlowReader(CaptureReader):
    """Reads nothing while it is closed; the window's thread may not even ask it."""

    opened = threading.Event()
    broken: Exception | None = None

    def piece(self, head: LeafHead, number: int) -> bytes:
        assert threading.current_thread() is not threading.main_thread(), "the window waits for the disk"
        assert self.opened.wait(20)
        if SlowReader.broken is not None:
            raise SlowReader.broken
        return super().piece(head, number)


def order(number: int) -> list[Record]:
    """Eight events of one trace, which are the history of one aggregate."""
    types = ("created", "priced", "paid", "packed", "sent", "delivered", "rated", "closed")
    return [
        Record(
            f"order.{name}",
            b'{"total": %d, "aggregate_version": %d, "x": "%s"}' % (number, place + 1, b"hay" * 200),
            f"{number}-{name}",
            "order",
            key=f"o-{number}",
            correlation_id=f"t{number}",
            occurred_at=START + (8 * number + place) * 1_000_000,
            phase=Phase.FAILED if name == "closed" and number in FAILURES else Phase.PUBLISHED,
        )
        for place, name in enumerate(types)
    ]


@contextmanager
def slow_session(path: Path) -> Iterator[Session]:
    """A session most of whose rows are in a file that is closed, and nothing of which is at hand."""
    SlowReader.opened.clear()
    SlowReader.broken = None
    session = Session(Settings(memory_mib=BUDGET_MIB))
    recording = Spilling(session.store, path, SlowReader)
    for number in range(TRACES):
        session.intake.put("shop", Block.of(order(number)))
        session.drain(budget_s=60.0)
        if number % 20 == 0:
            recording.write()
    assert session.store.spilled > session.store.kept / 2
    for chunk in session.store.chunks:
        chunk.cache.clear()
    yield session
    SlowReader.opened.set()
    recording.close()
    session.store.close()

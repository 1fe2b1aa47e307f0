"""Chunks in their cold form, without waiting for a store to come to it."""

from __future__ import annotations

import threading

from app.store.freezer import Job
from app.store.store import Store

THREAD = "eventscope-freezer"


def freeze(store: Store) -> None:
    """Give all chunks of a store their cold form; nothing can be appended to it afterwards."""
    for chunk in store.chunks:
        chunk.seal()
        job = Job(chunk)
        job.run()
        assert job.made is not None
        chunk.become(*job.made)


def freezing() -> list[threading.Thread]:
    """The threads that make cold forms now."""
    return [thread for thread in threading.enumerate() if thread.name == THREAD]

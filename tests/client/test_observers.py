"""Observers come and go from any thread, and none is lost."""

from __future__ import annotations

import threading

from eventscope.event import Event
from eventscope.observers import Observers
from eventscope.step import Phase, Step


def test_observers_attached_by_many_threads_at_once_are_all_told() -> None:
    observers = Observers()
    seen: list[int] = []
    start = threading.Barrier(8)

    def attach(number: int) -> None:
        start.wait()
        for _ in range(200):
            observers.attach(lambda _: None)()
        observers.attach(lambda _: seen.append(number))

    threads = [threading.Thread(target=attach, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    observers.tell(Step(Phase.PUBLISHED, Event("t"), 0))
    assert sorted(seen) == list(range(8))
    assert len(observers.watching) == 8

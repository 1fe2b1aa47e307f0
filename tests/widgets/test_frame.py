"""The frame clock: which views are shown on a beat."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from app.session import Session
from eventscope.connector import Block, Record
from widgets.frame import BEAT_MS, BETWEEN_S, NEVER, FrameClock


class Shown:
    """A view that counts how often it is shown."""

    def __init__(self, visible: bool = True) -> None:
        self.times = 0
        self.visible = visible

    def tick(self) -> None:
        self.times += 1

    def isVisible(self) -> bool:
        return self.visible


def beaten(session: Session, views: list[Shown], times: int, *, written: bool) -> list[int]:
    """How often views are shown on so many beats; what is written has a key between any two of them."""
    clock = FrameClock(session, views, written_at=time.perf_counter if written else lambda: NEVER)
    for _ in range(times):
        clock.beat()
    return [view.times for view in views]


def test_while_somebody_writes_views_are_shown_after_a_key_and_seldom_without_one(
    empty_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, key, shown_at = 0.0, 0.0, []
    monkeypatch.setattr("widgets.frame.time.perf_counter", lambda: now)
    view = Shown()
    clock = FrameClock(empty_session, [view], written_at=lambda: key)
    for beat in range(1, 50):
        now = beat * BEAT_MS / 1e3
        if beat in (10, 13):
            key = now - 0.001
        before = view.times
        clock.beat()
        shown_at += [beat] if view.times > before else []
    seldom = round(BETWEEN_S * 1e3 / BEAT_MS) + 1
    assert shown_at[:3] == [1, 10, 13]
    assert {later - sooner for sooner, later in pairwise(shown_at[2:])} == {seldom}


def test_rows_are_stored_while_somebody_writes(empty_session: Session) -> None:
    empty_session.intake.put("source", Block.of([Record("a.b")]))
    key = time.perf_counter()
    clock = FrameClock(empty_session, [Shown()], written_at=lambda: key)
    clock.beat()
    clock.beat()
    assert empty_session.store.next_seq == 2


def test_all_visible_views_are_shown_together(empty_session: Session) -> None:
    once = beaten(empty_session, [Shown(), Shown(), Shown(visible=False)], 2, written=False)
    assert once == [once[0], once[0], 0]
    assert once[0] > 0


@pytest.mark.parametrize("others", [1, 3])
def test_while_somebody_writes_the_others_take_turns(empty_session: Session, others: int) -> None:
    views = [Shown(), *(Shown() for _ in range(others)), Shown(visible=False)]
    first, *rest, hidden = beaten(empty_session, views, 12, written=True)
    assert hidden == 0
    assert sum(rest) == first
    assert max(rest) - min(rest) <= 1


def test_a_single_view_is_shown_while_somebody_writes(empty_session: Session) -> None:
    assert beaten(empty_session, [Shown()], 4, written=True)[0] > 0


class Slow(Shown):
    """A view whose news take a while."""

    def tick(self) -> None:
        super().tick()
        time.sleep(0.006)


def test_of_views_that_take_long_a_beat_shows_one(empty_session: Session) -> None:
    first, *others = beaten(empty_session, [Shown(), Slow(), Slow(), Slow()], 12, written=False)
    assert others == [first // 3] * 3


@pytest.mark.parametrize(("late_ms", "shown"), [(0, 8), (BEAT_MS, 4)])
def test_when_beats_come_late_every_other_one_shows_nothing(
    empty_session: Session, monkeypatch: pytest.MonkeyPatch, late_ms: int, shown: int
) -> None:
    now = 0.0
    monkeypatch.setattr("widgets.frame.time.perf_counter", lambda: now)
    view = Shown()
    clock = FrameClock(empty_session, [view])
    for _ in range(8):
        empty_session.intake.put("source", Block.of([Record("a.b")]))
        now += (BEAT_MS + late_ms) / 1e3
        clock.beat()
    assert view.times == shown

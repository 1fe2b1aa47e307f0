"""The frame clock: which views are shown on a beat."""

from __future__ import annotations

import pytest

from app.session import Session
from widgets.frame import FrameClock


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
    clock = FrameClock(session, views, is_written=lambda: written)
    for _ in range(times):
        clock.beat()
    return [view.times for view in views]


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

"""The status bar: an account of every event, and nothing that flickers."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from app.filter.matches import Matches
from app.session import Session
from app.store.store import Store
from eventscope.connector import Block, Record
from widgets.window.state_pill import StatePill
from widgets.window.status_bar import StatusBar


def words(bar: StatusBar) -> str:
    return " | ".join(label.text() for label in bar.findChildren(QLabel))


def test_the_account_adds_up_on_screen(session: Session, matches: Matches) -> None:
    bar = StatusBar(session, matches, StatePill())
    matches.update(1.0)
    bar.tick()
    kept = session.store.kept
    assert f"shown {kept:,} / kept {kept:,} / seen {kept:,} · dropped 0" in words(bar)
    assert "of 512 MB" in words(bar)


def test_evicted_rows_are_told_with_the_oldest_that_is_kept(matches: Matches) -> None:
    session = Session()
    session.store = Store(1 << 20)
    for _ in range(40):
        session.intake.put("s", Block.of([Record(type="t", payload=b"x" * 1_000)] * 100))
    session.drain(60)
    bar = StatusBar(session, matches, StatePill())
    bar.tick()
    assert f"evicted {session.store.evicted:,} (oldest kept " in words(bar)


def test_numbers_change_four_times_a_second_at_most(session: Session, matches: Matches) -> None:
    bar = StatusBar(session, matches, StatePill())
    bar.tick()
    before = words(bar)
    session.intake.put("demo", Block.of([Record(type="t")] * 500))
    session.drain(60)
    bar.tick()
    assert words(bar) == before

"""The status bar: an account of every event, and nothing that flickers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.session import Session
from app.store.store import Store
from eventscope.connector import Block, Record
from eventscope.step import Phase
from widgets.window.account import Piece, explanation, fitting
from widgets.window.state_pill import StatePill
from widgets.window.status_bar import StatusBar


def words(bar: StatusBar) -> str:
    return " | ".join(label.text() for label in bar.findChildren(QLabel))


def wide(qtbot: QtBot, session: Session, matches: Matches, width: int = 1_400) -> StatusBar:
    bar = StatusBar(session, matches, StatePill())
    qtbot.addWidget(bar)
    bar.resize(width, 32)
    bar.show()
    bar.tick()
    return bar


@pytest.fixture
def flooded() -> Iterator[Session]:
    session = Session()
    session.store = Store(1 << 20)
    session.intake.put("s", Block.of([Record("t", b"!", category="rare", phase=Phase.FAILED)]))
    for _ in range(40):
        session.intake.put("s", Block.of([Record(f"t{i}", b"x" * 1_000, category="noise") for i in range(100)]))
    session.drain(60)
    yield session
    session.store.close()


def test_the_account_adds_up_on_screen(qtbot: QtBot, session: Session, matches: Matches) -> None:
    matches.update(1.0)
    bar = wide(qtbot, session, matches)
    kept = session.store.kept
    assert f"shown {kept:,} / kept {kept:,} / seen {kept:,} · dropped 0 · 0 ev/s · " in words(bar)
    assert "of 512 MB" in words(bar)


def test_evicted_rows_are_told_with_the_time_from_which_on_all_are_kept(
    qtbot: QtBot, flooded: Session, matches: Matches
) -> None:
    bar = wide(qtbot, flooded, matches)
    assert f"evicted {flooded.store.evicted:,} (all kept since " in words(bar)


@pytest.mark.parametrize("width", [1_000, 700, 500, 300, 200])
def test_in_a_narrow_window_the_least_important_is_left_out_and_nothing_is_cut(
    qtbot: QtBot, flooded: Session, matches: Matches, width: int
) -> None:
    bar = wide(qtbot, flooded, matches, width)
    line = bar.findChildren(QLabel)[-1]
    assert line.text().startswith("shown ") or not line.text()
    assert line.fontMetrics().horizontalAdvance(line.text()) <= line.width()
    bar.resize(1_600, 32)
    assert line.text().endswith("of 1 MB")


def test_the_weightiest_pieces_stay_in_their_order() -> None:
    line = [Piece("shown 1", 9, ""), Piece("kept 2", 5, " / "), Piece("dropped 3", 7), Piece("4 ev/s", 1)]
    assert [fitting(line, room, len) for room in (99, 28, 20, 8, 3)] == [
        "shown 1 / kept 2 · dropped 3 · 4 ev/s",
        "shown 1 / kept 2 · dropped 3",
        "shown 1 · dropped 3",
        "shown 1",
        "",
    ]


def test_the_tooltip_explains_the_numbers_and_names_who_was_evicted_most(
    qtbot: QtBot, flooded: Session, matches: Matches
) -> None:
    bar = wide(qtbot, flooded, matches)
    bar.event(QHelpEvent(QEvent.Type.ToolTip, QPoint(), QPoint()))
    assert "s · noise: kept" in bar.toolTip()
    told = explanation(flooded)
    assert "kept + evicted + cleared + dropped" in told
    assert f"evicted {flooded.store.evicted:,}" in told
    assert told.index("s · noise: kept") < told.index("s · rare: kept 1 ")


def test_hostile_names_in_the_tooltip_are_only_text(qtbot: QtBot, session: Session, matches: Matches) -> None:
    session.intake.put("<b>bait</b>", Block.of([Record("t", category="<img src=x>")]))
    session.drain(60)
    bar = wide(qtbot, session, matches)
    bar.event(QHelpEvent(QEvent.Type.ToolTip, QPoint(), QPoint()))
    assert "<img" not in bar.toolTip()


def test_numbers_change_four_times_a_second_at_most(qtbot: QtBot, session: Session, matches: Matches) -> None:
    bar = wide(qtbot, session, matches)
    before = words(bar)
    session.intake.put("demo", Block.of([Record(type="t")] * 500))
    session.drain(60)
    bar.tick()
    assert words(bar) == before

"""The state pill: four states that cannot be taken for each other, in one place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from widgets.table.live import Live, LiveState
from widgets.window.state_pill import ICONS, StatePill

STATES = [
    Live(LiveState.FOLLOWING),
    Live(LiveState.SCROLLED_BACK, 312),
    Live(LiveState.PAUSED, 4_118, "14:02:07"),
    Live(LiveState.STOPPED),
]


@pytest.fixture
def pill(qtbot: QtBot) -> StatePill:
    made = StatePill()
    qtbot.addWidget(made)
    made.show()
    return made


def test_each_state_has_words_and_a_glyph_of_its_own() -> None:
    assert [live.text for live in STATES] == [
        "Following",
        "Scrolled back · 312 new ↓",
        "Paused since 14:02:07 · capture continues · 4,118 held",
        "Stopped · start",
    ]
    assert len({name for name, _ in ICONS.values()}) == len(LiveState)


@pytest.mark.parametrize("live", STATES, ids=[live.state for live in STATES])
def test_the_state_is_told_in_text_and_to_those_who_hear_it(pill: StatePill, live: Live) -> None:
    pill.show_state(live)
    assert pill.text() == pill.accessibleName() == live.text
    assert pill.accessibleDescription() == live.hint
    assert pill.property("state") == live.state.value


def test_states_look_different(pill: StatePill) -> None:
    pictures = []
    for live in STATES:
        pill.show_state(live)
        pictures.append(pill.grab().toImage())
    assert all(one != other for i, one in enumerate(pictures) for other in pictures[i + 1 :])


def test_a_growing_count_does_not_push_its_neighbours(pill: StatePill) -> None:
    widths = set()
    for live in (Live(LiveState.FOLLOWING), Live(LiveState.SCROLLED_BACK, 1), Live(LiveState.SCROLLED_BACK, 31_000)):
        pill.show_state(live)
        widths.add(pill.sizeHint().width())
    assert len(widths) == 1


def test_a_click_and_space_act(pill: StatePill, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pill.clicked):
        QTest.mouseClick(pill, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(pill.clicked):
        QTest.keyClick(pill, Qt.Key.Key_Space)

"""Labels: how those that change often keep their place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from widgets.look.text import WIDTH_STEP, SteadyLabel, steady


class Requests(QObject):
    """Counts how often a widget is asked to lay out its children anew."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def needed(label: SteadyLabel) -> int:
    return label.fontMetrics().horizontalAdvance(label.text())


def shown(qtbot: QtBot, window: QWidget, label: SteadyLabel) -> Requests:
    QHBoxLayout(window).addWidget(label)
    with qtbot.waitExposed(window):
        window.show()
    requests = Requests(window)
    window.installEventFilter(requests)
    return requests


def test_a_text_that_changes_a_little_lays_out_nothing(qtbot: QtBot, window: QWidget) -> None:
    label = steady("1,000 of 2,000")
    requests = shown(qtbot, window, label)
    qtbot.wait(20)
    requests.count = 0
    for number in range(1_001, 1_010):
        label.setText(f"{number:,} of 2,000")
        qtbot.wait(1)
    assert requests.count == 0


def test_a_longer_text_gets_its_room_and_a_much_shorter_one_gives_it_back(qtbot: QtBot, window: QWidget) -> None:
    label = steady("1 of 2")
    shown(qtbot, window, label)
    label.setText("1,000,000 of 2,000,000 and more")
    qtbot.waitUntil(lambda: label.width() >= needed(label))
    wide = label.width()
    label.setText("1 of 2")
    qtbot.waitUntil(lambda: label.width() < wide)
    assert needed(label) <= label.width() < needed(label) + 2 * WIDTH_STEP

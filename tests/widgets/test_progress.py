"""The line of progress: it tells how far something is without having the window painted at once."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.look.progress import ProgressLine


class Painted(QWidget):
    """A neighbour that counts how often it is painted."""

    times = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.times += 1


@pytest.mark.parametrize("done", [0.25, 1.0])
def test_its_neighbours_are_painted_later_and_only_once(qtbot: Any, done: float) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    neighbour, line = Painted(window), ProgressLine()
    line.setParent(window)
    window.show()
    qtbot.waitUntil(lambda: neighbour.times > 0)
    before = neighbour.times
    neighbour.update()
    line.show_part(done)
    assert neighbour.times == before
    assert line.value() == round(done * line.maximum())
    qtbot.waitUntil(lambda: neighbour.times == before + 1)


def test_it_is_painted_when_it_goes_on(qtbot: Any) -> None:
    line = ProgressLine()
    line.resize(100, 20)
    qtbot.addWidget(line)
    line.show()
    empty = line.grab().toImage()
    line.show_part(1.0)
    assert line.grab().toImage() != empty

"""At work: threads behind the window give way until it has painted, and go on as soon as it rests."""

from __future__ import annotations

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.store.courtesy import WINDOW
from widgets.at_work import at_work


class Painted(QWidget):
    """Notes who goes first while it paints."""

    def __init__(self) -> None:
        super().__init__()
        self.was_first: list[bool] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        self.was_first.append(not WINDOW.is_free)


def test_the_window_goes_first_until_it_has_painted(qtbot: QtBot) -> None:
    widget = Painted()
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    qtbot.waitUntil(lambda: WINDOW.is_free)
    widget.was_first.clear()
    at_work()
    widget.update()
    assert not WINDOW.is_free
    qtbot.waitUntil(lambda: WINDOW.is_free)
    assert widget.was_first == [True]

"""Turning split: a picture and a list that share a pane, side by side where it is wide, else one above the other."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

__all__ = ["TurningSplit"]

NARROW_PX: Final = 620
SQUARE_PX: Final = 860
"""A pane narrower than this turns as well when it is nearly as high as wide."""
SQUARE: Final = 0.62
BESIDE: Final = 0.34
ABOVE: Final = 0.3
"""What a list takes beside the picture, and above or below it."""
MOST_LIST_PX: Final = 320
"""A list of cards needs no more width."""


class TurningSplit(QSplitter):
    """The list takes a fixed share of the room, until somebody moves the handle between the two.

    Where there is no room for both, the picture is shown alone.
    """

    def __init__(self, first: QWidget, second: QWidget, *, list_first: bool) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._list_first = list_first
        self._list, self._picture = (first, second) if list_first else (second, first)
        self._moved = False
        self.addWidget(first)
        self.addWidget(second)
        self.setStretchFactor(int(list_first), 1)
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._keep)

    def minimumSizeHint(self) -> QSize:
        # Whichever way it lies now: it turns, and must not hold up its window while it is hidden.
        return self._picture.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        wanted = Qt.Orientation.Vertical if self._is_narrow() else Qt.Orientation.Horizontal
        if wanted != self.orientation():
            self.setOrientation(wanted)
            self._moved = False
        super().resizeEvent(event)
        self._share()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._share()  # what the two need is another now
        return done

    def _is_narrow(self) -> bool:
        width, height = self.width(), self.height()
        return width < NARROW_PX or (width < SQUARE_PX and height > SQUARE * width)

    def _has_room(self) -> bool:
        needed = self._list.minimumSizeHint().height() + self._picture.minimumSizeHint().height()
        return self.orientation() == Qt.Orientation.Horizontal or self.height() >= needed

    def _share(self) -> None:
        self._list.setVisible(self._has_room())
        if self._moved:
            return
        beside = self.orientation() == Qt.Orientation.Horizontal
        room = self.width() if beside else self.height()
        listed = min(round(room * BESIDE), MOST_LIST_PX) if beside else round(room * ABOVE)
        sizes = [listed, room - listed]
        self.setSizes(sizes if self._list_first else sizes[::-1])

    def _keep(self) -> None:
        self._moved = True

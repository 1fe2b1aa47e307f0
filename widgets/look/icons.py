"""Icons: Lucide's outlines, drawn in the colour that text has now, sharp at any pixel ratio.

Qt paints SVG's `currentColor` black, so the colour is put into the SVG's text before it is rendered. An icon asks
for the colour each time it is painted: it follows the theme without being told.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from widgets.look.theme import current_palette

__all__ = ["icon", "pixmap"]

_FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "icons"


@cache
def icon(name: str, tone: str = "text") -> QIcon:
    """The icon `name` in the palette's colour `tone`; raises FileNotFoundError for an unknown name."""
    _outline(name)
    return QIcon(_Outline(name, tone))


@lru_cache(maxsize=1024)
def pixmap(name: str, size: int, colour: str, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of `size` logical pixels for a screen with `ratio` pixels to each."""
    picture = QPixmap(round(size * ratio), round(size * ratio))
    if picture.isNull():
        return picture  # of a button that has no room
    picture.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_outline(name).replace("currentColor", colour).encode()))
    with QPainter(picture) as painter:
        renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    picture.setDevicePixelRatio(ratio)
    return picture


class _Outline(QIconEngine):
    """Paints one outline at any size. `icon` keeps each for ever: Qt must not free what Python still owns."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self._name = name
        self._tone = tone

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        size = min(rect.width(), rect.height())
        ratio = painter.device().devicePixelRatioF()
        left = rect.x() + (rect.width() - size) // 2
        top = rect.y() + (rect.height() - size) // 2
        painter.drawPixmap(left, top, pixmap(self._name, size, self._colour(mode), ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return pixmap(self._name, min(size.width(), size.height()), self._colour(mode))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        return pixmap(self._name, min(size.width(), size.height()), self._colour(mode), scale)

    def clone(self) -> QIconEngine:
        copy = _Outline(self._name, self._tone)
        _clones.append(copy)
        return copy

    def _colour(self, mode: QIcon.Mode) -> str:
        palette = current_palette()
        return palette.edge if mode == QIcon.Mode.Disabled else str(getattr(palette, self._tone))


_clones: Final[list[QIconEngine]] = []
"""Kept for the same reason; Qt clones an engine only when an icon is altered, which nobody does."""


@cache
def _outline(name: str) -> str:
    return (_FOLDER / f"{name}.svg").read_text("utf-8")

"""A chip: a small toggle with a name and, where there is one, a live count, which keeps its place while it grows."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.display import display
from widgets.look.fonts import mono_font, ui_font
from widgets.look.icons import pixmap
from widgets.look.theme import current_palette

__all__ = ["Chip", "Choice", "count_text"]

HEIGHT: Final = 24
PADDING: Final = 8
GAP: Final = 6
ICON: Final = 14
NAME_LIMIT: Final = 28


class Choice(StrEnum):
    """What a chip stands for in the filter."""

    OPEN = "open"
    INCLUDED = "included"
    EXCLUDED = "excluded"


def count_text(count: int) -> str:
    """A count in at most five characters."""
    if count < 100_000:
        return str(count)
    return f"{count // 1_000}k" if count < 10_000_000 else f"{count // 1_000_000}M"


class Chip(QAbstractButton):
    """Click chooses it, Ctrl or Shift + click adds it, Alt or middle click excludes it, right click opens its menu.

    `what` is what it is one of; `count` None is none at all.
    """

    chosen = Signal()
    added = Signal()
    excluded = Signal()
    menu_asked = Signal(object)  # QPoint of the screen

    def __init__(
        self, name: str, icon: str = "", parent: QWidget | None = None, *, what: str = "category",
        count: int | None = 0,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.name = name
        self.shown_name = display(name, limit=NAME_LIMIT)
        self.count = count
        self._what = what
        self.choice = Choice.OPEN
        self._icon = icon
        self._digits = 3
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._describe()

    def set_count(self, count: int) -> None:
        """Show how many there are; the chip grows only when a digit is added."""
        if count == self.count:
            return
        self.count = count
        if (digits := len(count_text(count))) > self._digits:
            self._digits = digits
            self.updateGeometry()
        self._describe()
        self.update()

    def set_choice(self, choice: Choice) -> None:
        """Show what it is in the filter."""
        if choice is not self.choice:
            self.choice = choice
            self._describe()
            self.update()

    def sizeHint(self) -> QSize:
        name = QFontMetricsF(ui_font()).horizontalAdvance(self.shown_name)
        digits = QFontMetricsF(mono_font()).horizontalAdvance("0") * self._digits
        icon = ICON + GAP if self._icon else 0
        return QSize(round(2 * PADDING + icon + name + (0 if self.count is None else GAP + digits)) + 1, HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self.excluded.emit()
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and self.isDown() and inside:
            self._act(event.modifiers())
        self.setDown(False)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._act(event.modifiers())
        else:
            super().keyPressEvent(event)

    def _act(self, modifiers: Qt.KeyboardModifier) -> None:
        if modifiers & Qt.KeyboardModifier.AltModifier:
            self.excluded.emit()
        elif modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            self.added.emit()
        else:
            self.chosen.emit()

    def _describe(self) -> None:
        state = "" if self.choice is Choice.OPEN else f", {self.choice.value}"
        count = "" if self.count is None else f", {self.count} events"
        self.setAccessibleName(f"{self._what} {self.shown_name}{count}{state}")

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave, QEvent.Type.FocusIn):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ground, edge, name, count = self._colours()
            painter.setPen(QPen(QColor(edge), 1.0))
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            left = float(PADDING)
            if self._icon:
                picture = pixmap(self._icon, ICON, name, self.devicePixelRatioF())
                painter.drawPixmap(QPointF(left, (HEIGHT - ICON) / 2), picture)
                left += ICON + GAP
            self._write(painter, left, name, count)

    def _write(self, painter: QPainter, left: float, name: str, count: str) -> None:
        font = ui_font()
        font.setStrikeOut(self.choice is Choice.EXCLUDED)
        metrics = QFontMetricsF(font)
        baseline = (HEIGHT - metrics.height()) / 2 + metrics.ascent()
        painter.setFont(font)
        painter.setPen(QColor(name))
        painter.drawText(QPointF(left, baseline), self.shown_name)
        if self.count is None:
            return
        mono, text = mono_font(), count_text(self.count)
        painter.setFont(mono)
        painter.setPen(QColor(count))
        width = QFontMetricsF(mono).horizontalAdvance(text)
        painter.drawText(QPointF(self.width() - PADDING - width, baseline), text)

    def _colours(self) -> tuple[str, str, str, str]:
        """Ground, edge, name, count."""
        palette = current_palette()
        edge = palette.accent if self.hasFocus() else palette.line
        if self.choice is Choice.INCLUDED:
            return palette.selection, palette.text if self.hasFocus() else palette.accent, palette.text, palette.text
        if self.choice is Choice.EXCLUDED:
            return palette.panel, edge, palette.muted, palette.muted
        ground = palette.raised if self.underMouse() else palette.background
        return ground, edge, palette.text, palette.muted

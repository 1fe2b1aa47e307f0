"""Cards: short lists in which each entry has two lines, such as traces, breaches and findings."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from widgets.look.fonts import mono_font, ui_font
from widgets.look.icons import pixmap
from widgets.look.keyed_rows import KeyedRows
from widgets.look.sparkline import draw_curve
from widgets.look.theme import current_palette, theme
from widgets.look.tools import plain_tip

__all__ = ["Card", "CardList", "CardModel"]

T = TypeVar("T")
Role = Qt.ItemDataRole
CARD: Final = Role.UserRole
PADDING: Final = 8
ICON: Final = 14
EDGE: Final = 3
CURVE: Final = 80
LEAST_PX: Final = 44
"""One card: a low window has others to show as well."""


@dataclass(frozen=True, slots=True)
class Card:
    """An icon in a colour of the palette, a title, a figure and a curve at its right end, and a line below.

    All texts are one line each and free of control characters. `word` says what the icon means.
    """

    icon: str
    tone: str
    word: str
    title: str
    figure: str
    line: str
    figure_tone: str = "muted"
    curve: Sequence[float] = ()
    """Drawn beside the figure, scaled to its highest value."""

    @property
    def sentence(self) -> str:
        """The card for those who hear it."""
        return ", ".join(part for part in (self.title, self.word, self.figure, self.line) if part)


class CardModel(KeyedRows[T], Generic[T]):
    """Items, each shown as the card that `card` makes of it."""

    titles = ("",)

    def __init__(self, key: Callable[[T], Hashable], card: Callable[[T], Card], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._card = card

    def key(self, item: T) -> Hashable:
        return self._key(item)

    def cell(self, item: T, column: int, role: int) -> Any:
        if role == CARD:
            return self._card(item)
        if role in (Role.DisplayRole, Role.AccessibleTextRole):
            return self._card(item).sentence
        if role == Role.ToolTipRole:
            card = self._card(item)
            return plain_tip(f"{card.title}\n{card.line}")
        return None


class CardList(QListView, Generic[T]):
    """A list of cards, newest first, that never moves while somebody reads it.

    `chosen` tells the item that the developer went to, by mouse or keyboard.
    """

    chosen = Signal(object)
    activated_item = Signal(object)
    waiting_changed = Signal(object)

    def __init__(self, model: CardModel[T], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = model
        self.waiting = 0
        self._quiet = False
        self.setModel(model)
        self.setItemDelegate(CardDelegate(self))
        self.setUniformItemSizes(True)
        self.setMinimumHeight(LEAST_PX)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.activated.connect(self._activate)  # a double click, or Enter
        theme().changed.connect(self.viewport().update)

    @property
    def read(self) -> bool:
        """Whether the pointer is over the list, or it is scrolled away from the newest."""
        return bool(self.cards.items) and (self.underMouse() or self.verticalScrollBar().value() > 0)

    def offer(self, items: Sequence[T]) -> None:
        """Show `items`; while the list is read, only what is known of those already in it."""
        if self.read:
            known = {self.cards.key(item): item for item in items}
            old = [(self.cards.key(item), item) for item in self.cards.items]
            self._wait(len(known.keys() - {key for key, _ in old}))
            self._show([known.get(key, item) for key, item in old])
        else:
            self._wait(0)
            self._show(items)

    def show_all(self, items: Sequence[T]) -> None:
        """Show `items` even while the list is read: for lists whose order does not change."""
        self._show(items)

    def show_newest(self, items: Sequence[T]) -> None:
        """Show `items` from the top, read or not."""
        self._wait(0)
        self._show(items)
        self.scrollToTop()

    def select(self, key: Hashable) -> None:
        """Mark the item with this key as current, without telling `chosen`."""
        row = self.cards.row_of(key)
        index = QModelIndex() if row is None else self.cards.index(row, 0)
        if index != self.currentIndex():
            self._quiet = True
            self.setCurrentIndex(index)
            if row is None:
                self.clearSelection()
            self._quiet = False

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        item = self.cards.item(current)
        if item is not None and not self._quiet:
            self.chosen.emit(item)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A selected card that was seen stays in sight."""
        chosen = self.currentIndex()
        seen = chosen.isValid() and QRect(QPoint(), event.oldSize()).intersects(self.visualRect(chosen))
        super().resizeEvent(event)
        if seen:
            self.scrollTo(chosen)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Qt makes the first row current when a list gets the focus: nobody chose it.
        self._quiet = True
        super().focusInEvent(event)
        self._quiet = False

    def _show(self, items: Sequence[T]) -> None:
        self._quiet = True
        self.cards.show(items)
        self._quiet = False

    def _wait(self, count: int) -> None:
        if count != self.waiting:
            self.waiting = count
            self.waiting_changed.emit(count)

    def _activate(self, index: QModelIndex) -> None:
        item = self.cards.item(index)
        if item is not None:
            self.activated_item.emit(item)


class CardDelegate(QStyledItemDelegate):
    """Paints a card."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(160, 2 * QFontMetrics(ui_font()).height() + 10)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        card: Card = index.data(CARD)
        palette = current_palette()
        area: QRect = option.rect
        self._draw_ground(painter, option, area)
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(
            area.left() + PADDING, area.top() + 6, pixmap(card.icon, ICON, getattr(palette, card.tone), ratio)
        )
        lines = area.adjusted(PADDING + ICON + PADDING, 4, -PADDING, -6)
        half = lines.height() // 2
        first, second = QRect(lines), QRect(lines)
        first.setHeight(half)
        second.setTop(lines.top() + half)
        figure = draw(painter, first, card.figure, mono_font(), getattr(palette, card.figure_tone), right=True)
        first.setRight(first.right() - figure - (PADDING if figure else 0))
        if card.curve:
            at = QRect(first.right() - CURVE, first.top() + 2, CURVE, first.height() - 4)
            draw_curve(painter, at, card.curve)
            first.setRight(at.left() - PADDING)
        draw(painter, first, card.title, ui_font(), palette.text)
        draw(painter, second, card.line, ui_font(scale=0.92), palette.muted)

    def _draw_ground(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect) -> None:
        palette = current_palette()
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(palette.selection))
            painter.fillRect(area.left(), area.top(), EDGE, area.height(), QColor(palette.accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(palette.raised))
        painter.fillRect(area.left(), area.bottom(), area.width(), 1, QColor(palette.line))


def draw(painter: QPainter, area: QRect, text: str, font: QFont, colour: str, *, right: bool = False) -> int:
    """Write one line into `area`, elided at its end; the width that it took."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.setFont(font)
    painter.setPen(QColor(colour))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
    return metrics.horizontalAdvance(shown)

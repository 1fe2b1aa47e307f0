"""Noted rows: short lists of texts, each with a note at its right end, such as suggestions and commands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.display import display
from widgets.look.fonts import mono_font, ui_font
from widgets.look.theme import current_palette

__all__ = ["NotedDelegate", "NotedList", "NotedModel"]

NOTE: Final = Qt.ItemDataRole.UserRole
PADDING: Final = 10
GAP: Final = 24

Index = QModelIndex | QPersistentModelIndex


class NotedModel(QStandardItemModel):
    """Pairs of text and note; the text is the edit role, which a completer takes over."""

    def show_all(self, rows: Iterable[tuple[str, str]]) -> None:
        """Replace what is listed."""
        self.clear()
        for text, note in rows:
            item = QStandardItem()
            item.setData(text, Qt.ItemDataRole.EditRole)
            item.setData(display(note), NOTE)
            item.setData(f"{display(text)}, {display(note)}", Qt.ItemDataRole.AccessibleTextRole)
            item.setEditable(False)
            self.appendRow(item)

    @property
    def texts(self) -> list[str]:
        """The texts, from the top."""
        return [str(self.item(row).data(Qt.ItemDataRole.EditRole)) for row in range(self.rowCount())]


class NotedDelegate(QStyledItemDelegate):
    """Draws the text at the left and its note at the right."""

    def __init__(self, parent: QWidget, *, mono: bool = False) -> None:
        super().__init__(parent)
        self._mono = mono

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette, chosen = current_palette(), bool(option.state & QStyle.StateFlag.State_Selected)
        rect: QRect = option.rect
        painter.save()
        if chosen:
            painter.fillRect(rect, QColor(palette.selection))
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        painter.setFont(ui_font(scale=0.9))
        note = str(index.data(NOTE) or "")
        painter.setPen(QColor(palette.muted))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)
        room = inner.width() - (painter.fontMetrics().horizontalAdvance(note) + GAP if note else 0)
        painter.setFont(mono_font() if self._mono else ui_font())
        painter.setPen(QColor(palette.text))
        text = painter.fontMetrics().elidedText(
            display(str(index.data(Qt.ItemDataRole.EditRole))), Qt.TextElideMode.ElideLeft, room
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, option.fontMetrics.height() + PADDING)


class NotedList(QListView):
    """Shows them. A completer that takes the list for its popup replaces the delegate: set it again."""

    def __init__(self, name: str, parent: QWidget | None = None, *, mono: bool = False) -> None:
        super().__init__(parent)
        self._mono = mono
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.draw_notes()

    def draw_notes(self) -> None:
        """Have the rows drawn with their notes; what pops up has an edge."""
        self.setObjectName("popup" if self.windowType() == Qt.WindowType.Popup else "")
        self.setItemDelegate(NotedDelegate(self, mono=self._mono))

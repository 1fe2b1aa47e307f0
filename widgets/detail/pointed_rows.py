"""Rows to point at: what mouse and keys do in rows of bytes: go to a byte, select some, copy them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QMenu

from widgets.detail.rows_area import MARGIN, RowsArea

__all__ = ["PointedRows"]

Key = Qt.Key
STEPS: Final = {Key.Key_Up: -1, Key.Key_Down: 1}


class PointedRows(RowsArea):
    """Rows with a place where the reader is, and a selection from there."""

    def copy(self) -> None:
        """The selected bytes to the clipboard; all when none are selected."""
        start, end = self.selection
        QGuiApplication.clipboard().setText(
            self.text_of(start, end) if end > start else self.text_of(0, self.size_in_bytes)
        )

    def select_all(self) -> None:
        """Select all bytes."""
        self._anchor, self._cursor = 0, self.size_in_bytes
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy\tCtrl+C", self.copy)
        menu.addAction("Select all\tCtrl+A", self.select_all)
        menu.popup(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.size_in_bytes:
            byte = self._byte_under(event.position().toPoint())
            extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._go(byte, extends=extends)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self.size_in_bytes:
            byte = self._byte_under(event.position().toPoint())
            self._cursor = byte + (byte >= self._anchor)
            self.reveal(byte)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _byte_under(self, at: QPoint) -> int:
        row = self.verticalScrollBar().value() + at.y() // self.row_height
        row = min(max(row, 0), self.rows - 1)
        return self.byte_at(row, at.x() - MARGIN + self.horizontalScrollBar().value())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            return self.copy()
        if event.matches(QKeySequence.StandardKey.SelectAll):
            return self.select_all()
        target = self._target(event) if self.size_in_bytes else None
        if target is None:
            return super().keyPressEvent(event)
        self._go(target, extends=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        return None

    def _target(self, event: QKeyEvent) -> int | None:
        """The byte that a key leads to."""
        at, key = min(self._cursor, self.size_in_bytes - 1), event.key()
        page = self.verticalScrollBar().pageStep()
        rows = {**STEPS, Key.Key_PageUp: -page, Key.Key_PageDown: page}.get(Key(key))
        if rows is not None:
            return self._beside(at, rows)
        start, end = self.row_range(self.row_of(at))
        whole = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return {
            Key.Key_Left: at - 1,
            Key.Key_Right: at + 1,
            Key.Key_Home: 0 if whole else start,
            Key.Key_End: self.size_in_bytes - 1 if whole else end - 1,
        }.get(Key(key))

    def _beside(self, byte: int, rows: int) -> int:
        """The byte in the same place of a row further up or down."""
        row = self.row_of(byte)
        spans = self.spans(row, byte, byte + 1)
        target = min(max(row + rows, 0), self.rows - 1)
        return self.byte_at(target, spans[0][0] if spans else 0.0)

    def _go(self, byte: int, *, extends: bool) -> None:
        byte = min(max(byte, 0), self.size_in_bytes - 1)
        self._cursor = byte
        if not extends:
            self._anchor = byte
        self.reveal(byte)
        self.setAccessibleDescription(self.text_of(*self.row_range(self.row_of(byte))))
        self.viewport().update()
        if not extends:
            self.pointed.emit(byte)

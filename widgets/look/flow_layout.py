"""Flow layout: places widgets side by side and goes to the next line when a line is full, as text does."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

__all__ = ["FlowLayout"]


class FlowLayout(QLayout):
    """Left to right, then down, with `spacing()` pixels between; each line in the middle if `centred`.

    `one_line` asks for the width of a single line, and makes do with less.
    """

    def __init__(
        self, parent: QWidget | None = None, spacing: int = 4, *, centred: bool = False, one_line: bool = False
    ) -> None:
        super().__init__(parent)
        self._centred = centred
        self._one_line = one_line
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(QMargins(0, 0, 0, 0))
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._flow(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._flow(rect, move=True)

    def sizeHint(self) -> QSize:
        least = self.minimumSize()
        shown = [item for item in self._items if not item.isEmpty()]
        return QSize(self._width(shown), least.height()) if self._one_line and shown else least

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _flow(self, rect: QRect, *, move: bool) -> int:
        """Place the items into `rect`; the height that they take."""
        y = rect.y()
        for line in self._lines(rect.width()):
            x = rect.x() + (max(rect.width() - self._width(line), 0) // 2 if self._centred else 0)
            for item in line:
                hint = item.sizeHint()
                if move:
                    item.setGeometry(QRect(x, y, hint.width(), hint.height()))
                x += hint.width() + self.spacing()
            y += max(item.sizeHint().height() for item in line) + self.spacing()
        return max(y - self.spacing() - rect.y(), 0)

    def _lines(self, width: int) -> Iterator[list[QLayoutItem]]:
        """The items that are seen, as many in a line as find room, but at least one."""
        line: list[QLayoutItem] = []
        for item in self._items:
            if item.isEmpty():
                continue
            if line and self._width([*line, item]) > width:
                yield line
                line = []
            line.append(item)
        if line:
            yield line

    def _width(self, line: list[QLayoutItem]) -> int:
        return sum(item.sizeHint().width() for item in line) + (len(line) - 1) * self.spacing()

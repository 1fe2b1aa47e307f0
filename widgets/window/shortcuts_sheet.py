"""Sheets: what the filter language has and what is kept, each on one page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.filter.query import helps
from widgets.look.text import label


class ShortcutsSheet(QDialog):
    """Two columns: what one types, and what it does."""

    def __init__(self, parent: QWidget, title: str, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        for i, (keys, meaning) in enumerate(rows):
            grid.addWidget(label(keys, "key"), i, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(meaning, wrap=True), i, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(rows), 1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(inside)
        QVBoxLayout(self).addWidget(area)
        self.resize(620, 560)

    @classmethod
    def of_filters(cls, parent: QWidget) -> ShortcutsSheet:
        """The filter language, from the operators themselves."""
        return cls(parent, "Filter language", helps())

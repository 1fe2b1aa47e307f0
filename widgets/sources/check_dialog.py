"""The check dialog: an attached source, tried step by step beside what it is doing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.display import display
from eventscope.connector import Connector
from widgets.look.text import label
from widgets.sources.check_steps import CheckSteps

__all__ = ["CheckDialog"]


class CheckDialog(QDialog):
    """Checks a connector as soon as it is opened; closing it gives up."""

    def __init__(self, connector: Connector, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Check {display(connector.label, limit=60)}")
        self._connector = connector
        self.steps = CheckSteps()
        self._again = QPushButton("Check again")
        self._again.clicked.connect(self.check)
        self.steps.ended.connect(lambda _: self._again.setEnabled(True))
        self._lay_out()
        self.resize(560, 360)

    def check(self) -> None:
        """Begin at the first step."""
        self._again.setEnabled(False)
        self.steps.start(self._connector)

    def open(self) -> None:
        """Show it, and begin."""
        super().open()
        self.check()

    def _lay_out(self) -> None:
        copy = QPushButton("Copy as text")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.steps.text))
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        for button in (self._again, copy):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addWidget(label(display(self._connector.safety), "badge", wrap=True))
        column.addWidget(scrolling(self.steps), 1)
        column.addLayout(buttons)


def scrolling(inside: QWidget) -> QScrollArea:
    """`inside` at the top of an area that scrolls down where it is too long."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 8, 0)
    column.addWidget(inside)
    column.addStretch(1)
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    for each in (page, area.viewport()):
        each.setAutoFillBackground(False)  # Qt would paint the colour of a dialog, also on a card
    return area

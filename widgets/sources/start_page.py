"""The start page: what one can begin with. It is painted before anything slow is imported; its lists come later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from widgets.look.icons import icon
from widgets.look.text import label, selectable

if TYPE_CHECKING:
    from widgets.sources.start_lists import StartLists

TAP_LINES = "from eventscope import EventBus\n\nbus = EventBus()\nbus.tap()  # its life shows here"
COLUMN = 440
SPACE = 48


class Choice(QPushButton):
    """A large button: icon, what it does, and what that means."""

    def __init__(self, icon_name: str, title: str, meaning: str) -> None:
        super().__init__()
        self.setObjectName("choice")
        self.setAccessibleName(f"{title}: {meaning}")
        picture = QLabel()
        picture.setPixmap(icon(icon_name).pixmap(QSize(20, 20)))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(label(title, "strong"))
        texts.addWidget(label(meaning, "muted"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(16)
        row.addWidget(picture)
        row.addLayout(texts, 1)
        self.setMinimumHeight(64)


class StartPage(QScrollArea):
    """Four ways to begin, how to tap one's own program, and, beside them, what is saved, near, and recent."""

    chosen = Signal(str)  # the URL of a source
    open_file_asked = Signal()
    connect_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lists: StartLists | None = None
        self._beside = QVBoxLayout()
        self._lay_out()

    def furnish(self, lists: StartLists) -> None:
        """Bring what is saved, near and recent."""
        self.lists = lists
        self._beside.addWidget(lists)

    def tick(self) -> None:
        """Keep the lists up to date."""
        if self.lists is not None:
            self.lists.tick()

    def begin(self) -> None:
        """Look from now on what runs here; the loop has to run."""
        if self.lists is not None:
            self.lists.begin()

    async def rest(self) -> None:
        """Keep nothing up to date any more."""
        if self.lists is not None:
            await self.lists.rest()

    def _ways(self) -> QVBoxLayout:
        demo = Choice("monitor-play", "Try the demo", "An order system, live, with failures. Needs nothing.")
        tap = Choice("radio", "Listen for programs", "Shows every program of yours that calls bus.tap().")
        connect = Choice("plug", "Attach a source…", "Kafka, RabbitMQ and more; tried step by step.")
        file = Choice("folder-open", "Open a capture", "Or JSON Lines, an export, a log with [EVENT] lines.")
        demo.clicked.connect(lambda: self.chosen.emit("demo:"))
        tap.clicked.connect(lambda: self.chosen.emit("tap:"))
        connect.clicked.connect(self.connect_asked)
        file.clicked.connect(self.open_file_asked)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(label("Eventscope", "title"))
        column.addWidget(label("See what an event-driven system is doing, live.", "muted"))
        column.addSpacing(16)
        for choice in (demo, tap, connect, file):
            column.addWidget(choice)
        column.addSpacing(16)
        column.addWidget(label("Watch your own program", "strong"))
        column.addWidget(selectable(TAP_LINES, "code"))
        column.addSpacing(8)
        column.addWidget(label("Nothing leaves this machine: no telemetry, no update check.", "muted"))
        demo.setFocus()
        return column

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room, else one below the other."""
        super().resizeEvent(event)
        narrow = self.width() < 2 * COLUMN + 3 * SPACE
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def _lay_out(self) -> None:
        self._columns = QHBoxLayout()
        self._columns.setSpacing(SPACE)
        for column in (self._ways(), self._beside):
            middle = QWidget()
            middle.setFixedWidth(COLUMN)
            middle.setLayout(column)
            self._columns.addWidget(middle, 0, Qt.AlignmentFlag.AlignTop)
        page = QWidget()
        outer = QGridLayout(page)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.addLayout(self._columns, 0, 0, Qt.AlignmentFlag.AlignCenter)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(page)

"""The start page: what one can do when nothing is attached yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.display import display
from widgets.look.icons import icon
from widgets.look.text import label, selectable

TAP_LINES = "from eventscope import EventBus\n\nbus = EventBus()\nbus.tap()  # its life shows here"


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
    """Three ways to begin, recent sources, and how to tap one's own program."""

    chosen = Signal(str)  # the URL of a source
    open_file_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        demo = Choice("monitor-play", "Try the demo", "An order system, live, with failures. Needs nothing.")
        tap = Choice("radio", "Listen for programs", "Shows every program of yours that calls bus.tap().")
        file = Choice("folder-open", "Open a file", "JSON Lines, an export, or a log with [EVENT] lines.")
        demo.clicked.connect(lambda: self.chosen.emit("demo:"))
        tap.clicked.connect(lambda: self.chosen.emit("tap:"))
        file.clicked.connect(self.open_file_asked)
        column = self._column()
        column.addWidget(label("Eventscope", "title"))
        column.addWidget(label("See what an event-driven system is doing, live.", "muted"))
        column.addSpacing(16)
        for choice in (demo, tap, file):
            column.addWidget(choice)
        self._recent = QVBoxLayout()
        column.addLayout(self._recent)
        column.addSpacing(16)
        column.addWidget(label("Watch your own program", "strong"))
        column.addWidget(selectable(TAP_LINES, "code"))
        column.addSpacing(8)
        column.addWidget(label("Nothing leaves this machine: no telemetry, no update check.", "muted"))
        column.addStretch(1)
        demo.setFocus()

    def _column(self) -> QVBoxLayout:
        page, middle = QWidget(), QWidget()
        middle.setFixedWidth(480)
        column = QVBoxLayout(middle)
        column.setSpacing(8)
        column.addStretch(1)
        row = QHBoxLayout(page)
        row.addWidget(middle, 0, Qt.AlignmentFlag.AlignHCenter)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(page)
        return column

    def show_recent(self, recent: Sequence[str]) -> None:
        """Offer the sources that were attached lately."""
        if not recent:
            return
        self._recent.addSpacing(16)
        self._recent.addWidget(label("Recent", "strong"))
        for url in recent[:5]:
            button = QPushButton(display(url, limit=60).replace("&", "&&"))
            button.setObjectName("link")
            button.clicked.connect(partial(self.chosen.emit, url))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

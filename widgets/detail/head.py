"""The head of the detail: which event it is, what happened in one line, and what can be done with it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.display import display
from app.gaps import GAP_MARK, is_gap
from app.store.stored import StoredEvent
from widgets.keys.tips import stands_for
from widgets.look.text import elided, label
from widgets.look.tools import plain_tip, tool

__all__ = ["DetailHead"]

NUMBER_PX: Final = 320
"""Below this width the title needs the room of the number, which is among the fields as well."""


class DetailHead(QWidget):
    """Title, summary, error and notes, with buttons; each signal is what a button asks for."""

    find_asked = Signal()
    decode_asked = Signal()
    trace_asked = Signal()
    copy_asked = Signal(object)  # the button, under which the choices open
    window_asked = Signal()

    def __init__(self, *, own_window: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = elided("", "heading")
        self.number = label("", "number")
        self.badge = label("", "badge")
        self.subtitle = label("", "muted", wrap=True)
        self.error = label("", "error", wrap=True)
        self.note = label("", "strong", wrap=True)
        self.gone = label("No longer kept; what was read stays here.", "warning", wrap=True)
        self.decode = button("Decode the events of this channel as something else…", "layers", self.decode_asked)
        self.copy = button("Copy this event as…", "copy")
        self._lay_out(own_window=own_window)

    def show_event(self, event: StoredEvent, summary: str) -> None:
        """Show another event."""
        title = f"{GAP_MARK} Gap" if is_gap(event) else display(event.type or "(no type)")
        self.title.setText(title)
        self.title.setToolTip(plain_tip(title))
        self.number.setText(f"#{event.seq:,}")
        self.subtitle.setText(display(summary, limit=1_000))
        self.show_error("" if is_gap(event) else event.error or "")
        self.show_badge("", "")
        for part in (self.decode, self.gone):
            part.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.number.setVisible(self.width() >= NUMBER_PX)

    def show_error(self, text: str) -> None:
        """Say what went wrong, to the event or with it."""
        self.error.setText(display(text, limit=2_000))
        self.error.setVisible(bool(text))

    def show_badge(self, text: str, tip: str) -> None:
        """Say what the event was taken for; nothing hides the badge."""
        self.badge.setText(display(text, limit=40))
        self.badge.setToolTip(plain_tip(tip))
        self.badge.setVisible(bool(text))

    def show_note(self, text: str) -> None:
        """Show what the developer noted."""
        self.note.setText(display(text, limit=2_000))
        self.note.setVisible(bool(text))

    def _lay_out(self, *, own_window: bool) -> None:
        self.copy.clicked.connect(lambda: self.copy_asked.emit(self.copy))
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.title, 1)
        top.addWidget(self.number)
        top.addWidget(button("Find in this event", "search", self.find_asked, "detail.find"))
        top.addWidget(self.decode)
        top.addWidget(button("Show the trace of this event", "list-tree", self.trace_asked))
        top.addWidget(self.copy)
        if not own_window:
            own = "view.event-in-its-own-window"
            top.addWidget(button("Open in a window of its own", "maximize", self.window_asked, own))
        told = QHBoxLayout()
        told.addWidget(self.subtitle, 1)
        told.addWidget(self.badge)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(told)
        for line in (self.error, self.note, self.gone):
            line.hide()
            column.addWidget(line)


def button(tip: str, icon: str, asked: object = None, command: str = "") -> QToolButton:
    """A small button that asks for something; `command` is the one of the keys that does the same."""
    made = tool("", tip, icon)
    if asked is not None:
        made.clicked.connect(lambda: asked.emit())  # type: ignore[attr-defined]
    if command:
        stands_for(made, command)
    return made

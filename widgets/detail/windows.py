"""Windows of their own for events: several at once, each with the same view as the panel, on an event that stays."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.display import display
from app.session import Session
from app.store.lookup import Lookup, text_of
from widgets.detail.detail import DetailView
from widgets.detail.keys import WINDOW_KEYS
from widgets.focus import Focus
from widgets.keys.place_keys import PlaceKeys

__all__ = ["DetailWindow", "DetailWindows"]

TICK_MS: Final = 250
STEP: Final = QPoint(32, 32)
"""How far a window is from the last one where there is no room beside it."""


class DetailWindow(QWidget):
    """One event. It lives as long as the window that it belongs to, and goes with it."""

    def __init__(self, session: Session, focus: Focus, seq: int, parent: QWidget | None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._keys = PlaceKeys(session, WINDOW_KEYS)
        self.view = DetailView(session, focus, self, pinned=seq)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self._kind = Lookup("name a window")
        self._entitle(seq, None)
        self._kind.ask(partial(text_of, session.store, seq, "type"), partial(self._entitle, seq))
        self.resize(QSize(*session.settings.detail_window))
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.view.tick)
        self._clock.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = self._keys.command(event)
        if act is None:
            super().keyPressEvent(event)
        else:
            act(self)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The next one opens as large as this one was."""
        self._clock.stop()
        self.view.give_up()
        self._kind.give_up()
        self._session.settings = self._session.settings.with_detail_window((self.width(), self.height()))
        super().closeEvent(event)

    def _entitle(self, seq: int, kind: str | None) -> None:
        self.setWindowTitle(f"#{seq:,} {display(kind or 'event', limit=80)} – Eventscope")
        self.setAccessibleName(self.windowTitle())


class DetailWindows(QObject):
    """All windows of events that are open."""

    def __init__(self, session: Session, focus: Focus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._owner = parent if isinstance(parent, QWidget) else None
        self._open: dict[int, DetailWindow] = {}
        focus.window_wanted.connect(self.open)

    @property
    def windows(self) -> list[DetailWindow]:
        """The windows, in the order of opening."""
        return list(self._open.values())

    def close(self) -> None:
        """Close all of them."""
        for window in self.windows:
            window.close()

    def open(self, seq: int) -> None:
        """Open a window for an event, beside the last one if there is room; one that is open comes to the front."""
        window = self._open.get(seq)
        if window is None:
            before = self.windows[-1] if self._open else None
            window = DetailWindow(self._session, self._focus, seq, self._owner)
            window.destroyed.connect(lambda: self._open.pop(seq, None))
            self._open[seq] = window
            if before is not None:
                window.move(beside(before, window.width()))
        window.show()
        window.raise_()
        window.activateWindow()


def beside(window: QWidget, width: int) -> QPoint:
    """Where a window of this width stands side by side with another one."""
    frame, room = window.frameGeometry(), window.screen().availableGeometry()
    if frame.right() + width <= room.right():
        return QPoint(frame.right() + 1, frame.top())
    if frame.left() - width >= room.left():
        return QPoint(frame.left() - width, frame.top())
    return frame.topLeft() + STEP

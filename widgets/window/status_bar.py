"""The status bar: the state of the window, and an account of every event."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.filter.matches import Matches
from app.session import Session
from widgets.filter.found_line import REFRESH_S
from widgets.look.text import label
from widgets.look.tools import plain_tip
from widgets.window.account import Piece, explanation, fitting, pieces
from widgets.window.record_button import RecordButton
from widgets.window.state_pill import StatePill


class StatusBar(QWidget):
    """The pill, the recording, the counters, the rate and the memory; the numbers change four times a second.

    What finds no room is left out, the least important first; the tooltip explains all of it.
    """

    def __init__(self, session: Session, matches: Matches, pill: StatePill, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusbar")
        self.record = RecordButton(session.recording)
        self._pill = pill
        self._session = session
        self._matches = matches
        self._last = (0.0, 0)
        self._line: list[Piece] = [Piece("", 0)]
        self._account = label("", "number")
        self._account.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 12, 4)
        row.setSpacing(16)
        row.addWidget(pill)
        row.addWidget(self.record)
        row.addWidget(self._account, 1)

    def tick(self) -> None:
        """Refresh when it is time, unless another has."""
        if time.monotonic() - self._last[0] >= 2 * REFRESH_S:
            self.refresh()

    def follow(self) -> None:
        """Refresh together with another that counts, so that both say the same; seldom enough to be read."""
        if time.monotonic() - self._last[0] >= REFRESH_S / 2:
            self.refresh()

    def refresh(self) -> None:
        """Say how it stands now."""
        now = time.monotonic()
        then, seen = self._last
        counted = self._session.counters().seen
        rate = (counted - seen) / (now - then) if then else 0.0
        self._last = (now, counted)
        self._line = pieces(self._session, len(self._matches), rate)
        self._pill.show_unsaved(self._session.recording.unsaved > 0)
        self.record.tick()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """A tooltip is made when somebody asks for it."""
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(plain_tip(explanation(self._session)))
        return super().event(event)

    def _fit(self) -> None:
        self._account.ensurePolished()
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self._account.setText(fitting(self._line, self._account.width(), self._account.fontMetrics().horizontalAdvance))

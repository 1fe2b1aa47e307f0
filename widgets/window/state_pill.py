"""The state pill: says at one place whether the window follows, is scrolled back, paused or stopped."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QPushButton, QWidget

from widgets.look.icons import icon
from widgets.table.live import Live, LiveState

__all__ = ["StatePill"]

ICONS: Final = {
    LiveState.FOLLOWING: ("arrow-down-to-line", "on_accent"),
    LiveState.SCROLLED_BACK: ("chevrons-down", "on_accent"),
    LiveState.SORTED: ("arrow-down-up", "on_accent"),
    LiveState.PAUSED: ("pause", "background"),
    LiveState.STOPPED: ("square", "muted"),
}
"""Paused and stopped must never look alike: one loses nothing, the other sees nothing."""

UNSAVED: Final = "These events are in no file; Ctrl+S saves them as a capture."

WIDEST: Final = "Scrolled back · 88,888 new ↓"
"""The pill has room for this from the start, so that its neighbours keep their places."""


class StatePill(QPushButton):
    """A button that shows a state; a click or Space acts on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pill")
        self.setIconSize(QSize(14, 14))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._unsaved = False
        self._live = Live(LiveState.FOLLOWING)
        self.show_state(self._live)

    def show_unsaved(self, unsaved: bool) -> None:
        """Tell whether there are events that are in no file; shown once nothing comes any more."""
        if unsaved != self._unsaved:
            self._unsaved = unsaved
            self.show_state(self._live)

    def show_state(self, live: Live) -> None:
        """Show `live`, a Live."""
        self._live = live
        marked = self._unsaved and live.state is LiveState.STOPPED
        self.setText("Stopped · ● not saved · start" if marked else live.text)
        self.setToolTip(f"{live.hint} {UNSAVED}" if marked else live.hint)
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(self.toolTip())
        if self.property("state") != live.state.value:
            self.setProperty("state", live.state.value)
            self.setIcon(icon(*ICONS[live.state]))
            self.style().unpolish(self)
            self.style().polish(self)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        room = QFontMetrics(self.font()).horizontalAdvance(WIDEST) + self.iconSize().width() + 36
        return QSize(max(hint.width(), room), hint.height())

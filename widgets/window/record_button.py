"""The record button: a circle that begins a recording; while one runs, a red dot, how long, how much, and where to."""

from __future__ import annotations

import time

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app.captures import size_text
from app.display import display
from app.recording import Recording
from widgets.look.icons import icon
from widgets.look.tools import plain_tip

__all__ = ["RecordButton"]

IDLE = "Record what is here and what comes into a file (Ctrl+R)"
LONGEST_NAME = 36


class RecordButton(QPushButton):
    """Shows the recording of a session; what a click does is for the window."""

    def __init__(self, recording: Recording, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("record")
        self.setIconSize(QSize(14, 14))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._recording = recording
        self._began = 0.0
        self._state = ""
        self.tick()

    def tick(self) -> None:
        """Show how it stands now."""
        recorder, copying = self._recording.recorder, self._recording.copying
        if self._recording.runs and recorder is not None:
            self._began = self._began or time.monotonic()
            told = f"rec {clock(time.monotonic() - self._began)} · {size_text(recorder.bytes)}"
            self._show(
                "recording",
                f"{told} · {short(recorder.path.name)}",
                f"Recording to {recorder.path}.\nClick to stop (Ctrl+R).",
            )
            return
        self._began = 0.0
        if copying is not None:
            self._show("saving", f"saving · {copying.recorded:,} events", "All events that are kept are being written.")
        elif recorder is not None and recorder.problem:
            self._show("failed", "recording stopped", f"{recorder.problem}\nClick to record to another file (Ctrl+R).")
        else:
            self._show("idle", "Record", IDLE)

    def _show(self, state: str, text: str, tip: str) -> None:
        self.setText(text)
        self.setToolTip(plain_tip(display_lines(tip)))
        self.setAccessibleName(text or "Record")
        self.setAccessibleDescription(tip)
        if state != self._state:
            self._state = state
            self.setIcon(icon(*ICONS[state]))
            self.setProperty("state", state)
            self.style().unpolish(self)
            self.style().polish(self)


ICONS = {
    "idle": ("circle-outline", "text"),
    "recording": ("circle-filled", "critical"),
    "saving": ("hourglass", "text"),
    "failed": ("triangle-alert", "high"),
}


def clock(seconds: float) -> str:
    """`00:42`, `1:02:03`."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute:02}:{second:02}"


def short(name: str) -> str:
    """A file name fit for the status bar: the middle is left out of a long one."""
    half = LONGEST_NAME // 2
    return display(name if len(name) <= LONGEST_NAME else f"{name[:half]}…{name[-half:]}")


def display_lines(text: str) -> str:
    """Lines that may hold names of files, made harmless."""
    return "\n".join(display(line, limit=400) for line in text.splitlines())

"""The source card: one source with its state and reason, its rate, what attaching does there, and what it lost."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.commands.row_text import clock_time
from app.display import display
from app.sources.supervisor import Source
from eventscope.connector import SourceState
from widgets.look.sparkline import Sparkline
from widgets.look.text import elided, label
from widgets.look.tools import plain_tip, tool

__all__ = ["GLYPHS", "TONES", "SourceCard"]

GLYPHS: Final = {
    SourceState.CONNECTING: "◌",
    SourceState.LIVE: "●",
    SourceState.RETRYING: "⟳",
    SourceState.ENDED: "■",
    SourceState.FAILED: "✖",
    SourceState.STOPPED: "■",
}
"""The shape of a state; its colour says the same again."""

TONES: Final = {
    SourceState.LIVE: "ok",
    SourceState.RETRYING: "high",
    SourceState.FAILED: "critical",
}

IN_TROUBLE: Final = (SourceState.RETRYING, SourceState.FAILED)
MOST_LOSSES: Final = 3
"""How many of the latest losses are listed; the tooltip has all that are known."""


class SourceCard(QFrame):
    """Refreshed on each frame; takes a rate about once a second."""

    menu_asked = Signal(object, QPoint)
    check_asked = Signal(object)  # Source

    def __init__(self, source: Source, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.setObjectName("card")
        self._name = elided(display(source.label), "strong")
        self._name.setToolTip(plain_tip(display(source.label)))
        self._state = label("", "muted")
        self._detail = label("", "muted", wrap=True)
        self._rate = label("", "number")
        self._curve = Sparkline()
        self._losses = label("", "muted", wrap=True)
        self._losses.setProperty("tone", "high")
        self._runner = label("", "muted", wrap=True)
        self._check = QPushButton("Check step by step")
        self._check.clicked.connect(lambda: self.check_asked.emit(self.source))
        self._seen = source.seen
        self._at = time.monotonic()
        self._shown: object = None
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show the state of now."""
        source = self.source
        now = (source.state, source.detail, source.since, source.lost, source.runner)
        if now == self._shown:
            return
        self._shown = now
        tone = TONES.get(source.state, "muted")
        since = clock_time(int(source.since * 1e9))[:8]
        self._state.setText(f"{GLYPHS[source.state]} {source.state}")
        self._state.setToolTip(f"{source.state} since {since}")
        self._detail.setText(display(source.detail))
        for told in (self._state, self._detail):
            told.setProperty("tone", tone if told is self._state or source.state in IN_TROUBLE else "muted")
            told.style().polish(told)
        self._detail.setVisible(bool(source.detail))
        self._check.setVisible(source.state in IN_TROUBLE)
        self._runner.setText(display(f"runs {source.runner}") if source.runner else "")
        self._runner.setVisible(bool(source.runner))
        self._show_losses()
        self.setAccessibleName(f"source {display(source.label)}: {source.state} since {since} {display(source.detail)}")

    def sample(self) -> None:
        """Take the rate since the last sample; called about once a second."""
        now = time.monotonic()
        rate = (self.source.seen - self._seen) / max(now - self._at, 1e-3)
        self._seen, self._at = self.source.seen, now
        self._rate.setText(f"{rate:,.0f} rows/s")
        self._curve.add(rate)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(self, event.globalPos())

    def _show_losses(self) -> None:
        lines = [loss_line(*loss) for loss in reversed(self.source.losses)]
        head = f"▒ {self.source.lost:,} lost at the source"
        self._losses.setText("\n".join([head, *lines[:MOST_LOSSES], *(["…"] if len(lines) > MOST_LOSSES else [])]))
        self._losses.setToolTip(plain_tip("\n".join([head, *lines])))
        self._losses.setVisible(bool(lines))

    def _lay_out(self) -> None:
        more = tool("", "What to do with this source", "ellipsis-vertical")
        more.clicked.connect(lambda: self.menu_asked.emit(self, more.mapToGlobal(more.rect().bottomLeft())))
        top = QHBoxLayout()
        top.addWidget(self._name, 1)
        top.addWidget(more)
        middle = QHBoxLayout()
        middle.addWidget(self._state, 1)
        middle.addWidget(self._rate)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 12)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(middle)
        column.addWidget(self._detail)
        column.addWidget(self._check, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._curve)
        column.addWidget(self._losses)
        for badge in self._badges():
            column.addWidget(badge)
        column.addWidget(self._runner)

    def _badges(self) -> list[QWidget]:
        """What is unsafe here, in red, then what attaching does at the source."""
        connector = self.source.connector
        unsafe = [label(f"⚠ {display(warning)}", "warning", wrap=True) for warning in connector.warnings]
        safety = label(display(connector.safety), "badge", wrap=True)
        safety.setToolTip(plain_tip(f"What attaching does at the source: {display(connector.safety)}"))
        return [*unsafe, safety]


def loss_line(at: float, count: int, reason: str) -> str:
    """When, how many, why."""
    return f"{clock_time(int(at * 1e9))[:8]}  {count:,}: {display(reason)}"

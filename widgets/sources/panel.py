"""The source panel: what is attached, what each source is doing and why, and what attaching does there."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.display import display
from app.session import Session
from app.sources.supervisor import Source
from eventscope.connector import SourceState
from widgets.focus import Focus
from widgets.look.sparkline import Sparkline
from widgets.look.text import label
from widgets.look.tools import tool

GLYPHS = {
    SourceState.CONNECTING: "◌",
    SourceState.LIVE: "●",
    SourceState.RETRYING: "⟳",
    SourceState.ENDED: "■",
    SourceState.FAILED: "✖",
    SourceState.STOPPED: "■",
}
"""The shape of a state; its colour says the same again."""

TONES = {
    SourceState.LIVE: "ok",
    SourceState.RETRYING: "high",
    SourceState.FAILED: "critical",
}


class SourceCard(QFrame):
    """One source: label, state and reason, rate, and the safety badge."""

    menu_asked = Signal(object, QPoint)

    def __init__(self, source: Source, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.setObjectName("card")
        self._name = label(display(source.label), "strong")
        self._state = label("", "muted")
        self._detail = label("", "muted", wrap=True)
        self._rate = label("", "number")
        self._curve = Sparkline()
        self._safety = label(display(source.connector.safety), "badge", wrap=True)
        self._safety.setToolTip(display(f"What attaching does at the source: {source.connector.safety}"))
        self._seen = source.seen
        self._at = time.monotonic()
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show the state of now."""
        source = self.source
        self._state.setText(f"{GLYPHS[source.state]} {source.state}")
        self._state.setProperty("tone", TONES.get(source.state, "muted"))
        self._state.style().polish(self._state)
        lost = f" · {source.lost:,} lost at the source" if source.lost else ""
        self._detail.setText(display(source.detail) + lost)
        self._detail.setVisible(bool(source.detail or lost))
        self.setAccessibleName(f"source {display(source.label)}: {source.state} {display(source.detail)}")

    def sample(self) -> None:
        """Take the rate since the last sample; called about once a second."""
        now = time.monotonic()
        rate = (self.source.seen - self._seen) / max(now - self._at, 1e-3)
        self._seen, self._at = self.source.seen, now
        self._rate.setText(f"{rate:,.0f} rows/s")
        self._curve.add(rate)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(self, event.globalPos())

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
        for widget in (self._curve, self._detail, self._safety):
            column.addWidget(widget)


class SourcePanel(QWidget):
    """All sources, and the button that attaches another."""

    attach_asked = Signal()
    start_asked = Signal(object)
    stop_asked = Signal(object)
    remove_asked = Signal(object)

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._cards: dict[Source, SourceCard] = {}
        self._sampled = 0.0
        self._empty = label("Nothing is attached. Attach a source to see its events.", "muted", wrap=True)
        self._lay_out()

    def tick(self) -> None:
        """Add and drop cards, show states, take rates once a second."""
        self._match_cards()
        sample = time.monotonic() - self._sampled >= 1.0
        for card in self._cards.values():
            card.refresh()
            if sample:
                card.sample()
        if sample:
            self._sampled = time.monotonic()

    def _match_cards(self) -> None:
        sources = self._session.sources
        for source in [s for s in self._cards if s not in sources]:
            self._cards.pop(source).deleteLater()
        for source in sources:
            if source not in self._cards:
                card = self._cards[source] = SourceCard(source)
                card.menu_asked.connect(self._open_menu)
                self._column.insertWidget(self._column.count() - 1, card)
        self._empty.setVisible(not sources)

    def _open_menu(self, card: SourceCard, at: QPoint) -> None:
        source = card.source
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show only this source", lambda: self._focus.propose_filter(f'source:"{source.label}"'))
        menu.addSeparator()
        if source.over:
            menu.addAction("Start again", lambda: self.start_asked.emit(source))
        else:
            menu.addAction("Stop", lambda: self.stop_asked.emit(source))
        menu.addAction("Remove (its events stay)", lambda: self.remove_asked.emit(source))
        menu.popup(at)

    def _lay_out(self) -> None:
        attach = tool("Attach a source…", "Watch one more source", "plug")
        attach.clicked.connect(self.attach_asked)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(8, 8, 8, 8)
        self._column.setSpacing(8)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.addWidget(area, 1)
        column.addWidget(attach, 0, Qt.AlignmentFlag.AlignHCenter)

"""The source panel: all that is attached, one card each, and the button that attaches another."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.filter.clause import clause
from app.session import Session
from app.sources.supervisor import Source
from widgets.focus import Focus
from widgets.keys.tips import stands_for
from widgets.look.text import label
from widgets.look.tools import tool
from widgets.sources.card import SourceCard
from widgets.sources.check_dialog import CheckDialog

__all__ = ["SourcePanel"]

LEAST_PX: Final = 184
"""A card with its rate, beside a scroll bar."""


class SourcePanel(QWidget):
    """Shows the sources in the order of attaching; what shall be done with one it asks the desk for."""

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
        self.setMinimumWidth(LEAST_PX)
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

    def check(self, source: Source) -> None:
        """Try the connection of a source step by step, in a dialog."""
        CheckDialog(source.connector, self).open()

    def _match_cards(self) -> None:
        sources = self._session.sources
        for source in [s for s in self._cards if s not in sources]:
            self._cards.pop(source).deleteLater()
        for source in sources:
            if source not in self._cards:
                card = self._cards[source] = SourceCard(source)
                card.menu_asked.connect(self._open_menu)
                card.check_asked.connect(self.check)
                self._column.insertWidget(self._column.count() - 1, card)
        self._empty.setVisible(not sources)

    def _open_menu(self, card: SourceCard, at: QPoint) -> None:
        source = card.source
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show only this source", lambda: self._focus.propose_filter(clause("source", source.label)))
        menu.addAction("Check step by step…", lambda: self.check(source))
        menu.addSeparator()
        if source.over:
            menu.addAction("Start again", lambda: self.start_asked.emit(source))
        else:
            menu.addAction("Stop", lambda: self.stop_asked.emit(source))
        menu.addAction("Remove (its events stay)", lambda: self.remove_asked.emit(source))
        menu.popup(at)

    def _lay_out(self) -> None:
        attach = tool("Attach a source…", "Watch one more source", "plug")
        stands_for(attach, "file.attach-a-source")
        attach.clicked.connect(self.attach_asked)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(8, 8, 8, 8)
        self._column.setSpacing(8)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setAccessibleName("sources")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.addWidget(area, 1)
        column.addWidget(attach, 0, Qt.AlignmentFlag.AlignHCenter)

"""The gauges view: each figure that a program tells about itself, with its last values as a curve."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.display import display
from app.gauges import Gauge
from app.session import Session
from widgets.focus import Focus
from widgets.look.cards import Card, CardList, CardModel
from widgets.look.text import label

__all__ = ["GaugesView"]

REFRESH_S: Final = 0.5

NOTHING: Final = (
    "No program has told a figure yet. An event of category “metrics” with the payload "
    "{“gauges”: {“NAME”: NUMBER}} shows here; demo:roles and demo:life send some."
)


class GaugesView(QWidget):
    """A card for each gauge; one that is chosen selects the event that told it last."""

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._shown_at = 0.0
        self.list: CardList[Gauge] = CardList(CardModel(lambda gauge: gauge, card_of, self), "gauges")
        self.list.chosen.connect(lambda gauge: focus.select_event(gauge.seq))
        self.empty = label(NOTHING, "muted", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.empty.setContentsMargins(16, 16, 16, 16)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)
        self.tick()

    def tick(self) -> None:
        """Show the values of now, twice a second at most, and none while the window is held."""
        now = time.monotonic()
        if now - self._shown_at < REFRESH_S or self._focus.horizon is not None:
            return
        self._shown_at = now
        gauges = self._session.gauges.all
        self.list.show_all(gauges)
        self.list.viewport().update()
        self.list.setVisible(bool(gauges))
        self.empty.setVisible(not gauges)


def card_of(gauge: Gauge) -> Card:
    """A gauge in two lines, its curve from the lowest of its values."""
    low = min(gauge.values)
    curve = [value - low for value in gauge.values]
    line = f"{display(gauge.producer) or 'unknown producer'} · {figure(low)} to {figure(max(gauge.values))} lately"
    return Card("chart-spline", "accent", "", display(gauge.name), figure(gauge.values[-1]), line, "text", curve)


def figure(value: float) -> str:
    """A number as short as it can be read."""
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1_000 else f"{value:.3g}"

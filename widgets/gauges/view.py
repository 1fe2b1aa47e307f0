"""The gauges view: each figure that a program tells about itself, with its last values as a curve."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
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
        self._held = focus.horizon is not None
        self.list: CardList[Gauge] = CardList(CardModel(identity, card_of, self), "gauges")
        self.list.chosen.connect(lambda gauge: focus.select_event(gauge.seq))
        self.empty = label(NOTHING, "muted", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.empty.setContentsMargins(16, 16, 16, 16)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)
        focus.horizon_changed.connect(self._hold)
        self.refresh()

    def tick(self) -> None:
        """Show the values of now, twice a second at most, and none while the window is held."""
        if not self._held and time.monotonic() - self._shown_at >= REFRESH_S:
            self.refresh()

    def refresh(self) -> None:
        """Show the values of now, copied: those of a gauge go on changing."""
        self._shown_at = time.monotonic()
        gauges = [replace(gauge, values=deque(gauge.values)) for gauge in self._session.gauges.all]
        self.list.show_all(gauges)
        self.list.setVisible(bool(gauges))
        self.empty.setVisible(not gauges)

    def _hold(self, horizon: int | None) -> None:
        """The values of the instant at which the window is held, even when nobody sees this view."""
        self._held = horizon is not None
        self.refresh()


def identity(gauge: Gauge) -> tuple[str, str]:
    """What tells gauges apart."""
    return gauge.producer, gauge.name


def card_of(gauge: Gauge) -> Card:
    """A gauge in two lines, its curve from the lowest of its values."""
    low = min(gauge.values)
    curve = [value - low for value in gauge.values]
    line = f"{display(gauge.producer) or 'unknown producer'} · {figure(low)} to {figure(max(gauge.values))} lately"
    return Card("chart-spline", "accent", "", display(gauge.name), figure(gauge.values[-1]), line, "text", curve)


def figure(value: float) -> str:
    """A number as short as it can be read."""
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1_000 else f"{value:.3g}"

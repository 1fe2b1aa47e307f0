"""The status bar: the state of the window, and an account of every event."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.commands.row_text import clock_time
from app.filter.matches import Matches
from app.session import Session
from widgets.look.text import label
from widgets.window.state_pill import StatePill

REFRESH_S = 0.25


class StatusBar(QWidget):
    """The pill, the counters, the rate and the memory; the numbers change four times a second."""

    def __init__(self, session: Session, matches: Matches, pill: StatePill, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusbar")
        self._session = session
        self._account = label("", "number")
        self._rate = label("", "number")
        self._memory = label("", "number")
        self._matches = matches
        self._last = (0.0, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 12, 4)
        row.setSpacing(16)
        row.addWidget(pill)
        row.addWidget(self._account, 1)
        row.addWidget(self._rate)
        row.addWidget(self._memory)

    def tick(self) -> None:
        """Refresh when it is time."""
        now = time.monotonic()
        then, seen = self._last
        if now - then < REFRESH_S:
            return
        counters = self._session.counters()
        rate = (counters.seen - seen) / (now - then) if then else 0.0
        self._last = (now, counters.seen)
        self._account.setText(self._sentence())
        self._rate.setText(f"{rate:,.0f} rows/s")
        store = self._session.store
        self._memory.setText(f"{store.bytes / 2**20:,.1f} of {store.budget / 2**20:,.0f} MB")

    def _sentence(self) -> str:
        c, store = self._session.counters(), self._session.store
        parts = [f"shown {len(self._matches):,} / kept {c.kept:,} / seen {c.seen:,}"]
        if c.evicted and c.kept:
            oldest = clock_time(store.event(store.oldest_seq).observed_at)[:8]
            parts.append(f"evicted {c.evicted:,} (oldest kept {oldest})")
        parts.append(f"dropped {c.dropped:,}")
        if c.lost:
            parts.append(f"lost at the source {c.lost:,}")
        return " · ".join(parts)

"""The breach list: the events that took longer than their priority allows, newest first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.columns.wording import cell
from app.commands.row_text import clock_time
from app.latency.breaches import Breach
from app.session import Session
from app.store.store import Evicted
from eventscope.event import EventPriority
from widgets.latency.head import ms_text
from widgets.look.cards import Card, CardList, CardModel
from widgets.look.text import label
from widgets.table.row_painter import PRIORITY_ICONS

__all__ = ["BreachList"]

MOST_SHOWN = 200
NO_NAMES = ("no longer kept", "")
NOTHING_HANDLED = "No event was handled yet. Those that take longer than their priority allows are listed here."
NOTHING_LATE = "Nothing was late: every handled event kept its budget."


class BreachList(QWidget):
    """Shows the latest breaches; going to one tells its row."""

    picked = Signal(object)  # seq: int

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._listed_of = session.breaches
        self._names: dict[tuple[int, int], tuple[str, str]] = {}
        self._title = label("Over budget", "strong")
        self._count = label("", "muted")
        self._empty = label(NOTHING_HANDLED, "hint", wrap=True)
        model: CardModel[Breach] = CardModel(identity, self._card, self)
        self.list: CardList[Breach] = CardList(model, "events over their latency budget")
        self.list.chosen.connect(lambda breach: self.picked.emit(breach.seq))
        self._lay_out()
        self.show_breaches([], 0)

    def show_breaches(self, breaches: list[Breach], total: int) -> None:
        """Show `breaches`, oldest first as the core gives them, of `total` so far."""
        newest = breaches[: -MOST_SHOWN - 1 : -1]
        self._learn_names(newest)
        if self._session.breaches is self._listed_of:
            self.list.offer(newest)
        else:
            self.list.show_newest(newest)
        self._listed_of = self._session.breaches
        self.list.setVisible(bool(newest))
        self._empty.setVisible(not newest)
        self._empty.setText(NOTHING_LATE if self._handled() else NOTHING_HANDLED)
        waiting = f" · {self.list.waiting:,} newer" if self.list.waiting else ""
        self._count.setText(f"{total:,}{waiting}" if total else "")

    def _handled(self) -> bool:
        return any(self._session.latency.measured("total", priority) for priority in EventPriority)

    def _learn_names(self, breaches: list[Breach]) -> None:
        """Type and handler of each breach; those seen before are remembered, even when their rows are gone."""
        self._names = {identity(b): self._names.get(identity(b)) or self._names_of(b.seq) for b in breaches}

    def _names_of(self, seq: int) -> tuple[str, str]:
        try:
            ((type_, subscription),) = self._session.store.cells([seq], ("type", "subscription"))
        except Evicted:
            return NO_NAMES
        return cell(type_) or "(no type)", cell(subscription)

    def _card(self, breach: Breach) -> Card:
        icon, tone = PRIORITY_ICONS[breach.priority]
        type_, handler = self._names.get(identity(breach), NO_NAMES)
        waited = "" if breach.wait_share is None else f"waited {breach.wait_share:.0%}"
        line = " · ".join(filter(None, (handler, waited, clock_time(breach.at)[:8])))
        figure = f"{ms_text(breach.value_ms)} / {breach.budget_ms:g} ms"
        return Card(icon, tone, f"{breach.priority.name}, over budget", type_, figure, line, "critical")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 8, 4)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        self._empty.setContentsMargins(8, 4, 8, 4)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._empty, 1)


def identity(breach: Breach) -> tuple[int, int]:
    """What tells breaches apart, even after a session was cleared and counts from 0 again."""
    return breach.seq, breach.at

"""Vacancy: why the table is empty, and what can be done about it."""

from __future__ import annotations

import threading
import time
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtWidgets import QWidget

from app.commands.row_text import clock_time
from app.display import display
from app.filter.matches import Matches
from app.filter.query import Filter
from app.session import Session
from app.sources.supervisor import Source
from widgets.table.empty_state import EmptyState

__all__ = ["Vacancy"]

REFRESH_S: Final = 0.25
GROWTH: Final = 1.2
"""An explanation is given anew when there are so many times more rows."""
CLAUSE_LIMIT: Final = 80
MOST_CLAUSES: Final = 5
MOST_SOURCES: Final = 4
USUAL_CAUSES: Final = (
    "The usual causes: nothing is published there at the moment, the publisher uses another name than the one "
    "listened to, or you may not read there."
)


class Explanation(NamedTuple):
    """How many of `total` rows each clause of a filter removes."""

    wanted: Filter
    total: int
    clauses: list[tuple[str, int]]


class Vacancy(QObject):
    """Watches for an empty table: nothing attached, nothing heard yet, still searching, or all hidden."""

    clear_wanted = Signal()
    check_wanted = Signal(object)  # Source

    def __init__(self, session: Session, matches: Matches, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._matches = matches
        self._notice = EmptyState(parent)
        self._notice.acted.connect(self._act)
        self._silent: Source | None = None
        self._explanation: Explanation | None = None
        self._worker: threading.Thread | None = None
        self._refreshed = 0.0

    def fill(self, area: QRect) -> None:
        """Lie in the middle of `area`."""
        self._notice.setGeometry(area)

    def tick(self) -> None:
        """Say what there is to say, or nothing."""
        if len(self._matches):
            self._notice.hide()
        elif self._notice.isHidden() or time.monotonic() - self._refreshed > REFRESH_S:
            self._refreshed = time.monotonic()
            self._say()

    def _act(self) -> None:
        """The button: try the source that is silent, or else show all rows."""
        if self._silent is None:
            self.clear_wanted.emit()
        else:
            self.check_wanted.emit(self._silent)

    def _say(self) -> None:
        self._silent = None
        scanned, total = self._matches.progress
        if not self._session.store.kept or not total:
            self._say_silent()
        elif scanned < total:
            self._notice.say("Searching…", f"{scanned:,} of {total:,} rows, none matches so far", "Clear filter")
        else:
            self._say_hidden(total)

    def _say_silent(self) -> None:
        sources = self._session.sources
        if not sources:
            self._notice.say("Nothing is attached", "Attach a source to see its events here.")
            return
        live = [source for source in sources if not source.over]
        self._silent = next(iter(live or sources))
        title, causes = ("Listening, no events yet", USUAL_CAUSES) if live else ("No events came", "")
        lines = [*map(told, sources[:MOST_SOURCES]), causes]
        self._notice.say(title, "\n\n".join(filter(None, lines)), "Check step by step")

    def _say_hidden(self, total: int) -> None:
        known = self._explanation
        if known is not None and known.wanted is not self._matches.filter:
            known = None
        if known is None or total > known.total * GROWTH:
            self._ask(total)
        reason = why(known) if known else ""
        self._notice.say(f"0 of {known.total if known else total:,} rows match", reason, "Clear filter")

    def _ask(self, total: int) -> None:
        """Have the filter explained by a thread: a search of all texts takes longer than a frame."""
        if self._worker is None or not self._worker.is_alive():
            self._worker = threading.Thread(
                target=self._explain, args=(self._matches.filter, total), name="eventscope-explain", daemon=True
            )
            self._worker.start()

    def _explain(self, wanted: Filter, total: int) -> None:
        self._explanation = Explanation(wanted, total, wanted.explain(self._session.store))


def told(source: Source) -> str:
    """What a source is doing since when, and what it listens to."""
    since = clock_time(int(source.since * 1e9)).partition(".")[0]
    detail = f": {display(source.detail, limit=200)}" if source.detail else ""
    state = f"{display(source.label, limit=60)} is {source.state.value} since {since}{detail}"
    return f"{state}\n{display(source.connector.safety, limit=200)}"


def why(known: Explanation) -> str:
    """Which clauses hide the rows."""
    told = [f"{display(text, limit=CLAUSE_LIMIT)}  removes {count:,}" for text, count in known.clauses if count]
    if not told:
        return ""
    text, count = max(known.clauses, key=lambda clause: clause[1])
    if count >= known.total:
        return f"The clause  {display(text, limit=CLAUSE_LIMIT)}  removes all of them."
    return "No row passes all clauses:\n" + "\n".join(told[:MOST_CLAUSES])

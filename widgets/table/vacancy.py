"""Vacancy: why the table is empty, and what can be done about it."""

from __future__ import annotations

import time
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtWidgets import QWidget

from app.commands.row_text import clock_time
from app.display import display
from app.filter.explanation import Explainer, Explanation
from app.filter.matches import Matches
from app.filter.query import Told
from app.session import Cleared, Session
from app.sources.supervisor import Source
from widgets.table.causes import Causes, Trial, causes_of
from widgets.table.empty_state import Action, EmptyState

__all__ = ["Vacancy"]

REFRESH_S: Final = 0.25
CLAUSE_LIMIT: Final = 80
MOST_CLAUSES: Final = 5
MOST_REMOVALS: Final = 2
MOST_SOURCES: Final = 4
STARTS: Final = {"Attach a source…": "", "Try the demo": "demo:", "Open a capture or file…": "file:"}
"""What there is to begin with; a URL that names nothing asks for the rest."""


class Vacancy(QObject):
    """Watches for an empty table: nothing attached, nothing heard yet, still searching, or all hidden."""

    clear_wanted = Signal()
    invert_wanted = Signal()
    removal_wanted = Signal(str)  # a clause of the filter
    check_wanted = Signal(object)  # Source
    source_wanted = Signal(str)  # URL, as in STARTS
    row_wanted = Signal(object)  # seq: int

    def __init__(self, session: Session, matches: Matches, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._matches = matches
        self._notice = EmptyState(parent)
        self._explainer = Explainer(session.store)
        self._trial = Trial(self)
        self._trial.changed.connect(self._say)
        self._refreshed = 0.0

    def fill(self, area: QRect) -> None:
        """Lie in the middle of `area`."""
        self._notice.setGeometry(area)

    def tick(self) -> None:
        """Say what there is to say, or nothing."""
        if len(self._matches):
            self._notice.hide()
            self._trial.stop()
        elif self._notice.isHidden() or time.monotonic() - self._refreshed > REFRESH_S:
            self._refreshed = time.monotonic()
            self._say()

    def _say(self) -> None:
        scanned, total = self._matches.progress
        if not self._session.store.kept and self._session.clearing:
            self._say_cleared(self._session.clearing)
        elif not self._session.store.kept or not total:
            self._say_silent()
        elif scanned < total:
            clear = Action("Clear filter", self.clear_wanted.emit)
            self._notice.say("Searching…", f"{scanned:,} of {total:,} rows, none matches so far", [clear])
        else:
            self._say_hidden(total)

    def _say_cleared(self, cleared: Cleared) -> None:
        undo = Action("Undo", self._session.undo_clear)
        self._notice.say(f"{cleared.rows:,} events were cleared", "What comes from now on is listed here.", [undo])

    def _say_silent(self) -> None:
        sources = self._session.sources
        if not sources:
            starts = [Action(text, partial(self.source_wanted.emit, url)) for text, url in STARTS.items()]
            return self._notice.say("Nothing is attached", "Attach a source to see its events here.", starts)
        live = [source for source in sources if not source.over]
        silent = next(iter(live or sources))
        causes = causes_of(silent.connector) if live else Causes("", ())
        lines = [*map(told, sources[:MOST_SOURCES]), causes.sentence, self._trial.answer]
        asked = [Action(cause.question, partial(self._trial.begin, silent, cause)) for cause in causes.questions]
        check = Action("Check step by step", partial(self.check_wanted.emit, silent))
        title = "Listening, no events yet" if live else "No events came"
        self._notice.say(title, "\n\n".join(filter(None, lines)), [*asked, check])

    def _say_hidden(self, total: int) -> None:
        known = self._explainer.ask(self._matches.filter, total)
        actions = [Action("Clear filter", self.clear_wanted.emit), Action("Invert", self.invert_wanted.emit)]
        if known is not None:
            actions += map(self._removal, known.guilty[:MOST_REMOVALS])
        if known is not None and known.mismatch and known.mismatch.seq:
            seq = known.mismatch.seq
            actions.append(Action(f"Look at row {seq:,}", partial(self.row_wanted.emit, seq)))
        title = f"0 of {known.total if known else total:,} rows match"
        self._notice.say(title, why(known) if known else "", actions)

    def _removal(self, told: Told) -> Action:
        left = f" · {told.others_leave:,} match then" if told.others_leave else ""
        return Action(f"Remove  {told.clause}{left}", partial(self.removal_wanted.emit, told.clause))


def told(source: Source) -> str:
    """What a source is doing since when, and what it listens to."""
    detail = f": {display(source.detail, limit=200)}" if source.detail else ""
    heard = "" if source.heard_at is None else f" · last heard of at {clock(source.heard_at)}"
    state = f"{display(source.label, limit=60)} is {source.state.value} since {clock(source.since)}{heard}{detail}"
    return f"{state}\n{display(source.connector.safety, limit=200)}"


def clock(at: float) -> str:
    """A time of day to the second."""
    return clock_time(int(at * 1e9)).partition(".")[0]


def why(known: Explanation) -> str:
    """What events speak against the filter, and which clauses hide the rows."""
    against = known.mismatch.sentence if known.mismatch else ""
    return "\n\n".join(filter(None, (against, hiding(known))))


def hiding(known: Explanation) -> str:
    """Which clauses hide the rows."""
    removing = [clause for clause in known.clauses if clause.removes]
    told = [f"{display(clause.clause, limit=CLAUSE_LIMIT)}  removes {clause.removes:,}" for clause in removing]
    alone = [clause for clause in removing if clause.removes >= known.total]
    if len(alone) == 1:
        return f"The clause  {display(alone[0].clause, limit=CLAUSE_LIMIT)}  removes all of them."
    return "No row passes all clauses:\n" + "\n".join(told[:MOST_CLAUSES]) if told else ""

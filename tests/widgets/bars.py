"""Filter bars for tests."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.session import Session
from widgets.filter.bar import FilterBar
from widgets.focus import Focus

__all__ = ["applied", "made_bar", "settle"]


def made_bar(qtbot: QtBot, session: Session, focus: Focus, matches: Matches) -> FilterBar:
    """A filter bar on screen; its filters are applied to `matches`."""
    made = FilterBar(session, focus, matches)
    qtbot.addWidget(made)
    made.filter_changed.connect(lambda filters: matches.set_filter(filters.wanted))
    made.resize(1000, 120)
    made.show()
    made.tick()
    settle(made)
    return made


def settle(bar: FilterBar) -> None:
    """Have all matches found and all counts shown."""
    scanned = -1
    while scanned < bar.found.matches.progress[1]:
        bar.found.matches.update()
        scanned = bar.found.matches.progress[0]
    bar._refreshed = 0.0
    bar.tick()


def applied(bar: FilterBar) -> str:
    """The filter that is in force."""
    return bar.found.matches.filter.text

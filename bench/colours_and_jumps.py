"""How long the window is held by the colours of a screen of rows that were never seen, and by a step of a jump."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from app.colours import Colours
from app.filter.matches import Matches
from app.landmarks import breaches, errors
from app.listing.layers import Layers
from app.session import Session
from app.settings import Settings
from app.table_setup import ColourRule
from app.usual_colours import usual_rules
from bench.figure import Figure
from bench.window_paint import append, record
from eventscope.connector import Block
from eventscope.step import Phase
from widgets.table.jumps import Jumps

HELD_MS: Final = 4.0
SCREEN: Final = 41
ROWS: Final = 100_000
APART: Final = ROWS // SCREEN - 1
SCREENS: Final = 30
MANY: Final = 3_000_000
DEAR: Final = (
    ColourRule("payload.total>100", "blue"),
    ColourRule("/nothing/", "teal"),
    ColourRule("no answer", "pink"),
)


def run() -> list[Figure]:
    """The middle and the longest of many, in ms."""
    session = Session(Settings())
    append(session, ROWS)
    rules = (*usual_rules(session.settings.budgets_ms), *DEAR)
    near = [range(first, first + SCREEN) for first in range(1, SCREENS * SCREEN, SCREEN)]
    far = [range(first, first + SCREEN * APART, APART) for first in range(1, SCREENS + 1)]
    figures = [
        held(f"colours of a screen by 8 rules, rows {name}", colouring(Colours(session.store, rules), screens))
        for name, screens in (("side by side", near), ("far apart", far))
    ]
    session.store.close()
    return [*figures, held(f"a step of a jump over {MANY:,} rows", jumping())]


def colouring(colours: Colours, screens: list[range]) -> Iterator[Callable[[], object]]:
    """Ask for the colours of screen after screen."""
    for screen in screens:
        yield partial(colours.of, list(screen))


def jumping() -> Iterator[Callable[[], object]]:
    """Take the steps of searches that find nothing."""
    session = Session(Settings(memory_mib=4_096))
    block = Block.of([record(number)._replace(phase=Phase.HANDLED, total_ns=1) for number in range(60_000)])
    for _ in range(MANY // block.rows):
        session.store.append("bench", block, 1)
    matches = Matches(session.store)
    while len(matches) < MANY:
        matches.update()
    jumps = Jumps(session.store, Layers(matches, session.store))
    for landmark in (errors, breaches(session.settings.budgets_ms)):
        steps = jumps.search(-1, 1, landmark)
        for _ in range(MANY // 65_536):
            yield partial(next, steps)
    matches.close()
    session.store.close()


def held(name: str, works: Iterator[Callable[[], object]]) -> Figure:
    """How long each of them takes, beside what a frame may be held."""
    spent = []
    for work in works:
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1e3)
    spent.sort()
    middle, most = statistics.median(spent), spent[-1 - len(spent) // 50]
    goal = f"49 of 50 hold the loop for at most {HELD_MS:g} ms"
    return Figure(name, middle, spent[0], most, "ms", f"{HELD_MS:g} ms", most / HELD_MS, goal, most <= HELD_MS)

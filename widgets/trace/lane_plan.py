"""The plan of the lanes: which columns there are and where they lie. Listeners share one until asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.display import display
from app.traces.lanes import Lane, LaneKind, Lanes
from widgets.trace.rows import counted

__all__ = ["GUTTER", "LaneColumn", "LanePlan"]

GUTTER: Final = 72
"""Pixels at the left for the time."""
LEAST_PX: Final = 112
"""Between two lanes."""
FEW: Final = 1
"""So many listeners have a lane each in any case."""


@dataclass(frozen=True, slots=True)
class LaneColumn:
    """One lifeline with its name, and what it is in a word."""

    name: str
    words: str
    lanes: tuple[int, ...]
    shared: bool = False


class LanePlan:
    """The columns of some lanes; `spread` gives each listener one of its own."""

    def __init__(self, lanes: Lanes, leader: str = "", *, spread: bool = False) -> None:
        quiet = [n for n, lane in enumerate(lanes.lanes) if lane.kind is LaneKind.LISTENER and calm(lane, leader)]
        shared = () if spread or len(quiet) <= FEW else tuple(quiet)
        self.columns = [column_of(n, lane, leader) for n, lane in enumerate(lanes.lanes) if n not in shared]
        if shared:
            names = ", ".join(display(lanes.lanes[n].name) for n in shared)
            self.columns.append(LaneColumn(counted(len(shared), "listener"), names, shared, shared=True))
        self._places = {lane: place for place, column in enumerate(self.columns) for lane in column.lanes}

    def place(self, lane: int) -> int:
        """The column of a lane."""
        return self._places[lane]

    def x(self, place: int, width: int) -> int:
        """Where a column's lifeline lies in a table of this width."""
        step = self.step(width)
        return round(GUTTER + step * (place + 0.5))

    def step(self, width: int) -> float:
        """The distance of two lifelines."""
        return max((width - GUTTER) / max(len(self.columns), 1), LEAST_PX)

    @property
    def least_width(self) -> int:
        """The width below which lanes scroll."""
        return GUTTER + LEAST_PX * len(self.columns)


def calm(lane: Lane, leader: str) -> bool:
    """Whether nothing went wrong there, and it leads nobody."""
    return not lane.troubled and lane.name != leader


def column_of(number: int, lane: Lane, leader: str) -> LaneColumn:
    """The column of one lane."""
    words = "leads" if lane.name == leader else WORDS[lane.kind]
    return LaneColumn(display(lane.name), words, (number,))


WORDS: Final[dict[LaneKind, str]] = {
    LaneKind.SERVICE: "",
    LaneKind.LISTENER: "listens",
    LaneKind.CHANNEL: "passed on to",
}

"""Verdicts: what is to be said of a filter's text while it is written: right, doubtful or wrong, why, and where."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from app.filter.doubt import doubt
from app.filter.query import FilterError, parse
from app.filter.terms import extent
from app.store.store import Store

__all__ = ["Edge", "Verdict", "judged"]


class Edge(StrEnum):
    """The state of the text, shown as the colour of the edge."""

    EMPTY = "empty"
    RIGHT = "right"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


class Verdict(NamedTuple):
    """`sentence` is about the characters from `start` to `stop`."""

    edge: Edge
    sentence: str = ""
    start: int = 0
    stop: int = 0

    @property
    def told(self) -> str:
        """The sentence with its place and a sign that does without colour."""
        if self.edge is Edge.WRONG:
            return f"✖  {self.sentence} (at column {self.start + 1})"
        return f"▲  {self.sentence}" if self.sentence else ""


def judged(text: str, store: Store) -> Verdict:
    """The verdict on a text, before anybody has searched for it."""
    if not text.strip():
        return Verdict(Edge.EMPTY)
    try:
        wanted = parse(text)
    except FilterError as error:
        return Verdict(Edge.WRONG, error.message, *extent(text, error.position))
    found = doubt(wanted, store)
    return Verdict(Edge.DOUBTFUL, *found) if found else Verdict(Edge.RIGHT)

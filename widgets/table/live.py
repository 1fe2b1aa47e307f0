"""Live: whether the table shows the newest rows now, and if not, why and what it has missed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Live", "LiveState"]


class LiveState(StrEnum):
    """The states of the window."""

    FOLLOWING = "following"
    SCROLLED_BACK = "scrolled-back"
    SORTED = "sorted"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Live:
    """A state; `count` rows are new below (scrolled back) or held (paused), `since` is a time of day.

    `by` is what rows are sorted by, or are being sorted by as long as they are not `in_order`.
    """

    state: LiveState
    count: int = 0
    since: str = ""
    by: str = ""
    in_order: bool = True

    @property
    def text(self) -> str:
        """The state in the words of the pill."""
        match self.state:
            case LiveState.FOLLOWING:
                return "Following"
            case LiveState.SCROLLED_BACK:
                return f"Scrolled back · {self.count:,} new ↓" if self.count else "Scrolled back"
            case LiveState.SORTED:
                return f"Sorted by {self.by}" if self.in_order else f"Sorting by {self.by} …"
            case LiveState.PAUSED:
                return f"Paused since {self.since} · capture continues · {self.count:,} held"
            case LiveState.STOPPED:
                return "Stopped · start"

    @property
    def hint(self) -> str:
        """What the state means and what a click does."""
        match self.state:
            case LiveState.FOLLOWING:
                return "The newest rows are shown as they come. Click or press Space to pause."
            case LiveState.SCROLLED_BACK:
                return "Nothing moves while you read; capture continues. Click or press End to follow again."
            case LiveState.SORTED:
                return "New rows come in at their places. Click or press F for the order of arrival, at the newest."
            case LiveState.PAUSED:
                return "The whole window stays at one instant; capture continues. Click or press Space to go on."
            case LiveState.STOPPED:
                return "No source is running; nothing new comes in. Click to start them again."

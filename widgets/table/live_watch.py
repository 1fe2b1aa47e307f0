"""The live watch: tells in which state the window is."""

from __future__ import annotations

import time

from app.commands.row_text import clock_time
from app.session import Session
from widgets.focus import Focus
from widgets.table.anchor import Anchor
from widgets.table.live import Live, LiveState

__all__ = ["LiveWatch"]


class LiveWatch:
    """Stopped comes before paused, then sorted, then scrolled back: the state that hides the most is told."""

    def __init__(self, session: Session, focus: Focus) -> None:
        self._session = session
        self._focus = focus
        self._paused_at = ""
        focus.horizon_changed.connect(self._note_pause)

    def live(self, anchor: Anchor, sorted_by: str = "", *, is_sorted: bool = True) -> Live:
        """The state of now; `sorted_by` is what rows are sorted by, once they are so."""
        sources, horizon = self._session.sources, self._focus.horizon
        if sources and all(source.over for source in sources):
            return Live(LiveState.STOPPED)
        if horizon is not None:
            held = max(self._session.store.next_seq - horizon, 0)
            return Live(LiveState.PAUSED, held, self._paused_at)
        if sorted_by:
            return Live(LiveState.SORTED, by=sorted_by, in_order=is_sorted)
        if anchor.following:
            return Live(LiveState.FOLLOWING)
        return Live(LiveState.SCROLLED_BACK, anchor.new_rows)

    def _note_pause(self, horizon: int | None) -> None:
        self._paused_at = "" if horizon is None else clock_time(time.time_ns()).partition(".")[0]

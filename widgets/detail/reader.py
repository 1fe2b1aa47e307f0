"""The reader: brings an event from the store to the panes, a large payload piece by piece in another thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from app.columns.wording import size_text
from app.decoding import Place, place_of
from app.detail.detail import Detail, groups_of, read_detail
from app.detail.document import AWAITED, first_part
from app.detail.reading import Reading
from app.detail.tape import GivenUp
from app.sources.supervisor import Source
from app.store.store import Store
from app.store.stored import Evicted
from app.tasks import spawn
from widgets.detail.panes import Panes
from widgets.detail.reading_line import ReadingLine

__all__ = ["GONE", "LOST", "Opened", "Reader", "opened"]

GONE: Final = "This event is no longer kept: it was cleared, or evicted to stay within the memory budget."
LOST: Final = "This event can not be read any more: the capture file that it was in is gone or damaged."

MOST_AT_ONCE: Final = 64 * 2**20
"""Bytes of a payload that are read without being asked for."""

PAUSE_S: Final = 0.0002
"""After each piece of a large payload the thread that reads it stands back, so that the window goes first."""


class Opened(NamedTuple):
    """An event that was fetched, with its detail unless it takes long to decode."""

    reading: Reading
    place: Place | None
    detail: Detail | None


def opened(store: Store, sources: Sequence[Source], seq: int) -> Opened | str:
    """An event, or the sentence that says why there is none. Any thread may ask."""
    try:
        reading = Reading(store, seq)
        place = place_of(reading.event, sources)
        detail = None if reading.is_large else read_detail(reading, place)
    except Evicted:
        return GONE
    return LOST if reading.is_lost else Opened(reading, place, detail)


class Reader:
    """Calls `show` with the event's detail: at once for most events, else when it is decoded."""

    def __init__(self, line: ReadingLine, panes: Panes, show: Callable[[Detail], object]) -> None:
        self._line = line
        self._panes = panes
        self._show = show
        self._ticket = object()

    def give_up(self) -> None:
        """Nobody waits any more for what is being read."""
        self._ticket = object()

    def read(self, event: Opened) -> None:
        """Read an event; what was being read before is given up."""
        self.give_up()
        reading, place, detail = event
        if detail is not None:
            self._show(detail)
            return
        self._panes.show_groups(groups_of(reading.event, AWAITED, None), AWAITED, b"")
        self._line.wait(f"Fetching {size_text(reading.size)}…")
        spawn(self._read_aside(reading, place, self._ticket), name="read a large payload")

    async def _read_aside(self, reading: Reading, place: Place | None, ticket: object) -> None:
        """Show the beginning of a large payload and its bytes, then read it, or offer to if it is very large."""
        payload = await asyncio.to_thread(reading.payload) or b""
        if ticket is not self._ticket:
            return
        part = first_part(payload)
        self._panes.show_groups(groups_of(reading.event, part, None), part, payload)
        shown = f"Shown {size_text(len(part.data))} of {size_text(len(payload))}"
        rest = partial(self._read_rest, reading, place, ticket, shown)
        if len(payload) <= MOST_AT_ONCE:
            await rest()
        else:
            self._line.offer(shown, lambda: spawn(rest(), name="read a very large payload"))

    async def _read_rest(self, reading: Reading, place: Place | None, ticket: object, shown: str) -> None:
        """Show all of a large payload when it is decoded, unless another event was chosen meanwhile."""

        def unless_outdated(done: float) -> None:
            self._line.done = done
            time.sleep(PAUSE_S)
            if ticket is not self._ticket:
                raise GivenUp

        self._line.wait(f"{shown} · decoding…")
        try:
            detail = await asyncio.to_thread(read_detail, reading, place, unless_outdated)
        except GivenUp:
            return
        if ticket is self._ticket:
            self._show(detail)

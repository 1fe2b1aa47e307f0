"""The finder: looks for a text in all that is shown of an event, and goes from one place to the next."""

from __future__ import annotations

import asyncio
from functools import partial

from app.detail.find import Hit, find_all
from app.detail.reading import LARGE
from app.detail.tape import GivenUp
from app.tasks import spawn
from widgets.detail.branch import Branch
from widgets.detail.find_bar import FindBar
from widgets.detail.panes import Panes

__all__ = ["Finder"]

Stop = Branch | Hit
"""A row of the tree outside of the payload, or bytes of the payload."""


class Finder:
    """Joins the bar with the panes. Rows of the tree count only while the tree is in front."""

    def __init__(self, bar: FindBar, panes: Panes) -> None:
        self._bar = bar
        self._panes = panes
        self._hits: list[Hit] = []
        self._at: int | None = None
        self._ticket = object()
        bar.wanted.connect(lambda text: self.find(text))
        bar.stepped.connect(self.step)
        bar.closed.connect(self._forget)
        panes.tabs.currentChanged.connect(lambda _: self._tell(None))

    def again(self) -> None:
        """Another event is shown: look for the same in it, and stay where it begins."""
        self._hits, self._at = [], None
        if self._bar.text:
            self.find(self._bar.text, go=False)

    def find(self, text: str, *, go: bool = True) -> None:
        """Look for a text; in a large payload by another thread."""
        self._ticket = object()
        data = self._panes.document.data
        if len(data) <= LARGE:
            self._show(find_all(data, text, hex_too=True), go=go)
        else:
            spawn(self._find_aside(data, text, self._ticket, go=go), name="find in an event")

    def step(self, step: int) -> None:
        """To the next place, or the one before, going round at the ends."""
        stops = self.stops()
        if stops:
            self._tell((0 if step > 0 else -1) % len(stops) if self._at is None else (self._at + step) % len(stops))

    def stops(self) -> list[Stop]:
        """All places, from top to bottom."""
        if not self._panes.in_fields or not self._bar.text:
            return [*self._hits]
        found: list[Stop] = []
        for group in self._panes.tree.fields.groups():
            if group.name.startswith("Payload"):
                found += self._hits
            else:
                found += [branch for branch in group.children if self._is_in(branch)]
        return found

    async def _find_aside(self, data: bytes, text: str, ticket: object, *, go: bool) -> None:
        def unless_outdated(done: float) -> None:
            if ticket is not self._ticket:
                raise GivenUp

        try:
            hits = await asyncio.to_thread(partial(find_all, data, text, unless_outdated, hex_too=True))
        except GivenUp:
            return
        if ticket is self._ticket:
            self._show(hits, go=go)

    def _show(self, hits: list[Hit], *, go: bool) -> None:
        self._hits = hits
        self._tell(0 if go and self.stops() else None)

    def _tell(self, at: int | None) -> None:
        stops = self.stops()
        self._at = at if at is not None and at < len(stops) else None
        stop = None if self._at is None else stops[self._at]
        if isinstance(stop, Branch):
            self._panes.tree.reveal(stop)
        elif stop is not None and self._panes.document.json is not None:
            self._panes.tree.reveal_byte(stop[0])
        self._panes.show_hits(self._hits, stop if isinstance(stop, tuple) else None)
        self._bar.tell(self._at, len(stops))

    def give_up(self) -> None:
        """Look for nothing any more."""
        self._ticket = object()

    def _forget(self) -> None:
        self.give_up()
        self._hits, self._at = [], None
        self._panes.show_hits([], None)
        self._panes.tree.setFocus()

    def _is_in(self, branch: Branch) -> bool:
        text = self._bar.text.lower()
        return text in branch.name.lower() or text in branch.text.lower()

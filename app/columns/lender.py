"""The lender: what rows of handling, which have no payload and headers of their own, show of the event that they are
about. It is looked up by a thread, for the few rows that somebody looks at, and remembered.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from app.columns.field import Field
from app.store.fetcher import Fetcher
from app.store.store import Store
from app.store.stored import Evicted, StoredEvent

__all__ = ["Lender", "Loan", "origin"]

MOST_ROWS: Final = 4_000
"""Rows whose loans are remembered; some eighty screens."""

BREATH_S: Final = 0.0002

Loan = Mapping[str, str]
"""Texts by the names of fields; none where nothing is known of the event."""


class Lender:
    """Answers for a window of rows at once, and what it does not know yet a moment later.

    All calls come from one thread. The published row is looked for by the event's id; see `Store.published`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[int, Loan] = OrderedDict()
        self.show(())

    def show(self, fields: Sequence[Field]) -> None:
        """Lend the texts of these fields from now on."""
        self._known.clear()
        self._fetcher: Fetcher[int, Loan] = Fetcher(partial(look_up, self._store, tuple(fields)))

    def loans(self, seqs: Sequence[int]) -> dict[int, Loan]:
        """What is known of these rows. What is not is looked up."""
        self._fetcher.ask(seq for seq in seqs if seq not in self._known)
        found = {seq: self._known[seq] for seq in seqs if seq in self._known}
        for seq in found:
            self._known.move_to_end(seq)
        return found

    def tick(self) -> bool:
        """Take over what was looked up; whether rows are to be drawn anew for it."""
        found = self._fetcher.take()
        self._known.update(found)
        while len(self._known) > MOST_ROWS:
            self._known.popitem(last=False)
        return any(found.values())


def look_up(store: Store, fields: Sequence[Field], seqs: Sequence[int]) -> dict[int, Loan]:
    """What the events of these rows say in some fields; nothing of a row whose event is not kept.

    Rows of one event are looked up once. Other threads have their turn in between: nobody waits for all of it.
    """
    loans: dict[int, Loan] = {}
    known: dict[tuple[str | None, str], Loan] = {}
    for seq in seqs:
        event = named(store, seq)
        if event not in known:
            published = origin(store, seq)
            known[event] = {} if published is None else texts_of(published, fields)
            time.sleep(BREATH_S)
        loans[seq] = known[event]
    return loans


def named(store: Store, seq: int) -> tuple[str | None, str]:
    """What the event of a row is known by; by its row alone where it has no id, or is not kept."""
    try:
        ((id_, source),) = store.cells([seq], ("id", "source"))
    except Evicted:
        id_, source = None, ""
    return (id_, source) if id_ is not None else (None, str(seq))


def origin(store: Store, seq: int) -> StoredEvent | None:
    """The event that a row is about, as it was published; None where that is not kept, or is the row itself."""
    try:
        published = store.published(seq)
        return store.event(published) if published not in (None, seq) else None
    except Evicted:
        return None


def texts_of(event: StoredEvent, fields: Sequence[Field]) -> Loan:
    """What an event says in those of the fields in which it says anything."""
    return {field.name: text for field in fields if (text := field.write(event))}

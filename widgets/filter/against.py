"""Against: what recent events say against a filter that selects nothing, found out by a thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from app.filter.mismatch import Mismatch, mismatch
from app.filter.query import parse
from app.store.fetcher import Fetcher
from app.store.store import Store
from app.store.stored import Evicted

__all__ = ["Against"]


class Against:
    """Knows it of the filter that it was asked about last."""

    def __init__(self, store: Store) -> None:
        self._fetcher: Fetcher[str, Mismatch | None] = Fetcher(partial(read, store))
        self._known: dict[str, Mismatch | None] = {}

    def ask(self, text: str) -> str:
        """What speaks against a filter, in a sentence; "" as long as nothing is known."""
        self._known = {**self._fetcher.take()} or self._known
        if text not in self._known:
            self._fetcher.ask([text])
        found = self._known.get(text)
        return "" if found is None else found.sentence


def read(store: Store, texts: Sequence[str]) -> dict[str, Mismatch | None]:
    """For the thread. A filter is not asked about again, so what went meanwhile speaks against nothing."""
    try:
        return {text: mismatch(parse(text).tree, store) for text in texts[-1:]}
    except Evicted:
        return dict.fromkeys(texts)

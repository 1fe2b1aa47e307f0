"""Recent places: which headers and payload paths the newest events have, and which values there, for completion.

To look is the work of a thread: an answer is what was known when it was asked for last.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from app.columns.fields import field_of
from app.columns.observed import observed_places, recent
from app.store.store import Store
from app.store.stored import Evicted

__all__ = ["RecentPlaces"]

GOOD_S: Final = 2.0
"""How long an answer is good; then it is found anew while the old one is still given."""

MOST_KNOWN: Final = 50
LONGEST: Final = 200
"""Characters of a value that is worth offering."""

Answer = Sequence[tuple[str, int]]


class RecentPlaces:
    """Of one store. Answers are pairs of a text and how many of the events looked at have it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[float, Answer]] = {}
        self._worker: threading.Thread | None = None

    def names(self) -> Answer:
        """The fields that recent events have inside, such as `payload.total`, the commonest first."""
        return self._ask("", lambda: [(name, 0) for name in observed_places(self._store)])

    def values(self, field: str) -> Answer:
        """The values that recent events have in such a field, the commonest first."""
        return self._ask(field, lambda: self._count(field))

    def _count(self, field: str) -> Answer:
        read = field_of(field).whole
        counts = Counter(value for event in recent(self._store) if (value := read(event)) and len(value) <= LONGEST)
        return counts.most_common()

    def _ask(self, key: str, find: Callable[[], Answer]) -> Answer:
        found_at, answer = self._known.get(key, (0.0, ()))
        busy = self._worker is not None and self._worker.is_alive()
        if not busy and time.monotonic() - found_at > GOOD_S:
            self._worker = threading.Thread(target=self._find, args=(key, find), name="eventscope-places", daemon=True)
            self._worker.start()
        return answer

    def _find(self, key: str, find: Callable[[], Answer]) -> None:
        try:
            answer = find()
        except (ValueError, Evicted):  # the name is not written to its end, or rows went meanwhile
            answer = ()
        if len(self._known) >= MOST_KNOWN:
            self._known = {}
        self._known[key] = (time.monotonic(), answer)

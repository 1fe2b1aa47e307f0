"""Colours: which tone and glyph each row has, by rules that are filters and by conversations coloured for a while.

Rules are tested only for rows that are asked for, which are those on screen, and each row once: a row never
changes. What would take longer than a moment is left for the next time, so that a dear rule delays no frame.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.filter.marked import reads_marks
from app.filter.query import Filter, FilterError, parse
from app.store.chunk import Chunk
from app.store.fetcher import Fetcher
from app.store.packing import NO_PAYLOAD
from app.store.store import Store
from app.table_setup import ColourRule

__all__ = ["CONVERSATION_TONES", "Colour", "Colours", "glyph_of"]

MOST_ROWS: Final = 10_000
"""Rows whose colours are remembered."""

NEIGHBOURS: Final = 64
"""Rows no further apart than this are tested together."""

TOGETHER: Final = 65_536
"""Bytes of payloads tested before the time is looked at again."""

MOST_S: Final = 0.002

CONVERSATION_TONES: Final = ("blue", "amber", "green", "violet", "teal", "pink", "olive", "red", "grey")
"""The tones of the keys 1 to 9."""


class Colour(NamedTuple):
    """How a row stands out: its tone, and a glyph for those who do not see it."""

    tone: str
    glyph: str


class Rule(NamedTuple):
    """A rule that is on, ready to be tested."""

    test: Filter
    colour: Colour


class Colours:
    """The colours of the rows of one store. `pending` tells whether some rows still wait to be tested.

    `version` grows with each change of rules and conversations.
    """

    def __init__(self, store: Store, rules: Sequence[ColourRule] = ()) -> None:
        self.pending = False
        self.version = 0
        self._store = store
        self._marked = store.marks.version
        self._conversations: dict[str, Colour] = {}
        self._known: OrderedDict[int, Colour | None] = OrderedDict()
        self.set_rules(rules)

    def set_rules(self, rules: Sequence[ColourRule]) -> None:
        """Follow other rules, the first that fits a row wins. One that is wrong fits none."""
        self.rules = rules
        self._rules = [made for rule in rules if (made := made_of(rule)) is not None]
        self._follows_marks = any(reads_marks(rule.test.tree) for rule in self._rules)
        self.forget()

    def forget(self) -> None:
        """Test all rows anew."""
        self._begin_anew()
        self.version += 1

    def paint_conversation(self, correlation_id: str, number: int) -> None:
        """Colour all rows of a correlation with tone `number`, from 1; again, and the colour is off."""
        colour = Colour(CONVERSATION_TONES[number - 1], str(number))
        self.version += 1
        if self._conversations.get(correlation_id) == colour:
            del self._conversations[correlation_id]
            return
        others = {key: other for key, other in self._conversations.items() if other != colour}
        self._conversations = others | {correlation_id: colour}

    def clear_conversations(self) -> None:
        """Take the colours of all conversations off."""
        self._conversations = {}
        self.version += 1

    def conversation(self, correlation_id: str | None) -> Colour | None:
        """The colour of a conversation, None when it has none."""
        return self._conversations.get(correlation_id) if correlation_id is not None else None

    def of(self, seqs: Sequence[int]) -> dict[int, Colour]:
        """The colours that the rules give to these rows, where they give any."""
        if not self._rules:
            return {}
        if self._follows_marks and self._marked != self._store.marks.version:
            self._begin_anew()
            self._marked = self._store.marks.version
        self._known.update(self._fetcher.take())
        self._learn(sorted(seq for seq in seqs if seq not in self._known))
        found = {seq: colour for seq in seqs if (colour := self._known.get(seq)) is not None}
        while len(self._known) > MOST_ROWS:
            self._known.popitem(last=False)
        return found

    def _begin_anew(self) -> None:
        self._known.clear()
        self._fetcher = Fetcher(partial(tested, self._store, self._rules))

    def _learn(self, seqs: list[int]) -> None:
        deadline = time.perf_counter() + MOST_S
        self.pending = False
        away = [seq for seq in seqs if self._store.keeps(seq) and not self._store.chunk_of(seq).at_hand]
        self._fetcher.ask(away)
        for chunk, rows in runs(self._store, [seq for seq in seqs if seq not in away] if away else seqs):
            if self.pending:
                return
            colours = colours_of(self._rules, chunk, rows)
            self._known.update(zip(chunk.seqs_of(rows).tolist(), colours, strict=True))
            self.pending = time.perf_counter() > deadline
        self.pending |= self._fetcher.is_busy


def tested(store: Store, rules: Sequence[Rule], seqs: Sequence[int]) -> dict[int, Colour | None]:
    """The colours of rows that must be read from a file; for a thread."""
    found: dict[int, Colour | None] = {}
    for chunk, rows in runs(store, sorted(seqs)):
        found |= zip(chunk.seqs_of(rows).tolist(), colours_of(rules, chunk, rows), strict=True)
    return found


def made_of(rule: ColourRule) -> Rule | None:
    """A rule ready to be tested, None when it is off, empty or wrong."""
    if rule.off or not rule.filter.strip():
        return None
    try:
        return Rule(parse(rule.filter), Colour(rule.tone, glyph_of(rule)))
    except FilterError:
        return None


def glyph_of(rule: ColourRule) -> str:
    """What stands for the tone of a rule: its own glyph, or the first letter of the tone."""
    return rule.glyph.strip() or rule.tone[0].upper()


def runs(store: Store, seqs: list[int]) -> Iterator[tuple[Chunk, NDArray[np.int64]]]:
    """Rows that lie together, as their chunk and their places in it; those that are gone are left out."""
    kept = [seq for seq in seqs if store.keeps(seq)]
    while kept:
        chunk = store.chunk_of(kept[0])
        rows = chunk.rows_of(np.array(kept, np.int64))
        kept = kept[len(rows) :]
        breaks = np.flatnonzero(np.diff(rows) > NEIGHBOURS) + 1
        for run in np.split(rows, breaks):
            sizes = chunk.size[run].astype(np.int64)
            heaps = np.cumsum(np.where(sizes == NO_PAYLOAD, 0, sizes)) // TOGETHER
            yield from ((chunk, part) for part in np.split(run, np.flatnonzero(np.diff(heaps)) + 1))


def colours_of(rules: Sequence[Rule], chunk: Chunk, rows: NDArray[np.int64]) -> list[Colour | None]:
    """The colour of each of these rows: that of the first rule that fits it."""
    colours: list[Colour | None] = [None] * len(rows)
    start, stop = int(rows[0]), int(rows[-1]) + 1
    left = np.zeros(stop - start, np.bool_)
    left[rows - start] = True
    for rule in rules:
        hits = rule.test.mask(chunk, start, stop)[rows - start] & left[rows - start]
        for place in np.flatnonzero(hits).tolist():
            colours[place] = rule.colour
        left[rows[hits] - start] = False
    return colours

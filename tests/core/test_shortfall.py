"""Shortfall: what a row says of rows for which there was no room."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from app.commands.row_text import clock_second
from app.gaps import gap_line, gap_sentence
from app.session import Session
from app.sources import shortfall
from app.sources.shortfall import Shortfall, listed, sampling
from app.store.stored import StoredEvent

REASON = "they came faster than they could be taken in"
SECOND = 1_000_000_000


def stored(short: Shortfall) -> StoredEvent:
    """The row of a shortfall of the source `shop`, as it is read from the store."""
    session = Session()
    session.intake.put("shop", short.block("shop"))
    session.drain(budget_s=10.0)
    return session.store.event(1)


def test_the_row_says_priorities_count_from_to_and_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1_700_000_007 * SECOND, 1_700_000_008 * SECOND, 1_700_000_009 * SECOND])
    monkeypatch.setattr(shortfall.time, "time_ns", lambda: next(moments, 1_700_000_010 * SECOND))
    short = Shortfall()
    short.add({0: 1_200}, rate=10)
    short.add({0: 4}, rate=10)
    told = stored(short)
    since, until = clock_second(1_700_000_007), clock_second(1_700_000_009)
    assert gap_line(told) == f"1,204 LOW events not kept {since}–{until} (sampling 1:10): {REASON} · shop"
    assert told.occurred_at == 1_700_000_007 * SECOND


def test_the_row_reads_as_a_sentence() -> None:
    short = Shortfall()
    short.add({0: 3}, rate=1)
    sentence = gap_sentence(stored(short))
    assert re.match(r"Events are missing here, of shop: 3 LOW events not kept \d\d:\d\d:\d\d", sentence)
    assert sentence.endswith("This row is no event; it marks the place in the stream where they would be.")


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({0: 1}, "1 LOW event"),
        ({0: 1_204}, "1,204 LOW events"),
        ({1: 30, 0: 1_204}, "1,204 LOW and 30 NORMAL events"),
        ({2: 1, -1: 2, 0: 5, 1: 4}, "5 LOW, 4 NORMAL, 2 unranked and 1 HIGH events"),
    ],
)
def test_priorities_are_listed_with_their_counts_most_first(counts: dict[int, int], told: str) -> None:
    assert listed(Counter(counts)) == told


@pytest.mark.parametrize(
    ("rates", "told"),
    [
        ({10}, "sampling 1:10"),
        ({2, 10, 100}, "sampling 1:2 to 1:100"),
        ({1, 100}, "sampling 1:100, at times none"),
        ({1}, "not sampled"),
    ],
)
def test_the_rates_of_sampling_are_told(rates: set[int], told: str) -> None:
    assert sampling(rates) == told

"""Gaps: rows like any other for filter and export, and no events for the views that count events."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from app.commands.row_text import row_text
from app.detail.detail import detail_of
from app.exports.event_json import event_line
from app.filter.matches import Matches
from app.filter.query import parse
from app.gaps import events_between_gaps, gap_line
from app.session import Session
from connectors.gap import gap_record
from eventscope.connector import Block, Record
from eventscope.event import EventPriority

GAP = gap_record("orders[3]@7041", 1_204, exact=True, reason="the broker deleted them before they were read")
LINE = "missed exactly 1,204 events: the broker deleted them before they were read · orders[3]"


def event(number: int = 0) -> Record:
    return Record(type="order.created", id=str(number), category="order", producer="shop", channel="orders[3]@7040")


def session_of(*rows: Record) -> Session:
    session = Session()
    session.intake.put("kafka", Block.of(rows))
    session.drain(budget_s=10.0)
    return session


def test_a_gap_says_how_much_is_missing_why_and_where():
    assert gap_line(session_of(GAP).store.event(1)) == LINE


def test_no_view_counts_a_gap_as_an_event():
    session = session_of(event(1), GAP, event(2), GAP)
    picture = session.topology.map()
    assert {node.name for node in picture.nodes} == {"shop", "order.created"}
    assert [talker.count for talker in session.topology.talkers()] == [2]
    assert session.tally.categories == {"order": 2}
    assert session.tally.phases == {0: 2}
    assert session.latency.rates(0).per_second.sum(axis=0)[EventPriority.HIGH] == 0
    assert len(session.traces) == 0


def test_a_gap_is_kept_filtered_and_exported_like_any_row():
    session = session_of(event(1), GAP, event(2))
    assert session.counters().kept == 3
    matches = Matches(session.store)
    matches.set_filter(parse("type:eventscope.gap"))
    matches.update(budget_s=1.0)
    assert [int(seq) for seq in matches.seqs(0, len(matches))] == [2]
    matches.close()
    told = json.loads(event_line(session.store.event(2)))
    assert (told["type"], told["channel"]) == ("eventscope.gap", "orders[3]@7041")


def test_a_gap_reads_as_a_sentence_in_detail_and_on_a_terminal():
    session = session_of(GAP)
    assert "missed exactly 1,204 events" in detail_of(session.store, 1).summary
    assert "This row is no event" in detail_of(session.store, 1).summary
    assert row_text(session.store.event(1)).endswith(f"▒ {LINE}")


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.data())
def test_the_parts_between_gaps_are_all_events_and_nothing_else(gaps, data):
    chunk = session_of(*(GAP if gap else event() for gap in gaps)).store.chunks[0]
    start = data.draw(st.integers(0, len(gaps)))
    parts = list(events_between_gaps(chunk, start, len(gaps)))
    told = [row for first, last in parts for row in range(first, last)]
    assert told == [row for row in range(start, len(gaps)) if not gaps[row]]
    assert all(first < last for first, last in parts)

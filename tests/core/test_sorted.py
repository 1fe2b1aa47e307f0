"""A sorted listing equals Python's sorted() over the same rows, whatever comes, goes or is filtered meanwhile."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.columns.fields import FIELDS, field_of
from app.columns.wording import moment
from app.columns.words import text_order
from app.filter.matches import Matches
from app.filter.query import parse
from app.listing import sorted as sorted_module
from app.listing.layers import Layers
from app.listing.order import Direction
from app.listing.sorted import Sorted
from app.payload import summary
from app.store.store import Store
from app.store.stored import StoredEvent
from eventscope.connector import Block, Record

FILTERS = ["", "type:a", "-type:a", "type:nothing", "priority>=high"]
NAMES = [*FIELDS, "header.x-n", "payload.total", "payload.items[*].sku", "payload.gone"]

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=3), st.lists(st.integers(0, 3), max_size=2), st.just({"a": 1}),
)  # fmt: skip
SHORT = st.one_of(st.none(), st.text(max_size=4), st.sampled_from(["a", "b", "a" * 40, "a" * 40 + "b"]))


@st.composite
def records(draw: st.DrawFn) -> Record:
    payload = {"total": draw(VALUES), "items": [{"sku": draw(st.sampled_from("xyz"))}]}
    if draw(st.booleans()):
        del payload["total"]
    return Record(
        type=draw(st.sampled_from("abc")), category=draw(SHORT), key=draw(SHORT), id=draw(SHORT),
        correlation_id=draw(SHORT), error=draw(SHORT), producer=draw(SHORT),
        priority=draw(st.integers(-1, 3)), phase=draw(st.integers(0, 4)),
        occurred_at=draw(st.one_of(st.just(-1), st.integers(0, 2**61))),
        total_ns=draw(st.integers(-1, 5)), queue_ns=draw(st.integers(-1, 10**12)),
        attempt=draw(st.integers(0, 3)), fanout=draw(st.integers(-1, 3)),
        headers=draw(st.sampled_from([None, "", "no json", '[["X-N", 2]]', '[["x-n", "10"], ["x-n", 1]]'])),
        payload=draw(st.sampled_from([None, b"", b"no json"]) | st.just(msgspec.json.encode(payload))),
    )  # fmt: skip


def value_of(name: str, event: StoredEvent) -> Any:
    """What a row is sorted by, read the plain way; None when it is missing."""
    plain = {
        "number": event.seq, "time": moment(event), "observed": event.observed_at, "phase": event.phase,
        "priority": None if event.priority < 0 else event.priority, "correlation": event.correlation_id,
        "causation": event.causation_id, "attempt": event.attempt, "fanout": event.fanout, "queue": event.queue_ns,
        "handle": event.handle_ns, "latency": event.total_ns, "info": event.error or summary(event.payload) or None,
    }  # fmt: skip
    if name in plain:
        return plain[name]
    if name.startswith("header."):
        return first_header(event)
    if name.startswith("payload."):
        return first_of(decoded(event.payload), name.removeprefix("payload."))
    return getattr(event, name)


def first_header(event: StoredEvent) -> Any:
    pairs = decoded((event.headers or "").encode())
    return next((plain(value) for name, value in pairs if name.lower() == "x-n"), None) if pairs else None


def first_of(document: Any, path: str) -> Any:
    if not isinstance(document, dict):
        return None
    if path == "items[*].sku":
        return document["items"][0]["sku"]
    value = document.get(path, ...)
    while isinstance(value, list):
        value = value[0] if value else ...
    return None if value is ... else plain(value)


def plain(value: Any) -> Any:
    """How a value is compared: numbers that are exact as floats as numbers, all else as text."""
    if isinstance(value, dict):
        return "(dict)"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) if isinstance(value, int) and abs(value) > 2**53 - 1 else value


def decoded(data: bytes | None) -> Any:
    try:
        return msgspec.json.decode(data or b"")
    except msgspec.DecodeError:
        return None


def expected(store: Store, seqs: list[int], name: str, *, descending: bool) -> list[int]:
    """Sorted by Python: numbers, then texts, what is missing last in either direction."""
    valued = [(seq, value_of(name, store.event(seq))) for seq in seqs]
    told = [(seq, value) for seq, value in valued if value is not None]
    told.sort(key=lambda pair: (isinstance(pair[1], str), pair[1]), reverse=descending)
    return [seq for seq, _ in told] + [seq for seq, value in valued if value is None]


def settle(listing: Sorted, matches: Matches) -> None:
    """Update until all rows are in order."""
    deadline = time.monotonic() + 20
    while True:
        listing.update()
        if matches.progress[0] == matches.progress[1] and listing.is_settled:
            return
        assert time.monotonic() < deadline, "the rows are never in order"


class Sorting(RuleBasedStateMachine):
    """A sorted listing over a small store that evicts, with filters and pauses."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(24_000)
        self.matches = Matches(self.store)

    @initialize(name=st.sampled_from(NAMES), descending=st.booleans(), rows=st.lists(records(), max_size=30))
    def begin(self, name: str, descending: bool, rows: list[Record]) -> None:
        self.name, self.descending = name, descending
        self.append(rows)
        self.listing = Sorted(self.matches, self.store, Direction(field_of(name), descending))

    @rule(rows=st.lists(records(), max_size=30))
    def append(self, rows: list[Record]) -> None:
        if rows:
            self.store.append("s", Block.of(rows), 1)

    @rule(text=st.sampled_from(FILTERS))
    def set_filter(self, text: str) -> None:
        self.listing.set_filter(parse(text))

    @rule(data=st.data())
    def pause(self, data: st.DataObject) -> None:
        self.listing.horizon = data.draw(st.integers(0, self.store.next_seq))

    @rule()
    def resume(self) -> None:
        self.listing.horizon = None

    @rule()
    def update(self) -> None:
        before = list(self.listing.seqs(0, len(self.listing)))
        change = self.listing.update()
        if not change:
            assert list(self.listing.seqs(0, len(self.listing))) == before

    @rule(name=st.sampled_from(NAMES), descending=st.booleans())
    def sort_otherwise(self, name: str, descending: bool) -> None:
        before = self.listing
        self.name, self.descending = name, descending
        self.listing = Sorted(self.matches, self.store, Direction(field_of(name), descending), before)
        before.close()

    @rule()
    def settle(self) -> None:
        settle(self.listing, self.matches)
        rows = [int(seq) for seq in self.matches.seqs(0, len(self.matches))]
        shown = [int(seq) for seq in self.listing.seqs(0, len(self.listing))]
        assert shown == expected(self.store, rows, self.name, descending=self.descending)
        assert [self.listing.index_of(seq) for seq in shown] == list(range(len(shown)))

    @invariant()
    def each_row_is_there_once(self) -> None:
        if hasattr(self, "listing"):
            shown = [self.listing.seq_at(at) for at in range(len(self.listing))]
            assert len(set(shown)) == len(shown)

    def teardown(self) -> None:
        if hasattr(self, "listing"):
            self.settle()
            self.listing.close()
        self.matches.close()


Sorting.TestCase.settings = settings(max_examples=60, stateful_step_count=15, deadline=None)


class TestSorting(Sorting.TestCase):  # type: ignore[name-defined,misc]
    @pytest.fixture(autouse=True)
    def at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """New rows are put in order without waiting for a second."""
        monkeypatch.setattr(sorted_module, "AT_MOST_EACH_S", 0.0)
        monkeypatch.setattr(sorted_module, "ANEW_EACH_S", 0.0)


@given(st.sets(st.text(max_size=3) | st.text("ab\0", max_size=70) | st.text("a", min_size=500, max_size=520)))
def test_texts_are_put_in_the_order_of_python(texts: set[str]) -> None:
    words = list(texts)
    assert [words[place] for place in text_order(words, len(words))] == sorted(words)


def test_rows_stay_as_they_are_until_they_are_in_order() -> None:
    store = Store()
    store.append("s", Block.of([Record(type=letter, priority=1) for letter in "cab"]), 1)
    matches = Matches(store)
    layers = Layers(matches, store)
    layers.top.update()
    layers.sort(Direction(field_of("type"), descending=False))
    assert list(layers.top.seqs(0, 3)) == [1, 2, 3]
    assert layers.top.newest_last
    assert not layers.is_settled
    while not layers.is_settled:
        layers.top.update()
    assert list(layers.top.seqs(0, 3)) == [2, 3, 1]
    assert not layers.top.newest_last
    layers.sort(Direction(field_of("type"), descending=True))
    assert list(layers.top.seqs(0, 3)) == [2, 3, 1]
    layers.sort(None)
    assert list(layers.top.seqs(0, 3)) == [1, 2, 3]
    layers.close()
    matches.close()


def test_new_rows_are_put_in_order_once_a_second_at_most() -> None:
    store = Store()
    store.append("s", Block.of([Record(type="b", priority=1)] * 3), 1)
    matches = Matches(store)
    listing = Sorted(matches, store, Direction(field_of("type"), descending=False))
    settle(listing, matches)
    store.append("s", Block.of([Record(type="a", priority=1)]), 1)
    assert not listing.update()
    assert not listing.is_settled
    listing.hurry()
    settle(listing, matches)
    assert list(listing.seqs(0, 4)) == [4, 1, 2, 3]
    listing.close()
    matches.close()


def test_the_place_of_an_event_that_is_hidden_is_where_it_would_be_or_was() -> None:
    store = Store()
    rows = [Record(type=letter, priority=priority) for letter, priority in zip("caba", (0, 1, 2, 3), strict=True)]
    store.append("s", Block.of(rows), 1)
    matches = Matches(store)
    listing = Sorted(matches, store, Direction(field_of("type"), descending=False))
    settle(listing, matches)
    assert [listing.index_of(seq) for seq in (2, 4, 3, 1)] == [0, 1, 2, 3]
    listing.set_filter(parse("-type:b"))
    settle(listing, matches)
    assert list(listing.seqs(0, 9)) == [2, 4, 1]
    assert listing.index_of(3) == 2
    store.clear()
    settle(listing, matches)
    assert listing.index_of(3) == 0
    with pytest.raises(IndexError):
        listing.seq_at(0)
    listing.close()
    matches.close()

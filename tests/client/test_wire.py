"""What a tap sends: any payload, any ids, frames of bounded size, rows that read back as they were."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tap.steps import read_steps
from eventscope.connector import Block
from eventscope.event import Event
from eventscope.payload import clean_text, payload_bytes
from eventscope.step import UNKNOWN, Phase, Step
from eventscope.wire import (
    CUT_HEADER,
    FRAME_LIMIT,
    HEADER,
    HEADERS_CUT,
    KEPT_OF_CUT,
    LARGEST_FRAME,
    LONGEST_TEXT,
    PAYLOAD_LIMIT,
    Kind,
    step_frames,
    steps_body,
)
from tests.connectors.corpus import PAYLOADS


def published(event: Event) -> Step:
    return Step(Phase.PUBLISHED, event, event.timestamp, fanout=2)


def rows(steps: list[Step]) -> Block:
    return read_steps(steps_body(steps), "program/bus")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON.filter(lambda value: value is not None))
def test_a_json_payload_is_written_as_the_same_json(payload: Any) -> None:
    written = payload_bytes(payload)
    assert written is not None
    assert json.loads(written) == payload


@given(st.binary())
def test_bytes_are_written_as_they_are(payload: bytes) -> None:
    assert payload_bytes(payload) == payload


ODD = st.recursive(
    st.floats() | st.integers() | st.text(st.characters()) | st.binary() | st.complex_numbers() | st.just(object()),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.integers() | st.text() | st.binary(), inner),
    max_leaves=10,
)


@given(ODD)
def test_any_payload_is_written_as_something(payload: Any) -> None:
    assert isinstance(payload_bytes(payload), bytes)


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda value: type(value).__name__)
def test_each_hostile_payload_becomes_bytes_that_a_json_reader_accepts(payload: Any) -> None:
    written = payload_bytes(payload)
    if payload is None:
        assert written is None
    elif isinstance(payload, bytes | bytearray | memoryview):
        assert written == bytes(payload)
    elif written is not None:
        json.loads(written, parse_constant=pytest.fail)


def test_odd_values_stay_readable() -> None:
    assert payload_bytes({"x": float("nan")}) == b'{"x":"nan"}'
    assert payload_bytes({(1, 2): b"\x80"}) == b'{"(1, 2)":{"$base64":"gA=="}}'
    assert b"refers to itself" in (payload_bytes(PAYLOADS[22]) or b"")
    assert payload_bytes("a\ud800b") == b'"a\\ud800b"'


@given(st.lists(st.sampled_from(PAYLOADS), min_size=1, max_size=20))
def test_one_bad_payload_never_costs_its_batch(payloads: list[Any]) -> None:
    events = [Event("a.b", payload) for payload in payloads]
    block = rows([published(event) for event in events])
    assert list(block.id) == [event.id for event in events]
    assert list(block.payload) == [payload_bytes(payload) for payload in payloads]


def test_every_column_reads_back_as_it_was() -> None:
    event = Event("order.paid", {"n": 1}, priority="HIGH", source="shop", causation_id="c", metadata={"tenant": "ü"})
    steps = [
        published(event),
        Step(Phase.FAILED, event, 5, "billing", 2, 10, 20, 30, "ValueError: no"),
    ]
    block = rows(steps)
    assert block.type == ["order.paid"] * 2
    assert block.category == ["order"] * 2
    assert block.priority == [2, 2]
    assert block.phase == [0, 3]
    assert block.occurred_at == [event.timestamp, 5]
    assert block.producer == ["shop"] * 2
    assert block.channel == ["program/bus"] * 2
    assert block.causation_id == ["c", "c"]
    assert block.correlation_id == [event.correlation_id] * 2
    assert block.subscription == [None, "billing"]
    assert block.attempt == [0, 2]
    assert (block.queue_ns, block.handle_ns, block.total_ns) == ([UNKNOWN, 10], [UNKNOWN, 20], [UNKNOWN, 30])
    assert block.fanout == [2, -1]
    assert block.error == [None, "ValueError: no"]
    assert block.headers == ['[["tenant","ü"]]', None]
    assert block.payload == [b'{"n":1}', None]


def test_ids_and_times_of_other_types_become_text_and_unknown() -> None:
    odd = Event("a", id=7, source=object(), correlation_id="\ud800", timestamp=2**70)  # type: ignore[arg-type]
    timed = Event("a", timestamp=1.5)  # type: ignore[arg-type]
    block = rows([published(odd), published(timed)])
    assert block.id[0] == "7"
    assert block.producer[0] is not None
    assert block.correlation_id[0] == "\\ud800"
    assert block.occurred_at == [UNKNOWN, UNKNOWN]


def test_a_text_of_any_length_is_cut_to_a_bound() -> None:
    block = rows([published(Event("x" * 100_000, metadata={"big": "y" * 10**6}))])
    assert len(block.type[0] or "") == LONGEST_TEXT
    assert json.loads(block.headers[0] or "")[0][0] == HEADERS_CUT


def test_batches_are_split_into_frames_of_bounded_size() -> None:
    steps = [published(Event("big.one", "x" * 100_000)) for _ in range(40)]
    frames = list(step_frames(steps))
    assert len(frames) > 3
    assert max(map(len, frames)) <= FRAME_LIMIT + HEADER.size
    bodies = [frame[HEADER.size :] for frame in frames]
    assert [name for body in bodies for name in read_steps(body, "c").id] == [step.event.id for step in steps]
    assert {HEADER.unpack_from(frame)[1] for frame in frames} == {Kind.STEPS}


def test_a_single_large_payload_travels_whole() -> None:
    payload = b"\0" * (5 * 2**20)
    (frame,) = step_frames([published(Event("large.one", payload))])
    assert read_steps(frame[HEADER.size :], "c").payload == [payload]


def test_a_payload_over_the_limit_is_cut_and_says_so() -> None:
    payload = b"z" * (PAYLOAD_LIMIT + 1)
    (frame,) = step_frames([published(Event("huge.one", payload, metadata={"a": 1}))])
    assert len(frame) <= LARGEST_FRAME
    block = read_steps(frame[HEADER.size :], "c")
    assert block.payload == [payload[:KEPT_OF_CUT]]
    assert json.loads(block.headers[0] or "") == [["a", 1], [CUT_HEADER, len(payload)]]


def test_payloads_encoded_at_emit_are_used() -> None:
    event = Event("a.b", {"now": "later"})
    block = read_steps(steps_body([published(event)], [b"before"]), "c")
    assert block.payload == [b"before"]


@given(st.binary(max_size=200))
def test_any_body_is_read_or_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_steps(body, "c")


@given(st.data())
def test_a_damaged_body_is_read_or_refused_with_a_reason(data: st.DataObject) -> None:
    body = bytearray(steps_body([published(Event("a.b", {"n": n})) for n in range(3)]))
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        block = read_steps(bytes(body), "c")
        assert {len(column) for column in block.whole()} == {block.rows}


@given(st.text(st.characters()) | st.integers() | st.floats() | st.binary() | st.none())
def test_clean_text_fits_into_utf8(value: object) -> None:
    text = clean_text(value)
    assert (text is None) == (value is None)
    assert text is None or text.encode("utf-8").decode("utf-8") == text

"""What `tail` and `record` write, `file:` reads back as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exports.event_json import event_line
from app.store.stored import StoredEvent
from connectors.file.line_reader import read_object
from eventscope.connector import Record, Replay
from eventscope.step import UNKNOWN, Phase
from tests.connectors.corpus import PAYLOADS

TEXT = st.none() | st.text(min_size=1, max_size=20)
TIME = st.integers(0, 2**62)
DURATION = st.none() | st.integers(0, 10**12)
HEADERS = st.none() | st.lists(st.tuples(st.text(), st.none() | st.text() | st.integers() | st.booleans()), min_size=1)

EVENTS = st.builds(
    StoredEvent,
    seq=st.integers(1, 2**40),
    source=st.just("tap"),
    observed_at=TIME,
    occurred_at=st.none() | TIME,
    priority=st.integers(-1, 3),
    phase=st.sampled_from([int(phase) for phase in Phase]),
    attempt=st.none() | st.integers(1, 65_535),
    fanout=st.none() | st.integers(0, 10**6),
    queue_ns=DURATION,
    handle_ns=DURATION,
    total_ns=DURATION,
    headers=HEADERS.map(lambda pairs: None if pairs is None else json.dumps(pairs)),
    payload=st.none()
    | st.binary(max_size=50)
    | st.sampled_from([b'{"a": 1.10, "b": [12345678901234567890]}', b"null"]),
    size=st.none(),
    **dict.fromkeys(
        ("id", "type", "category", "producer", "channel", "key", "correlation_id", "causation_id"),
        TEXT,
    ),
    **dict.fromkeys(("subscription", "error", "envelope"), TEXT),
)


@given(EVENTS)
def test_an_event_that_was_written_reads_back_as_it_was(event: StoredEvent) -> None:
    record = read_object(event_line(event).encode())
    for name in ("id", "type", "category", "producer", "channel", "key", "correlation_id", "causation_id"):
        assert getattr(record, name) == getattr(event, name), name
    for name in ("subscription", "error", "envelope", "priority", "phase"):
        assert getattr(record, name) == getattr(event, name), name
    assert record.occurred_at == (UNKNOWN if event.occurred_at is None else event.occurred_at)
    assert record.replay == Replay(event.source, event.observed_at)
    assert record.attempt == (event.attempt or 0)
    assert record.fanout == (-1 if event.fanout is None else event.fanout)
    for name in ("queue_ns", "handle_ns", "total_ns"):
        given_ns = getattr(event, name)
        assert getattr(record, name) == pytest.approx(UNKNOWN if given_ns is None else given_ns, rel=1e-6)
    assert json.loads(record.headers or "null") == json.loads(event.headers or "null")
    assert meaning(record.payload) == meaning(event.payload)


def meaning(payload: bytes | None) -> object:
    """JSON as the value that it stands for, since spaces and escapes may differ; other bytes as they are."""
    try:
        return ("json", json.loads(payload or b"-"))
    except ValueError:
        return payload


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if isinstance(p, bytes)])
def test_bytes_that_are_no_json_are_not_touched(payload: bytes) -> None:
    record = Record(payload=payload)
    fields = dict.fromkeys(StoredEvent.__struct_fields__)
    known = {"seq": 1, "source": "s", "observed_at": 1, "phase": 0, "priority": -1, "payload": payload}
    assert read_object(event_line(StoredEvent(**(fields | known))).encode()).payload == record.payload

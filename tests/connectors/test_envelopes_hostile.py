"""Whatever bytes and headers are: nothing is raised, it takes a bounded time, and what is learnt changes nothing."""

from __future__ import annotations

import json
import time
from typing import Any

import cbor2
import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.envelopes.choices import Choice
from connectors.envelopes.decoding import Decoding
from connectors.envelopes.envelope import Envelope
from connectors.envelopes.explain import explain
from connectors.envelopes.kinship import Kinship
from connectors.envelopes.plugins import plugins
from connectors.envelopes.recognise import Recogniser, default_recogniser, read_envelope

RULES = [rule for kind in plugins().kinds for rule in (*kind.headers, *kind.members) if rule.name]
MARKS = [mark for kind in plugins().kinds for mark in (*kind.header_marks, *kind.member_marks)]

header_names = st.sampled_from(sorted({rule.name for rule in RULES} | {*MARKS})) | st.text(max_size=10)
header_values = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.binary(max_size=20) | st.text(max_size=20)
    | st.lists(st.integers(), max_size=2) | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)
)  # fmt: skip
headers = st.lists(st.tuples(header_names, header_values), max_size=8)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["table", "name", "ts_ms", "op", "exceptions"]) | st.text(max_size=5), inner)
    ),
    max_leaves=8,
)
member_names = st.sampled_from(sorted({rule.name.partition(".")[0] for rule in RULES} | {*MARKS})) | st.text(max_size=6)
objects = st.dictionaries(member_names, json_values, max_size=8)
payloads = (
    st.binary(max_size=60)
    | objects.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))
    | st.lists(objects, max_size=3).map(lambda value: json.dumps(value).encode())
    | json_values.map(cbor2.dumps)
    | objects.map(lambda value: msgpack.packb(json.loads(json.dumps(value), parse_int=float)))
)


def assert_sound(found: Envelope) -> None:
    for name in ("type", "category", "id", "correlation_id", "causation_id", "producer", "key", "name", "error"):
        value = getattr(found, name)
        assert value is None or value.encode(), name
    assert -1 <= found.priority <= 3
    assert 0 <= found.phase <= 6
    assert 0 <= found.attempt < 2**16
    assert -(2**63) <= found.occurred_at < 2**63


@given(headers, payloads)
def test_any_message_makes_an_envelope(pairs: list[tuple[str, Any]], payload: bytes) -> None:
    assert_sound(read_envelope(pairs, payload))


@given(headers, payloads)
def test_what_was_learnt_gives_what_the_long_way_gives(pairs: list[tuple[str, Any]], payload: bytes) -> None:
    fresh = Recogniser(plugins().kinds, default_recogniser().decoders)
    found = []
    for _ in range(6):
        values = [*Envelope()]
        fresh.fill(values, pairs, payload)
        found.append(values)
    assert all(each == found[0] for each in found)


@given(headers, payloads)
def test_any_message_can_be_explained(pairs: list[tuple[str, Any]], payload: bytes) -> None:
    row = read_envelope(pairs, payload)._asdict() | {"channel": "orders[0]@1"}
    for reason in explain(default_recogniser(), pairs, payload, row):
        assert reason.place


@given(payloads, st.sampled_from(["text", "json", "messagepack", "cbor", "protobuf", "schema registry", "none such"]))
def test_no_choice_is_wrong_enough_to_raise(payload: bytes, form: str) -> None:
    choice = Choice(envelope="masstransit", format=form, schema="7", paths={"type": "a.b[0].c", "id": "header:x"})
    values = [*Envelope()]
    Decoding("kafka").recogniser_for("orders", choice).fill(values, [("x", b"1")], payload)
    assert values[2] == "1"
    assert_sound(Envelope._make(values))


@pytest.mark.parametrize(
    "payload",
    [
        b'{"id":' + b"[" * 100_000,
        b'{"a":' * 50_000,
        json.dumps({f"k{n}": n for n in range(20_000)}).encode(),
        json.dumps([{"specversion": "1.0", "type": "t", "source": "s"}] * 3_000).encode(),
        b"\xdd\xff\xff\xff\xff" * 10_000,
        b"\xdf\xff\xff\xff\xff",
        b"\x91" * 200_000,
        b"\x9f" * 100_000,
        b"\xbf" * 100_000,
        b"\xa1\x61a" * 50_000,
        b"\x80\x04" + b"x" * 100_000 + b".",
        b"\x00\x7f\xff\xff\xff" + b"\xff" * 100_000,
        b'{"id": 1e400, "type": NaN}',
        b'{"id": ' + b"9" * 5_000 + b"}",
        b"{" + b" " * 300_000,
        b"\xef\xbb\xbf{}",
    ],
    ids=range(16),
)  # fmt: skip
def test_bombs_take_no_time(payload: bytes) -> None:
    """Compared with reading the same number of bytes of harmless JSON, as machines differ."""
    harmless = json.dumps({"type": "t", "data": ["x" * 50] * 4_000}).encode()
    began = time.perf_counter()
    for _ in range(20):
        json.loads(harmless)
    allowed = 20 * (time.perf_counter() - began)
    assert_sound(read_envelope([], harmless))  # what is imported at the first message is not the bomb's doing
    began = time.perf_counter()
    assert_sound(read_envelope([("content-type", b"application/json")], payload))
    assert_sound(read_envelope([("content-type", b"application/cbor")], payload))
    assert_sound(read_envelope([("content-type", b"application/x-protobuf")], payload))
    assert time.perf_counter() - began < allowed


def test_ids_of_a_megabyte_are_shortened_and_told_apart() -> None:
    one, other = (read_envelope([("correlation_id", b"x" * 10**6 + tail)], None) for tail in (b"a", b"b"))
    assert one.correlation_id != other.correlation_id
    assert len(one.correlation_id or "") < 200


def test_ids_as_long_as_users_make_them_stay() -> None:
    assert read_envelope([("correlation_id", b"x" * 5_000)], None).correlation_id == "x" * 5_000


@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3), max_size=30))
def test_a_group_keeps_the_name_that_was_seen_first(messages: list[list[str]]) -> None:
    kin, named = Kinship(), {}
    for ids in messages:
        group = kin.join(ids)
        assert group == next((named[each] for each in ids if each in named), ids[0])
        for each in ids:
            named.setdefault(each, group)


def test_a_uuid_joins_the_trace_with_the_same_digits() -> None:
    kin = Kinship()
    assert kin.join(["4bf92f35-77b3-4da6-a3ce-929d0e0e4736"]) == kin.join(["4bf92f3577b34da6a3ce929d0e0e4736"])


def test_kinship_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.envelopes.kinship.MOST", 10)
    kin = Kinship()
    kin.join(["trace", "order"])
    for number in range(25):
        kin.join([str(number)])
    assert kin.join(["trace"]) == "trace"
    assert kin.join(["order"]) == "order"

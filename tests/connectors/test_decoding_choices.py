"""What the user chose for a channel holds at once, for that channel alone, and whatever stands in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.envelopes.choices import Choice, Choices, choice_of
from connectors.envelopes.decoding import Decoding
from connectors.envelopes.envelope import Envelope


def decoding(path: Path, text: str, kind: str = "kafka") -> Decoding:
    path.write_text(text)
    choices = Choices(path)
    choices.look(now=True)
    return Decoding(kind, known=choices)


def fill(decoding: Decoding, headers: Any, payload: bytes, channel: str = "orders") -> Envelope:
    values = [*Envelope()]
    decoding.recogniser(channel).fill(values, headers, payload)
    return Envelope._make(values)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "decoding.toml"


PATHS = """
[kafka.orders.paths]
type = "event.name"
id = "event.ids[1]"
correlation_id = "header:x-order"
occurred_at = "event.at"
"""


def test_paths_come_before_everything(file: Path) -> None:
    chosen = decoding(file, PATHS)
    headers = [("x-order", b"o-1"), ("ce_id", b"e1"), ("ce_type", b"outer"), ("ce_correlationid", b"c1")]
    headers.append(("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
    found = fill(chosen, headers, b'{"event": {"name": "inner", "ids": [1, 2], "at": "2025-12-01T12:00:00Z"}}')
    assert (found.type, found.id, found.correlation_id) == ("inner", "2", "o-1")
    assert found.occurred_at == 1_764_590_400_000_000_000
    assert found.name == "cloudevents"


def test_where_a_path_leads_nowhere_what_was_recognised_stands(file: Path) -> None:
    found = fill(decoding(file, PATHS), [("ce_id", b"e1"), ("ce_type", b"outer")], b'{"event": 7}')
    assert (found.type, found.id) == ("outer", "e1")


def test_a_choice_is_for_one_channel_of_one_kind_of_source(file: Path) -> None:
    payload = b'{"event": {"name": "inner"}}'
    assert fill(decoding(file, PATHS), [], payload, "payments").type is None
    assert fill(decoding(file, PATHS, "amqp"), [], payload).type is None


def test_an_envelope_that_lacks_its_marks_can_be_chosen(file: Path) -> None:
    payload = b'{"messageId": "m1", "conversationId": "c1", "initiatorId": "m0"}'
    assert fill(decoding(file, ""), [], payload).causation_id is None
    found = fill(decoding(file, '[kafka.orders]\nenvelope = "masstransit"'), [], payload)
    assert (found.id, found.correlation_id, found.causation_id, found.name) == ("m1", "c1", "m0", "masstransit")


@pytest.mark.parametrize(
    ("form", "payload", "type_"),
    [
        ("text", b'{"type": "not looked into"}', None),
        ("json", b"\x81\xa4type\xa1t", None),
        ("messagepack", msgspec.msgpack.encode({"type": "t"}), "t"),
        ("protobuf", b"\x0a\x01t", "t"),
    ],
)
def test_a_format_can_be_chosen(file: Path, form: str, payload: bytes, type_: str | None) -> None:
    text = f'[kafka.orders]\nformat = "{form}"\n[kafka.orders.paths]\ntype = "1"\n'
    found = fill(decoding(file, text if form == "protobuf" else text.replace('"1"', '"type"')), [], payload)
    assert found.type == type_


def test_a_format_that_does_not_fit_is_a_reason(file: Path) -> None:
    found = fill(decoding(file, '[kafka.orders]\nformat = "protobuf"'), [], b"\xff\xff\xff")
    assert (found.name, found.error) == ("protobuf", "it is cut")


def test_a_change_holds_for_what_comes_next(file: Path) -> None:
    choices = Choices(file)
    chosen = Decoding("kafka", known=choices)
    payload = b'{"event": {"name": "inner"}}'
    assert fill(chosen, [], payload).type is None
    file.write_text(PATHS)
    choices.look(now=True)
    assert fill(chosen, [], payload).type == "inner"
    file.unlink()
    choices.look(now=True)
    assert fill(chosen, [], payload).type is None


@pytest.mark.parametrize("text", ["[", "kafka = 7", "[kafka]\norders = 1", '[kafka.orders]\nformat = ["x"]\npaths = 3'])
def test_what_is_wrong_in_the_file_stops_nothing(file: Path, text: str) -> None:
    assert fill(decoding(file, text), [], b'{"event_type": "a", "event_id": "1"}').name == "domain event"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=600), lambda inner: st.lists(inner), max_leaves=4
)


@given(st.dictionaries(st.sampled_from(["envelope", "format", "schema", "paths", "x"]), json_values))
def test_any_entry_makes_a_choice(value: dict[str, Any]) -> None:
    assert isinstance(choice_of(value), Choice)

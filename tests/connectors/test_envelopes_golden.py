"""A golden message of each envelope lands in the right columns, and every choice can be explained."""

from __future__ import annotations

import pytest

from connectors.envelopes.decoding import Decoding
from connectors.envelopes.envelope import Envelope
from connectors.envelopes.explain import explain
from connectors.envelopes.recognise import default_recogniser, read_envelope
from tests.connectors.goldens import GOLDENS, Golden


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_a_golden_message_is_recognised(golden: Golden) -> None:
    golden.check(read_envelope(golden.pairs, golden.payload))


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_what_was_learnt_from_many_gives_the_same(golden: Golden) -> None:
    """A reader is made for messages that keep coming; it must see what the long way sees."""
    recogniser = Decoding("kafka").recogniser("orders")
    for _ in range(20):
        values = [*Envelope()]
        recogniser.fill(values, golden.pairs, golden.payload)
    golden.check(Envelope._make(values), but=("correlation_id",))  # it may join the group of an earlier message


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_every_column_has_a_reason(golden: Golden) -> None:
    found = read_envelope(golden.pairs, golden.payload)._asdict()
    reasons = explain(default_recogniser(), golden.pairs, golden.payload, found | {"channel": "orders[0]@1"})
    filled = {name for name, value in golden.columns.items() if value is not None} - {"handle_ns"}
    explained = {reason.column: reason for reason in reasons}
    assert filled <= explained.keys()
    for column in filled:
        assert explained[column].envelope, f"{column}: {explained[column].place}"


def test_the_outbox_of_debezium_is_known_by_its_topic() -> None:
    """As its event router writes it: the id in a header, the aggregate's id as key, the payload as it is."""
    values = [*Envelope(type="outbox.event.order")]
    recogniser = Decoding("kafka").recogniser("outbox.event.order")
    recogniser.fill(values, [("id", b"e1"), ("eventType", b"OrderPlaced")], b'{"total": 5, "type": "not this"}')
    assert Envelope._make(values)[:3] == ("OrderPlaced", None, "e1")
    assert Envelope._make(values).name == "debezium outbox"


def test_a_large_payload_that_only_looks_like_messagepack_is_no_fault() -> None:
    assert read_envelope([], b"\x81" * 300_000) == Envelope()

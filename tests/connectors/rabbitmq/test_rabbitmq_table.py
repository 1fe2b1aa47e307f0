"""AMQP properties as publishers write them, well or not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import commands, decode, encode, frame, header
from pamqp.body import ContentBody

from connectors.rabbitmq.frames import Frames, Message, NotAmqp
from connectors.rabbitmq.record import priority_of, read_message, read_traced
from connectors.rabbitmq.table import PROPERTIES, read_properties, read_table
from eventscope.event import EventPriority

texts = st.text(max_size=30)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | texts
    | st.floats(allow_nan=False, allow_infinity=False, width=32),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts.filter(len), inner, max_size=4),
    max_leaves=12,
)
tables = st.dictionaries(st.text(min_size=1, max_size=20), values, max_size=5)


@given(tables)
def test_tables_are_read_as_the_client_library_reads_them(table: dict[str, Any]) -> None:
    data = encode.field_table(table)
    assert read_table(data, 0) == (decode.field_table(data)[1], len(data))


@given(st.binary(max_size=400))
def test_no_bytes_are_too_odd_for_a_row(data: bytes) -> None:
    for key in ("order.new", "deliver.queue"):
        message = Message(1, "e", key, data, b"body")
        assert read_message(message).payload == read_traced(message).payload == b"body"


@given(tables)
def test_no_table_is_too_odd_for_a_row(table: dict[str, Any]) -> None:
    properties = commands.Basic.Properties(headers=table | {"x-death": [table], "properties": table})
    message = Message(1, "e", "deliver.q", properties.marshal(), b"{}")
    for record in (read_message(message), read_traced(message)):
        assert record.headers is None or record.headers.startswith("[[")


def test_nesting_ends_somewhere() -> None:
    data = b"\x00\x00\x00\x00"
    for _ in range(2_000):
        data = (len(data) + 3).to_bytes(4) + b"\x01kF" + data
    table, end = read_table(data, 0)
    assert end == len(data)
    assert "nested deeper than 32 levels" in str(table)


def test_the_order_of_properties_is_that_of_the_protocol() -> None:
    theirs = {"message_type": "type"}
    expected = [theirs.get(name, name) for name in commands.Basic.Properties.attributes()]
    assert [name for name, _ in PROPERTIES] == expected
    given = commands.Basic.Properties(content_type="a", priority=3, message_id="m", app_id="shop")
    values = {"content_type": "a", "priority": 3, "message_id": "m", "app_id": "shop"}
    assert read_properties(given.marshal()) == (values, None)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1, "LOW"),
        (3, "LOW"),
        (4, "NORMAL"),
        (5, "NORMAL"),
        (6, "HIGH"),
        (7, "HIGH"),
        (8, "CRITICAL"),
        (255, "CRITICAL"),
    ],
)
def test_amqp_priorities_have_names(number: int, name: str) -> None:
    assert priority_of(number) == EventPriority[name]


def test_priority_zero_is_what_libraries_send_when_nobody_chose_one() -> None:
    assert priority_of(0) == -1


def message(body: bytes, **properties: object) -> Message:
    return Message(1, "events", "defect.created", commands.Basic.Properties(**properties).marshal(), body)


def test_the_id_in_a_recognised_envelope_comes_before_the_one_a_library_made_up() -> None:
    body = b'{"event_id": "e7", "event_type": "defect.created", "data": {}, "user_id": 1}'
    assert read_message(message(body, message_id="random")).id == "e7"


def test_a_message_id_comes_before_the_id_of_a_thing_in_the_payload() -> None:
    assert read_message(message(b'{"id": 42, "name": "bridge"}', message_id="m1")).id == "m1"
    assert read_message(message(b'{"id": 42, "name": "bridge"}')).id == "42"


def test_a_message_without_a_priority_has_none() -> None:
    assert read_message(Message(1, "e", "k", b"\x00\x00", b"")).priority == -1


@pytest.mark.parametrize(
    ("arrived_at", "occurred_at"),
    [
        (1_700_000_000_400_000_000, 1_700_000_000_400_000_000),  # within the stated second: it says more
        (1_700_000_001_100_000_000, 1_700_000_000_999_999_999),  # soon after it: at its end
        (1_700_000_009_000_000_000, 1_700_000_000_000_000_000),  # later: as stated
        (1_699_999_990_000_000_000, 1_700_000_000_000_000_000),  # clocks differ: as stated
    ],
)
def test_the_arrival_says_where_in_the_stated_second_a_message_was_sent(arrived_at: int, occurred_at: int) -> None:
    sent = message(b"x", timestamp=datetime.fromtimestamp(1_700_000_000, UTC))._replace(arrived_at=arrived_at)
    assert read_message(sent).occurred_at == occurred_at


def delivery(tag: int, body: bytes, channel: int, largest: int) -> bytes:
    """The frames of a delivery, the body cut into pieces."""
    deliver = commands.Basic.Deliver("ctag", tag, False, "events", "order.new")
    head = header.ContentHeader(body_size=len(body), properties=commands.Basic.Properties(message_id=str(tag)))
    pieces = [ContentBody(body[at : at + largest]) for at in range(0, len(body), largest)]
    return b"".join(frame.marshal(each, channel) for each in (deliver, head, *pieces))


@given(
    st.lists(st.binary(max_size=40), max_size=6),
    st.integers(1, 50),
    st.lists(st.integers(1, 120), min_size=1, max_size=20),
)
def test_deliveries_are_sorted_out_however_the_bytes_arrive(bodies: list[bytes], largest: int, cuts: list[int]) -> None:
    others = frame.marshal(commands.Channel.OpenOk(), 1)
    stream = b"".join(others + delivery(tag, body, 1, largest) for tag, body in enumerate(bodies)) + others

    async def read() -> tuple[list[Message], bytes]:
        reader = asyncio.StreamReader()
        frames = Frames(reader, batch=3)
        frames.channel = 1
        at = 0
        for cut in (*cuts, len(stream)):
            reader.feed_data(stream[at : at + cut])
            at += cut
        reader.feed_eof()
        passed = await frames.readexactly(len(others) * (len(bodies) + 1))
        assert frames.full.is_set() == (len(bodies) >= 3)
        return frames.take(), passed

    messages, passed = asyncio.run(read())
    assert [(message.tag, message.body) for message in messages] == list(enumerate(bodies))
    assert all((message.exchange, message.routing_key) == ("events", "order.new") for message in messages)
    assert passed == others * (len(bodies) + 1)


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 400 Bad Request\r\n", b"AMQP\x00\x01\x00\x00", b"\x15\x03\x01\x00\x02\x02\x46\x00"]
)
async def test_what_is_not_amqp_is_told_apart(said: bytes) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(said)
    with pytest.raises(NotAmqp):
        await Frames(reader, 1).readexactly(1)

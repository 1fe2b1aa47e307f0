"""Avro and Protobuf by a schema registry, which may be good, away, slow, or lie."""

from __future__ import annotations

import io
import json
import struct
from typing import Any
from uuid import UUID

import fastavro
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from schema_server import SchemaServer, schema_server

from connectors.envelopes.decoding import Decoding
from connectors.envelopes.envelope import Envelope
from connectors.envelopes.formats.schema_registry import SchemaRegistry
from connectors.envelopes.inside import Decoded, decode_with
from eventscope.decoder import Message

ORDER = {
    "type": "record", "name": "Order", "namespace": "shop",
    "fields": [
        {"name": "event_type", "type": "string"}, {"name": "event_id", "type": "string"},
        {"name": "correlation_id", "type": ["null", "string"], "default": None},
        {"name": "total", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
    ],
}  # fmt: skip
NODE = {"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}
NOTHING = {"type": "array", "items": "null"}
GUID = UUID("89791762-2336-4186-9674-299b90a802e2")


def avro(schema: Any, value: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), value)
    return out.getvalue()


def framed(schema: int, data: bytes) -> bytes:
    return struct.pack(">bI", 0, schema) + data


def registered(schema: Any) -> dict[str, Any]:
    return {"schema": json.dumps(schema)}


def order() -> bytes:
    import decimal

    value = {"event_type": "order.created", "event_id": "e1", "correlation_id": "c1", "total": decimal.Decimal("39.90")}
    return avro(ORDER, value)


def proto_files() -> tuple[descriptor_pb2.FileDescriptorProto, descriptor_pb2.FileDescriptorProto]:
    """`money.proto`, and `order.proto` which imports it and Google's timestamp."""
    kinds = descriptor_pb2.FieldDescriptorProto
    money = descriptor_pb2.FileDescriptorProto(name="money.proto", package="shop", syntax="proto3")
    money.message_type.add(name="Money").field.add(name="cents", number=1, type=kinds.TYPE_INT64, label=1)
    file = descriptor_pb2.FileDescriptorProto(name="order.proto", package="shop", syntax="proto3")
    file.dependency.extend(["money.proto", "google/protobuf/timestamp.proto"])
    file.message_type.add(name="Other")
    message = file.message_type.add(name="Order")
    message.field.add(name="event_type", number=1, type=kinds.TYPE_STRING, label=1)
    message.field.add(name="event_id", number=2, type=kinds.TYPE_STRING, label=1)
    message.field.add(name="total", number=3, type=kinds.TYPE_MESSAGE, type_name=".shop.Money", label=1)
    message.field.add(
        name="timestamp", number=4, type=kinds.TYPE_MESSAGE, type_name=".google.protobuf.Timestamp", label=1
    )
    return money, file


def proto_order() -> bytes:
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    for file in proto_files():
        pool.Add(file)
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.Order"))
    message = kind(event_type="order.paid", event_id="e2")
    message.total.cents = 3990
    message.timestamp.seconds = 1_764_590_400
    return bytes(message.SerializeToString())


def proto_server(server: SchemaServer) -> None:
    money, file = proto_files()
    reference = {"name": "money.proto", "subject": "money", "version": 1}
    server.schemas["9"] = {"schemaType": "PROTOBUF", "schema": "syntax…", "references": [reference]}
    server.subjects["money", 1] = {"schemaType": "PROTOBUF", "schema": "syntax…"}
    server.serialized = {"9": file.SerializeToString(), "money": money.SerializeToString()}


async def read(decoding: Decoding, payload: bytes, headers: Any = ()) -> Envelope:
    await decoding.prepare("orders", [(headers, payload)])
    values = [*Envelope()]
    decoding.recogniser("orders").fill(values, headers, payload)
    return Envelope._make(values)


def decoded(decoding: Decoding, payload: bytes) -> Decoded | None:
    return decode_with(Message((), payload, "orders"), decoding.recogniser("orders").decoders)


async def test_avro_fills_the_columns_and_is_asked_for_once() -> None:
    async with schema_server(schemas={"7": registered(ORDER)}) as server:
        decoding = Decoding("kafka", SchemaRegistry(server.url))
        for _ in range(3):
            found = await read(decoding, framed(7, order()))
        assert (found.type, found.id, found.name) == ("order.created", "e1", "domain event")
        assert (found.correlation_id, found.error) == ("c1", None)
        assert server.asked == ["/schemas/ids/7"]
        made = decoded(decoding, framed(7, order()))
        assert made is not None
        assert str(made.value["total"]) == "39.90"


async def test_the_guid_of_a_schema_may_be_in_a_header() -> None:
    async with schema_server(schemas={str(GUID): registered(ORDER)}) as server:
        decoding = Decoding("kafka", SchemaRegistry(server.url))
        found = await read(decoding, order(), [("__value_schema_id", b"\x01" + GUID.bytes)])
        assert (found.type, found.error) == ("order.created", None)


async def test_protobuf_with_references_and_message_indexes() -> None:
    async with schema_server() as server:
        proto_server(server)
        decoding = Decoding("kafka", SchemaRegistry(server.url))
        found = await read(decoding, framed(9, b"\x02\x02" + proto_order()))
        assert (found.type, found.id, found.error) == ("order.paid", "e2", None)
        assert found.occurred_at == 1_764_590_400_000_000_000
        made = decoded(decoding, framed(9, b"\x02\x02" + proto_order()))
        assert made is not None
        assert made.value["total"] == {"cents": "3990"}


async def test_protobuf_whose_schema_is_only_text_is_shown_by_field_numbers() -> None:
    async with schema_server() as server:
        proto_server(server)
        server.serialized = {}
        decoding = Decoding("kafka", SchemaRegistry(server.url))
        await read(decoding, framed(9, b"\x02\x02" + proto_order()))
        made = decoded(decoding, framed(9, b"\x02\x02" + proto_order()))
        assert made is not None
        assert made.value["1"] == "order.paid"


async def test_json_behind_a_schema_id_needs_no_schema() -> None:
    found = await read(Decoding("kafka"), framed(3, b'{"event_type": "a", "event_id": "1"}'))
    assert (found.type, found.name, found.error) == ("a", "domain event", None)


async def test_without_a_registry_nobody_is_asked_and_nothing_is_wrong() -> None:
    found = await read(Decoding("kafka"), framed(7, order()))
    assert (found.name, found.error) == ("schema registry", None)
    made = decoded(Decoding("kafka"), framed(7, order()))
    assert made is not None
    assert "schema 7 is needed" in (made.note or "")


async def test_a_zero_byte_means_nothing_on_rabbitmq() -> None:
    assert await read(Decoding("amqp"), framed(7, order())) == Envelope()


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ("good", "schema 2147483647 unknown: the registry at PLACE does not know it"),
        ("mute", "schema 2147483647 unknown: the registry at PLACE does not answer"),
        ("slow", "schema 2147483647 unknown: the registry at PLACE does not answer"),
        ("lying", "schema 2147483647 unknown: the registry at PLACE answers with something else"),
        ("html", "schema 2147483647 unknown: the registry at PLACE answers with something else"),
        ("endless", "schema 2147483647 unknown: the registry at PLACE answers with something else"),
        ("away", "schema 2147483647 unknown: the registry at PLACE does not answer"),
    ],
)
async def test_a_registry_that_does_not_help_is_a_reason(mood: str, words: str) -> None:
    async with schema_server(mood=mood) as server:
        if mood not in ("good", "away"):
            server.schemas["2147483647"] = registered(ORDER)
        url = server.url if mood != "away" else "http://127.0.0.1:9"
        registry = SchemaRegistry(url)
        decoding = Decoding("kafka", registry)
        found = await read(decoding, framed(2**31 - 1, order()))
        assert (found.error or "").startswith(words.replace("PLACE", registry.place))
        asked = len(server.asked)
        for _ in range(200):
            await read(decoding, framed(2**31 - 1, order()))
        assert len(server.asked) == asked, "it is asked again only after a while"


async def test_a_password_is_sent_and_never_told() -> None:
    async with schema_server(schemas={"7": registered(ORDER)}, login="me:hunter2canary") as server:
        refused = await read(Decoding("kafka", SchemaRegistry(server.url)), framed(7, order()))
        assert "registry_password" in (refused.error or "")
        let_in = SchemaRegistry(server.url, ("me", "hunter2canary"))
        assert (await read(Decoding("kafka", let_in), framed(7, order()))).type == "order.created"
        assert "hunter2canary" not in (refused.error or "") + let_in.place


@pytest.mark.parametrize("url", ["localhost:8081", "ftp://x", "http://", "http://me:secret@host", "http://host:port"])
def test_a_url_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="registry takes http://HOST:PORT") as refusal:
        SchemaRegistry(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("payload", [b"", order()[:-1], order() + b"\x00", b"\xff" * 12])
async def test_bytes_that_do_not_fit_their_schema_are_a_reason(payload: bytes) -> None:
    async with schema_server(schemas={"7": registered(ORDER)}) as server:
        found = await read(Decoding("kafka", SchemaRegistry(server.url)), framed(7, payload or b"\x01"))
        assert "does not fit its schema" in (found.error or "")


async def test_schemas_that_could_harm_are_refused() -> None:
    huge = avro({"type": "array", "items": "long"}, [])[:0] + b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"
    schemas = {"1": registered(NODE), "2": registered(NOTHING), "3": {"schema": "no schema"}, "4": registered("x.Y")}
    async with schema_server(schemas=schemas) as server:
        decoding = Decoding("kafka", SchemaRegistry(server.url))
        assert "does not fit" in ((await read(decoding, framed(1, b"\x02" * 100_000))).error or "")
        assert "could be endless" in ((await read(decoding, framed(2, huge))).error or "")
        for key in (3, 4):
            assert "its schema cannot be used" in ((await read(decoding, framed(key, b"x"))).error or "")

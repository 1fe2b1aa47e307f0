"""What the detail says of a broker's message: why each column holds what it does, and what the user chose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from schema_server import schema_server

from app.decoding import (
    Place,
    add_path,
    choice_of,
    envelope_names,
    fetch_schema,
    format_names,
    place_of,
    preview,
    recognise,
    save_choice,
)
from app.detail.detail import detail_of
from app.session import Session
from app.sources.supervisor import Source
from connectors.envelopes.choices import NO_CHOICE, Choice, choices
from connectors.envelopes.decoding import Decoding
from connectors.kafka.connector import KafkaConnector, KafkaOptions
from connectors.kafka.metadata import Partition
from connectors.kafka.records import block_of
from connectors.options import read_options
from connectors.rabbitmq.frames import Message
from connectors.rabbitmq.record import read_message
from connectors.redis.connector import RedisConnector
from connectors.redis.record import entry_record, heard_records
from eventscope.connector import Block, Connector, Record

TRACE = f"00-{uuid4().hex}-00f067aa0ba902b7-01"

Row = tuple[list[tuple[str, bytes | None]], bytes | None]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Choices of this test alone."""
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))
    choices.look(now=True)
    return tmp_path


@pytest.fixture
def session() -> Session:
    return Session()


def attach(session: Session, connector: Connector, block: Block) -> None:
    session.supervisor.sources.append(Source(connector, "here"))
    session.intake.put("here", block)
    session.drain(60)


@pytest.fixture
def kafka(session: Session) -> Callable[..., None]:
    """Puts records of the topic `orders` into the session, as if its connector had read them."""

    def put(rows: Sequence[Row], query: str = "") -> None:
        connector = KafkaConnector(read_options(f"kafka://localhost:9092/orders{query}", KafkaOptions))
        records: list[Any] = [
            SimpleNamespace(offset=n, headers=headers, value=value, key=b"o-1", timestamp=1_764_590_400_000)
            for n, (headers, value) in enumerate(rows)
        ]
        attach(session, connector, block_of(Partition("orders", 0), records, Decoding("kafka").recogniser("orders")))

    return put


def groups(session: Session, seq: int = 1) -> dict[str, Any]:
    return dict(detail_of(session.store, seq, session.sources).groups)


def place(session: Session, seq: int = 1) -> Place:
    found = place_of(session.store.event(seq), session.sources)
    assert found is not None
    return found


def test_each_column_has_the_rule_that_filled_it(session: Session, kafka: Any) -> None:
    kafka([([("ce_id", b"e1"), ("ce_type", b"order.created"), ("traceparent", TRACE.encode())], b"{}")])
    assert groups(session)["Recognised"] == {
        "as": "cloudevents",
        "type": "cloudevents · header ce_type",
        "id": "cloudevents · header ce_id",
        "correlation": "trace context · header traceparent",
        "caused by": "trace context · header traceparent",
        "occurred": "time of the record",
        "key": "record key",
    }


def test_what_nothing_names_comes_from_the_broker(session: Session, kafka: Any) -> None:
    kafka([([], b"text")])
    assert groups(session)["Recognised"]["type"] == "name of the topic"


def test_amqp_properties_are_told_though_they_are_not_kept_as_headers(session: Session) -> None:
    from pamqp import commands

    from connectors.rabbitmq.connector import RabbitConnector

    properties = commands.Basic.Properties(message_id="m1", correlation_id="c1", message_type="order.created")
    row = read_message(Message(1, "events", "order.new", properties.marshal(), b"{}"))
    connector = RabbitConnector(read_options("amqp://localhost/?exchange=events", RabbitConnector.Options))
    attach(session, connector, Block.of([row]))
    told = groups(session)["Recognised"]
    assert (told["id"], told["type"]) == ("AMQP property message_id", "AMQP property type")
    assert told["key"] == "routing key"


def redis(session: Session, scheme: str, row: Record) -> None:
    connector = RedisConnector(read_options(f"{scheme}://localhost:6379?stream=orders", RedisConnector.Options))
    attach(session, connector, Block.of([row]))


ENTRY = (b"1764590400000-0", {b"type": b"order.paid", b"payload": b'{"order": "o-7"}'})


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_entries_of_redis_are_explained_and_chosen_for_like_any_message(
    session: Session, folder: Path, scheme: str
) -> None:
    redis(session, scheme, entry_record(b"orders", ENTRY, Decoding("redis")))
    told = groups(session)["Recognised"]
    assert told == {"as": "headers", "type": "headers · header type", "occurred": "id of the entry"}
    assert save_choice(place(session), Choice(paths={"correlation_id": "order"})) is None
    assert groups(session)["Recognised"]["correlation, as chosen now"] == "o-7"
    assert entry_record(b"orders", ENTRY, Decoding("redis")).correlation_id == "o-7"
    assert "redis.orders" in (folder / "decoding.toml").read_text()


def test_what_nothing_names_in_redis_comes_from_the_channel(session: Session) -> None:
    (row,) = heard_records(b"orders", b"text", Decoding("redis"))
    redis(session, "redis", row)
    assert groups(session)["Recognised"] == {"type": "name of the channel or stream"}


def test_other_sources_are_not_recognised_again(session: Session) -> None:
    session.intake.put("gone", Block.of([Record(type="t", channel="orders[0]@1", payload=b"{}")]))
    session.drain(60)
    assert "Recognised" not in groups(session)


def test_a_payload_of_another_format_is_shown_as_its_value(session: Session, kafka: Any) -> None:
    kafka([([], msgspec.msgpack.encode({"kind": "paid", "raw": b"\xff"})), ([], b"\x00\x00\x00\x00\x07\x02")])
    assert groups(session)["Payload (messagepack)"].decode() == {"kind": "paid", "raw": {"$base64": "/w=="}}
    assert "registry=http://HOST:PORT" in groups(session, 2)["Recognised"]["payload"]


def test_a_choice_is_remembered_and_holds_at_once(session: Session, kafka: Any, folder: Path) -> None:
    kafka([([], b'{"event": {"name": "order.paid", "order": "o-7"}}')])
    (folder / "decoding.toml").write_text("# mine\n[amqp.events]\nenvelope = 'bubus'\n")
    assert save_choice(place(session), Choice(paths={"type": "event.name"})) is None
    assert add_path(place(session), "correlation_id", "event.order") is None
    assert choice_of(place(session)).paths == {"type": "event.name", "correlation_id": "event.order"}
    written = (folder / "decoding.toml").read_text()
    assert written.startswith("# mine")
    assert "bubus" in written
    told = groups(session)["Recognised"]
    assert told["type, as chosen now"] == "order.paid"
    assert told["correlation, as chosen now"] == "o-7"
    assert told["as"] == "as chosen"
    assert save_choice(place(session), NO_CHOICE) is None
    assert choice_of(place(session)) == NO_CHOICE
    assert "orders" not in (folder / "decoding.toml").read_text()


def test_a_choice_that_cannot_be_saved_is_a_sentence(session: Session, kafka: Any, folder: Path) -> None:
    kafka([([], b"{}")])
    (folder / "decoding.toml").mkdir()
    complaint = save_choice(place(session), Choice(format="text"))
    assert complaint is not None
    assert complaint.startswith("The choice was not saved in ")


def test_a_choice_can_be_tried_first(session: Session, kafka: Any) -> None:
    kafka([([("x-order", b"o-7")], b'{"messageId": "m1", "a": [{"b": "t"}]}')])
    tried = Choice(envelope="masstransit", paths={"type": "a[0].b", "correlation_id": "header:x-order"})
    assert preview(session.store.event(1), place(session), tried) == {
        "type": "t", "id": "m1", "correlation_id": "o-7", "name": "masstransit"
    }  # fmt: skip
    assert choice_of(place(session)) == NO_CHOICE


def test_what_can_be_chosen_is_what_there_is() -> None:
    assert {"cloudevents", "masstransit", "celery"} <= {*envelope_names()}
    assert {"json", "text", "messagepack", "schema registry"} <= {*format_names()}
    assert not any("pickle" in name for name in format_names())


async def test_a_schema_that_only_the_sources_process_knew_is_fetched(session: Session, kafka: Any) -> None:
    schema = '{"type": "record", "name": "R", "fields": [{"name": "x", "type": "string"}]}'
    async with schema_server(schemas={"7": {"schema": schema}}) as server:
        kafka([([], b"\x00\x00\x00\x00\x07\x02a")], f"?registry={server.url}")
        event = session.store.event(1)
        recognition = recognise(event, place(session))
        assert recognition.lacks_schema
        await fetch_schema(place(session), recognition)
        assert not recognise(event, place(session)).lacks_schema
        assert groups(session)["Payload (schema registry)"].decode() == {"x": "a"}


def test_headers_that_are_no_text_are_read_as_numbers_and_uuids(session: Session, kafka: Any) -> None:
    identity = UUID("f47ac10b-58cc-4372-a567-0e02b2c3d479")
    kafka([([("offset", (1042).to_bytes(8, "big")), ("id", identity.bytes), ("text", b"a\tb")], b"{}")])
    assert dict(groups(session)["Headers"]) == {"offset": "1042 (8 bytes)", "id": str(identity), "text": "a\tb"}


@pytest.mark.parametrize("name", ["bubus", "celery", "debezium"])
def test_a_chosen_envelope_gives_its_name(session: Session, kafka: Any, name: str) -> None:
    kafka([([], b'{"event_id": "e1"}')])
    assert preview(session.store.event(1), place(session), Choice(envelope=name))["name"] == name

"""One message of each envelope, as its own library writes it, or else as its specification says.

Sources, where no library for Python exists: MassTransit's documentation of its JSON envelope and of raw JSON headers;
NServiceBus "Headers" in Particular's documentation; Rebus's `Headers` class; CAP's `Headers` class; Spring for Apache
Kafka `KafkaHeaders`; KIP-298 for Kafka Connect; Debezium's documentation of change events and of the outbox router.
"""

from __future__ import annotations

import asyncio
import datetime
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import cbor2
import msgpack
from celery import Celery
from cloudevents.core.bindings import amqp, kafka, rabbitmq
from cloudevents.core.v1.event import CloudEvent
from faststream.kafka.testing import build_message

from connectors.envelopes.recognise import Envelope
from eventscope.step import Phase

NOON = 1_764_590_400_000_000_000
"""2025-12-01T12:00:00Z."""

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"
REQUEST = UUID("f47ac10b-58cc-4372-a567-0e02b2c3d479")

Header = tuple[str, Any]


@dataclass
class Golden:
    """A message, and the columns that it fills. `properties` are those of AMQP, for RabbitMQ alone."""

    name: str
    headers: list[Header]
    payload: bytes
    columns: dict[str, Any]
    envelope: str | None
    on: tuple[str, ...] = ("kafka", "amqp")
    properties: dict[str, Any] = field(default_factory=dict)

    def check(self, row: Any, *, but: tuple[str, ...] = ()) -> None:
        """Compare a row (or an envelope) with what was expected, leaving out some columns."""
        expected = {name: value for name, value in self.columns.items() if name not in but}
        assert {name: getattr(row, name) for name in expected} == expected, self.name
        assert (row.name if isinstance(row, Envelope) else row.envelope) == self.envelope, self.name

    @property
    def pairs(self) -> list[Header]:
        """Headers, after the AMQP properties by which a message is recognised."""
        return [*self.properties.items(), *self.headers]


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def text(headers: dict[str, Any]) -> list[Header]:
    """Headers whose values are text, as both brokers carry them."""
    return [(name, value.encode() if isinstance(value, str) else value) for name, value in headers.items()]


def cloud_event(**more: Any) -> CloudEvent:
    noon = datetime.datetime(2025, 12, 1, 12, tzinfo=datetime.UTC)
    attributes = {
        **{"specversion": "1.0", "id": "e1", "source": "/shop", "type": "order.created", "subject": "o-1"},
        **{"time": noon, "correlationid": "c1", "causationid": "e0", "datacontenttype": "application/json"},
    }
    return CloudEvent(attributes=attributes | more, data={"total": 5, "type": "not this", "id": 7})


CLOUD = {
    **{"type": "order.created", "id": "e1", "correlation_id": "c1", "causation_id": "e0"},
    **{"producer": "/shop", "occurred_at": NOON},
}


def cloud_events() -> list[Golden]:
    """By the SDK of CloudEvents."""
    binary, structured = kafka.to_binary_event(cloud_event()), kafka.to_structured_event(cloud_event())
    on_rabbit, by_amqp = rabbitmq.to_binary_event(cloud_event()), amqp.to_binary_event(cloud_event())
    traced = kafka.to_binary_event(cloud_event(traceparent=TRACEPARENT))
    one = json.loads(structured.value)
    return [
        Golden("binary", [*binary.headers.items()], binary.value, CLOUD, "cloudevents", on=("kafka",)),
        Golden("structured", [*structured.headers.items()], structured.value, CLOUD, "cloudevents"),
        Golden("binary, ce-", [*on_rabbit.headers.items()], on_rabbit.body, CLOUD, "cloudevents", on=("amqp",)),
        Golden(
            "binary, cloudEvents_", [*by_amqp.application_properties.items()], by_amqp.application_data, CLOUD,
            "cloudevents", on=("amqp",),
        ),
        Golden(
            "binary with traceparent", [*traced.headers.items()], traced.value, CLOUD | {"correlation_id": TRACE},
            "cloudevents",
        ),
        Golden(
            "batch", text({"content-type": "application/cloudevents-batch+json"}), dumps([one, one | {"id": "e2"}]),
            CLOUD, "cloudevents batch",
        ),
        Golden(
            "Dapr", [], dumps(one | {"type": "com.dapr.event.sent", "topic": "orders", "traceid": TRACEPARENT}),
            CLOUD | {"type": "com.dapr.event.sent", "correlation_id": TRACE}, "cloudevents",
        ),
    ]  # fmt: skip


def dotnet() -> list[Golden]:
    masstransit = {
        **{"messageId": "m1", "conversationId": "c1", "correlationId": "o-1", "initiatorId": "m0", "requestId": None},
        "sourceAddress": "rabbitmq://localhost/shop?temporary=true",
        "messageType": ["urn:message:Shop.Contracts:OrderPlaced", "urn:message:Shop.Contracts:IEvent"],
        "message": {"orderId": 1},
        "sentTime": "2025-12-01T12:00:00.0000000Z",
        **{"headers": {"MT-Redelivery-Count": 2}, "host": {"machineName": "w1", "processName": "shop"}},
    }
    exception = {"exceptionType": "System.TimeoutException", "message": "no answer"}
    fault = masstransit | {
        "messageType": ["urn:message:MassTransit:Fault[[Shop.Contracts:OrderPlaced]]"],
        "message": {"exceptions": [exception]},
    }
    raw = {
        "MessageId": "m1", "ConversationId": "c1", "MT-InitiatorId": "m0", "MT-Source-Address": "rabbitmq://h/shop",
        "MT-MessageType": "urn:message:Shop.Contracts:OrderPlaced", "MT-Redelivery-Count": "1",
    }  # fmt: skip
    dead = {"MT-Reason": "fault", "MT-Fault-ExceptionType": "System.X", "MT-Fault-Message": "boom"}
    bus = {
        "NServiceBus.MessageId": "m1", "NServiceBus.ConversationId": "c1", "NServiceBus.CorrelationId": "x",
        "NServiceBus.RelatedTo": "m0", "NServiceBus.TimeSent": "2025-12-01 12:00:00:000000 Z",
        "NServiceBus.EnclosedMessageTypes": "Shop.OrderPlaced, Shop.Messages, Version=1.0.0.0, Culture=neutral",
        "NServiceBus.OriginatingEndpoint": "shop", "NServiceBus.MessageIntent": "Publish",
    }  # fmt: skip
    failed = {
        "NServiceBus.FailedQ": "billing@w1", "NServiceBus.ExceptionInfo.ExceptionType": "System.X",
        "NServiceBus.ExceptionInfo.Message": "boom",
    }  # fmt: skip
    audited = {
        "NServiceBus.ProcessingEndpoint": "billing", "NServiceBus.ProcessingStarted": "2025-12-01 12:00:01:000000 Z",
        "NServiceBus.ProcessingEnded": "2025-12-01 12:00:01:250000 Z",
    }  # fmt: skip
    rebus = {
        "rbs2-msg-id": "m1", "rbs2-msg-type": "Shop.OrderPlaced, Shop", "rbs2-corr-id": "c1", "rbs2-corr-seq": "1",
        "rbs2-in-reply-to": "m0", "rbs2-senttime": "2025-12-01T13:00:00.0000000+01:00",
        "rbs2-sender-address": "shop", "rbs2-intent": "pub",
    }  # fmt: skip
    cap = {
        "cap-msg-id": "m1", "cap-msg-name": "shop.order.placed", "cap-corr-id": "c1", "cap-corr-seq": "0",
        "cap-msg-group": "billing.v1", "cap-senttime": "12/1/2025 12:00:00 PM +00:00",
    }  # fmt: skip
    common = {"id": "m1", "correlation_id": "c1", "causation_id": "m0", "occurred_at": NOON, "producer": "shop"}
    net = common | {"type": "Shop.OrderPlaced"}
    data = b'{"OrderId": 1, "Type": "not this"}'
    dead_lettered = {"phase": Phase.DEAD_LETTERED, "error": "System.X: boom"}
    return [
        Golden("MassTransit", [], dumps(masstransit), common | {"type": "Shop.Contracts.OrderPlaced", "attempt": 3},
               "masstransit"),
        Golden("MassTransit fault", [], dumps(fault),
               {"phase": Phase.FAILED, "error": "System.TimeoutException: no answer", "correlation_id": "c1"},
               "masstransit"),
        Golden("MassTransit raw", text(raw), data,
               {**{n: common[n] for n in ("id", "correlation_id", "causation_id", "producer")},
                "type": "Shop.Contracts.OrderPlaced", "attempt": 2}, "masstransit"),
        Golden("MassTransit error queue", text(raw | dead), data, dead_lettered, "masstransit"),
        Golden("NServiceBus", text(bus), data, net, "nservicebus"),
        Golden("NServiceBus error queue", text(bus | failed), data,
               net | dead_lettered | {"subscription": "billing@w1"}, "nservicebus"),
        Golden("NServiceBus audit", text(bus | audited), data,
               net | {"phase": Phase.HANDLED, "handle_ns": 250_000_000, "subscription": "billing"}, "nservicebus"),
        Golden("Rebus", text(rebus), data, net, "rebus"),
        Golden("CAP", text(cap), data,
               {"type": "shop.order.placed", "id": "m1", "correlation_id": "c1", "occurred_at": NOON,
                "subscription": "billing.v1"}, "cap"),
        Golden("CAP failed", text(cap | {"cap-exception": "TimeoutException-->no"}), data,
               {"phase": Phase.DEAD_LETTERED, "error": "TimeoutException-->no"}, "cap"),
    ]  # fmt: skip


def celery_task() -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Headers, properties and body of a task as Celery publishes it."""
    app = Celery("billing", broker="memory://", set_as_current=False)
    with app.connection_for_write() as connection:
        options = {"task_id": "t2", "root_id": "t1", "parent_id": "t1", "retries": 1}
        app.send_task("shop.pack", args=("o-1",), connection=connection, **options)
        message = connection.channel().basic_get("celery")
        return message.headers, message.properties, message.body


def pythons() -> list[Golden]:
    headers, properties, body = celery_task()
    sent = asyncio.run(build_message({"order": "o-1"}, "orders", correlation_id="c1", serializer=None))
    worker = {"hostname": "celery@w1", "utcoffset": 0, "pid": 7, "clock": 3, "timestamp": 1_764_590_400.5}
    started = worker | {"type": "task-started", "uuid": "t7"}
    done = worker | {"type": "task-succeeded", "uuid": "t7", "result": "'ok'", "runtime": 0.25}
    failed = worker | {"type": "task-failed", "uuid": "t7", "exception": "ValueError('no')", "traceback": "…"}
    received = worker | {"type": "task-received", "uuid": "t8", "name": "shop.ship", "root_id": "t7"}
    received |= {"parent_id": "t7", "retries": 2}
    bubus = {
        "event_type": "OrderPlaced", "event_id": "e2", "event_parent_id": "e1", "event_path": ["ShopBus", "MailBus"],
        "event_status": "completed", "event_created_at": "2025-12-01T12:00:00Z", "order": 1,
    }  # fmt: skip
    half = NOON + 500_000_000
    told = {"producer": "celery@w1", "occurred_at": half, "subscription": "celery@w1"}
    text_headers = [(name, value) for name, value in headers.items() if isinstance(value, str | int)]
    return [
        Golden("Celery task", text_headers, body,
               {"type": "shop.pack", "id": "t2", "correlation_id": "t1", "causation_id": "t1", "attempt": 2},
               "celery", on=("amqp",), properties={"correlation_id": properties["correlation_id"]}),
        Golden("Celery started", text({"hostname": "celery@w1"}), dumps(started),
               told | {"type": "task-started", "id": "t7", "correlation_id": "t7", "phase": Phase.DELIVERED},
               "celery event"),
        Golden("Celery succeeded", [], dumps(done),
               told | {"id": "t7", "phase": Phase.HANDLED, "handle_ns": 250_000_000}, "celery event"),
        Golden("Celery failed", [], dumps(failed),
               told | {"id": "t7", "phase": Phase.FAILED, "error": "ValueError('no')"}, "celery event"),
        Golden("Celery received", [], dumps(received),
               told | {"id": "t8", "correlation_id": "t7", "causation_id": "t7", "attempt": 3}, "celery event"),
        Golden("FastStream", [*sent.headers], sent.value, {"correlation_id": "c1"}, "faststream", on=("kafka",)),
        Golden("bubus", [], dumps(bubus),
               {"type": "OrderPlaced", "id": "e2", "causation_id": "e1", "correlation_id": "e1", "occurred_at": NOON,
                "producer": "ShopBus"}, "bubus"),
    ]  # fmt: skip


def kafka_world() -> list[Golden]:
    change = {
        "before": {"id": 1, "status": "new"}, "after": {"id": 1, "status": "paid"}, "op": "u",
        "source": {"version": "3.4", "connector": "postgresql", "name": "shopdb", "ts_ms": NOON // 10**6,
                   "ts_us": NOON // 10**3 + 7, "snapshot": "false", "db": "shop", "schema": "public",
                   "table": "orders", "sequence": "[null,\"34498640\"]"},
        "transaction": {"id": "571:53195829", "total_order": 1}, "ts_ms": NOON // 10**6 + 5,
    }  # fmt: skip
    changed = {
        "type": "orders.updated", "producer": "shopdb", "category": "shop", "correlation_id": "571:53195829",
        "occurred_at": NOON + 7_000,
    }  # fmt: skip
    reply = [("kafka_correlationId", REQUEST.bytes), ("kafka_replyTopic", b"replies")]
    dead = [
        ("kafka_dlt-original-topic", b"orders"), ("kafka_dlt-original-partition", (3).to_bytes(4, "big")),
        ("kafka_dlt-original-offset", (1042).to_bytes(8, "big")), ("kafka_dlt-exception-fqcn", b"java.lang.X"),
        ("kafka_dlt-exception-message", b"no stock"), ("kafka_dlt-original-consumer-group", b"billing"),
        ("kafka_deliveryAttempt", (3).to_bytes(4, "big")),
    ]  # fmt: skip
    again = [("kafka_original-topic", b"orders"), ("kafka_exception-message", b"later"),
             ("retry_topic-attempts", (2).to_bytes(4, "big"))]  # fmt: skip
    connect = text({
        "__connect.errors.topic": "orders", "__connect.errors.partition": "0", "__connect.errors.offset": "7",
        "__connect.errors.connector.name": "sink", "__connect.errors.task.id": "0",
        "__connect.errors.stage": "VALUE_CONVERTER", "__connect.errors.exception.class.name": "org.X",
        "__connect.errors.exception.message": "no JSON",
    })  # fmt: skip
    event = dumps({"event_type": "order.created", "event_id": "e1", "data": {}, "timestamp": "2025-12-01T12:00:00"})
    inside = {"type": "order.created", "id": "e1", "occurred_at": NOON}
    only = ("kafka",)
    return [
        Golden("Debezium", [], dumps(change), changed, "debezium"),
        Golden("Debezium with schema", [], dumps({"schema": {}, "payload": change}), changed, "connect json"),
        Golden("Spring request", reply, b'{"x": 1}', {"correlation_id": str(REQUEST)}, "spring", on=only),
        Golden("Spring dead letter", dead, event,
               inside | {"phase": Phase.DEAD_LETTERED, "error": "no stock", "subscription": "billing", "attempt": 3},
               "domain event", on=only),
        Golden("Spring retry", again, event, inside | {"phase": Phase.RETRIED, "error": "later", "attempt": 2},
               "domain event", on=only),
        Golden("Connect dead letter", connect, b"no JSON at all",
               {"phase": Phase.DEAD_LETTERED, "error": "no JSON", "subscription": "sink"}, "connect dead letter"),
    ]  # fmt: skip


def plains() -> list[Golden]:
    packed = {"event_type": "order.created", "event_id": "e1", "timestamp": "2025-12-01T12:00:00"}
    inside = {"type": "order.created", "id": "e1", "occurred_at": NOON}
    context = text({"traceparent": TRACEPARENT, "tracestate": "x=1"})
    return [
        Golden("trace context", context, b"text", {"correlation_id": TRACE, "causation_id": SPAN}, "trace context"),
        Golden("MessagePack", [], msgpack.packb(packed), inside, "domain event"),
        Golden("CBOR", [], cbor2.dumps(packed), inside, "domain event"),
        Golden("MessagePack without an envelope", text({"content-type": "application/msgpack"}), msgpack.packb([1]),
               {}, "messagepack"),
        Golden("KurrentDB", [], dumps({"type": "t", "metadata": {"$correlationId": "c1", "$causationId": "e0"}}),
               {"correlation_id": "c1", "causation_id": "e0"}, None),
        Golden("breadcrumbs", text({"CamelBreadcrumbId": "c1"}), b"{}", {"correlation_id": "c1"}, "headers"),
        Golden("text", [], "Привет".encode(), {"error": None}, None),
        Golden("pickle", [], b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07os.abortq.", {"error": None},
               "pickle (not decoded)"),
        Golden("AMQP properties", [], b"{}", {"type": "order.created", "id": "m1", "correlation_id": "c1"}, "headers",
               on=("amqp",), properties={"type": "order.created", "message_id": "m1", "correlation_id": "c1"}),
    ]  # fmt: skip


GOLDENS = [*cloud_events(), *dotnet(), *pythons(), *kafka_world(), *plains()]

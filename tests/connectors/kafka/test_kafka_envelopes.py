"""All envelopes through a real Kafka: mixed in one topic, each fills its columns."""

from __future__ import annotations

from kafka_world import Cluster, tailing

from connectors.envelopes.decoding import Decoding
from connectors.envelopes.explain import as_it_came, explain
from tests.connectors.conformance import eventually
from tests.connectors.goldens import GOLDENS, TRACE, TRACEPARENT

HERE = [golden for golden in GOLDENS if "kafka" in golden.on and golden.name != "batch"]


def wire(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


async def test_a_mix_of_all_envelopes_fills_every_column(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    async with tailing(cluster.url(name)) as sink:
        for golden in HERE:
            headers = [(header, wire(value)) for header, value in golden.headers]
            await cluster.producer.send_and_wait(name, golden.payload, headers=headers)
        await eventually(lambda: sink.rows == len(HERE))
    for golden, row in zip(HERE, sink.records, strict=True):
        assert row.payload == golden.payload
        golden.check(row, but=("correlation_id",))  # groups of other tests may have joined with it


async def test_each_event_of_a_batch_is_a_row(cluster: Cluster, name: str) -> None:
    (batch,) = [golden for golden in GOLDENS if golden.name == "batch"]
    await cluster.create(name)
    async with tailing(cluster.url(name)) as sink:
        await cluster.send(name, [b"[1, 2]", batch.payload, b'[{"no": "envelope"}]'])
        await eventually(lambda: sink.rows == 4)
    rows = sink.records
    assert [row.id for row in rows] == [None, "e1", "e2", None]
    assert [row.envelope for row in rows] == [None, "cloudevents", "cloudevents", None]
    assert {row.channel for row in rows[1:3]} == {f"{name}[0]@1"}
    assert b"[" + b", ".join(row.payload or b"" for row in rows[1:3]) + b"]" == batch.payload


async def test_one_order_joins_across_systems_that_name_it_differently(cluster: Cluster, name: str) -> None:
    """The shop knows only a correlation id, FastStream's hop also a trace, what is instrumented only that trace."""
    trace, order = TRACE[::-1], f"order of {name}"
    parent = TRACEPARENT.replace(TRACE, trace).encode()
    hops = [
        [("x-correlation-id", order.encode())],
        [("content-type", b"application/json"), ("correlation_id", order.encode()), ("traceparent", parent)],
        [("traceparent", parent)],
    ]
    await cluster.create(name)
    async with tailing(cluster.url(name)) as sink:
        for headers in hops:
            await cluster.producer.send_and_wait(name, b"{}", headers=headers)
        await eventually(lambda: sink.rows == len(hops))
    assert [row.correlation_id for row in sink.records] == [order] * 3
    last = sink.records[-1]
    (reason,) = [
        each
        for each in explain(
            Decoding("kafka").recogniser(name),
            [(header, as_it_came(value.decode())) for header, value in hops[-1]],
            b"{}",
            last._asdict(),
        )
        if each.column == "correlation_id"
    ]
    assert reason.place == f"header traceparent, joined with {trace}"


async def test_headers_that_no_framework_writes_are_rows_too(cluster: Cluster, name: str) -> None:
    hostile = [
        [("ce_id", None), ("ce_type", b"\xff\xfe"), ("ce_specversion", b"")],
        [("traceparent", b"00-zz"), ("traceparent", b"\x00" * 16)],
        [("NServiceBus.TimeSent", b"yesterday"), ("NServiceBus.MessageId", b"m" * 100_000)],
        [("", b""), ("kafka_deliveryAttempt", b"\xff\xff\xff\xff"), ("kafka_dlt-original-topic", b"")],
        [("__value_schema_id", b"\x01" + b"\xff" * 16)],
    ]
    payloads = [b"\x00\x00\x00\x00\x07", b"{", b'{"id": ' + b"[" * 5_000, b"\x80\x04.", b"\xdd\xff\xff\xff\xff"]
    await cluster.create(name)
    async with tailing(cluster.url(name)) as sink:
        for headers, payload in zip(hostile, payloads, strict=True):
            await cluster.producer.send_and_wait(name, payload, headers=headers)
        await eventually(lambda: sink.rows == len(payloads))
    assert [row.payload for row in sink.records] == payloads
    assert len(sink.records[2].id or "") < 1_000

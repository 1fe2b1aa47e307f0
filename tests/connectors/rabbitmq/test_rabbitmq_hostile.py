"""Messages that end the connection or the consumer of client libraries, and that a broker passes on nevertheless."""

from __future__ import annotations

import asyncio
import json
import socket
from struct import pack, unpack

from rabbitmq_broker import RabbitNode
from rabbitmq_world import connector, gaps, tailing, values

from tests.connectors.conformance import eventually

METHOD, HEADER, BODY = 1, 2, 3
BASIC = 60
PUBLISHED = (BASIC, 80)
"""The broker's confirm."""


def short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def long(data: bytes) -> bytes:
    return pack(">I", len(data)) + data


def headers(*entries: bytes) -> bytes:
    """Properties that are headers alone."""
    return b"\x20\x00" + long(b"".join(entries))


def nested(levels: int) -> bytes:
    table = long(short(b"a") + b"V")
    for _ in range(levels):
        table = long(short(b"a") + b"F" + table)
    return b"\x20\x00" + table


# What is worse than these, RabbitMQ itself refuses: floats that are no number, unknown kinds of fields, cut tables.
HOSTILE = {
    "a time that no calendar has": b"\x00\x40" + b"\xff" * 8,
    "a time beyond all computing": b"\x00\x40\x7f" + b"\xff" * 7,
    "a time after the year 9999": b"\x00\x40" + pack(">Q", 10**15),
    "a message id that is no UTF-8": b"\x00\x80\x04\xff\xfe\x00\x80",
    "a correlation id that is no UTF-8": b"\x04\x00\x02\xff\xfe",
    "an application that is no UTF-8": b"\x00\x08\x02\xff\xfe",
    "a content type that is no UTF-8": b"\x80\x00\x02\xff\xfe",
    "an id with a null in it": b"\x00\x80\x03a\0b",
    "an empty type": b"\x00\x20\x00",
    "a type that moves the cursor": b"\x00\x20\x05a\nb\x1b[",
    "the highest priority": b"\x08\x00\xff",
    "a flag that means nothing": b"\x00\x02",
    "a header whose name is no UTF-8": headers(short(b"\xff\xfe") + b"V"),
    "a header without a name": headers(short(b"") + b"V"),
    "a header that comes twice": headers(short(b"a") + b"t\1", short(b"a") + b"t\0"),
    "a text that is no UTF-8": headers(short(b"a") + b"S" + long(b"\xff\xfe")),
    "bytes": headers(short(b"a") + b"x" + long(b"\xff\0")),
    "a decimal with 255 digits behind the point": headers(short(b"a") + b"D" + b"\xff" * 5),
    "a header that is no time": headers(short(b"a") + b"T" + b"\xff" * 8),
    "an array": headers(short(b"a") + b"A" + long(b"V" * 10)),
    "tables in tables": nested(2_000),
}


class RawPublisher:
    """A publisher with confirms that writes its own frames, since client libraries let nobody send such properties."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._file = self._socket.makefile("rb")
        self._socket.sendall(b"AMQP\x00\x00\x09\x01")
        self._read()
        self._call(0, (10, 11), long(b"") + short(b"PLAIN") + long(b"\0guest\0guest") + short(b"en_US"))
        self._send(METHOD, 0, pack(">HHHIH", 10, 31, 10, 2**17, 0))
        self._call(0, (10, 40), short(b"/") + b"\0\0")
        self._call(1, (20, 10), b"\0")
        self._call(1, (85, 10), b"\0")

    def publish(self, exchange: str, properties: bytes, body: bytes) -> tuple[int, int]:
        """Class and method of what the broker answers."""
        self._send(METHOD, 1, pack(">HHH", BASIC, 40, 0) + short(exchange.encode()) + short(b"k") + b"\0")
        self._send(HEADER, 1, pack(">HHQ", BASIC, 0, len(body)) + properties)
        self._send(BODY, 1, body)
        return self._read()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _call(self, channel: int, method: tuple[int, int], arguments: bytes) -> None:
        self._send(METHOD, channel, pack(">HH", *method) + arguments)
        self._read()

    def _send(self, kind: int, channel: int, payload: bytes) -> None:
        self._socket.sendall(pack(">BHI", kind, channel, len(payload)) + payload + b"\xce")

    def _read(self) -> tuple[int, int]:
        _, _, size = unpack(">BHI", self._file.read(7))
        payload = self._file.read(size + 1)
        class_, method = unpack(">HH", payload[:4])
        return class_, method


def publish_all(node: RabbitNode, exchange: str) -> list[tuple[int, int]]:
    publisher = RawPublisher(node.port)
    try:
        return [publisher.publish(exchange, data, b"%d" % n) for n, data in enumerate(HOSTILE.values())]
    finally:
        publisher.close()


async def test_a_message_that_breaks_client_libraries_is_a_row(node: RabbitNode, fanout: str) -> None:
    async with tailing(connector(node, f"exchange={fanout}")) as sink:
        answers = await asyncio.to_thread(publish_all, node, fanout)
        assert dict(zip(HOSTILE, answers, strict=True)) == dict.fromkeys(HOSTILE, PUBLISHED)
        await eventually(lambda: sink.rows >= len(HOSTILE))
    assert values(sink) == [b"%d" % number for number in range(len(HOSTILE))]
    assert gaps(sink) == []
    assert len(sink.states) == 1
    for record in sink.records:
        assert json.loads(record.headers or "[]") is not None
        for text in (record.type, record.id, record.correlation_id, record.producer, record.headers):
            (text or "").encode()  # no lone surrogates

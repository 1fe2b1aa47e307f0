"""Paths into payloads: reading many at once against reading each by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.filter import json_path
from app.filter.json_path import ABSENT, JsonPath
from app.store.arena import END, Run

FRAGMENTS = [
    *(b"{", b"}", b"[", b"]", b'{"a":', b'{"a":1}', b'{"a":[{"b":1},{"b":2}]}', b'{"a":{"b":"x"}}', b"{}", b"[]"),
    *(b'"', b'{"a":"', b'"}', b"\n", b" ", b",", b"1", b'{"a":"\\', b'\xff"}', b'{"b":{}', b"null", b"\\u12", b""),
]
payloads = st.lists(st.sampled_from(FRAGMENTS), max_size=4).map(b"".join)
PATHS = ["a", "a.b", "a[*].b", "a[1]", "[0]", "b"]


def run_of(rows: list[bytes]) -> Run:
    return Run.of(END.join((*rows, b"")), np.array(list(map(len, rows)), np.int64))


@settings(max_examples=1_000, deadline=None)
@given(st.lists(payloads, max_size=8), st.sampled_from(PATHS), st.sampled_from([1, 20, 10_000]))
def test_many_payloads_together_have_the_values_of_each_alone(rows: list[bytes], path: str, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_path, "MOST_BYTES", at_once)
        together = JsonPath(path).values(run_of(rows))
    assert repr(together) == repr([JsonPath(path).column([row])[0] for row in rows])


@pytest.mark.parametrize(
    "rows",
    [
        [b'{"a":1}{"a":2}', b'{"b":"}', b'{"}'],
        [b'{"a":{"b":1}', b'{"a":1}}'],
        [b'{"a":[{}', b"{}]}"],
        [b"[1", b"2]"],
        [b'{"a":1}\n{"a":2}', b"", b'{"a":"\n"}'],
    ],
)
def test_payloads_that_are_only_together_like_json_have_no_values(rows: list[bytes]) -> None:
    assert JsonPath("a").values(run_of(rows)) == [ABSENT] * len(rows)


def test_payloads_of_objects_are_decoded_without_being_cut_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: JsonPath, payloads: Any) -> list[Any]:
        raise AssertionError("each payload was decoded by itself")

    monkeypatch.setattr(JsonPath, "column", refuse)
    rows = [b'{"a":%d,"b":"x"}' % n for n in range(5_000)] + [b"", b'{"b":2}']
    assert JsonPath("a").values(run_of(rows)) == [*range(5_000), ABSENT, ABSENT]

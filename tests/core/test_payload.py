"""Any bytes are read safely, and come out as what they are."""

from __future__ import annotations

import base64
import json

import msgspec
import pytest
from hostile import PAYLOADS
from hypothesis import given
from hypothesis import strategies as st

from app.payload import DEEPEST, NotJson, decode, is_deeper, json_text, json_value, summary

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_json_comes_out_as_its_value(value):
    payload = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert decode(payload) == (value, "json")


@given(st.binary())
def test_what_is_not_json_keeps_every_byte(payload):
    value, encoding = decode(payload)
    back = {
        "text": lambda: value.encode(),
        "base64": lambda: base64.b64decode(value, validate=True),
        "json": lambda: payload,
    }
    assert back[encoding]() == payload


@pytest.mark.parametrize("name", ["nan", "bare nan", "huge float", "endless integer", "leading zero", "comment"])
def test_what_only_lenient_readers_take_is_text(name):
    assert decode(PAYLOADS[name]) == (PAYLOADS[name].decode(), "text")


@pytest.mark.parametrize("name", ["all bytes", "nul", "raw surrogate", "latin-1", "pickle", "gzip", "utf-16"])
def test_what_is_no_text_is_base64(name):
    assert decode(PAYLOADS[name]) == (base64.b64encode(PAYLOADS[name]).decode(), "base64")


@pytest.mark.parametrize("name", ["escaped surrogate", "too deep", "bottomless"])
def test_what_a_strict_reader_refuses_or_dies_of_is_text(name):
    assert decode(PAYLOADS[name])[1] == "text"


def test_no_payload_is_not_an_empty_one():
    assert decode(None) == (None, "none")
    assert decode(b"") == ("", "text")
    assert decode(b"null") == (None, "json")


def test_a_byte_order_mark_is_passed_over():
    assert decode(PAYLOADS["bom"]) == ({"a": 1}, "json")


def test_integers_of_any_size_are_exact():
    assert decode(PAYLOADS["beyond doubles"])[0] == {"id": 2**53 + 1, "big": 2**64}


def test_numbers_can_be_had_as_they_were_written():
    written = PAYLOADS["number as written"]
    assert msgspec.json.encode(json_value(written, exactly=True)) == written.replace(b" ", b"")


@pytest.mark.parametrize("name", PAYLOADS)
def test_reading_exactly_or_not_agrees_on_what_is_json(name):
    def is_json(exactly: bool) -> bool:
        try:
            json_value(PAYLOADS[name], exactly=exactly)
        except NotJson:
            return False
        return True

    assert is_json(True) == is_json(False)


def test_json_of_many_lines_is_embedded_in_one():
    text = json_text(PAYLOADS["lines"])
    assert b"\n" not in text
    assert b"\r" not in text
    assert json.loads(text) == {"a": [1, 2]}


@given(st.integers(0, 30), st.integers(1, 30))
def test_depth_is_counted_in_containers(depth, levels):
    value = 1
    for number in range(depth):
        value = [0, value] if number % 2 else {"a": value}
    assert is_deeper(value, levels) == (depth > levels)


def test_the_deepest_json_is_still_json():
    assert decode(b"[" * DEEPEST + b"]" * DEEPEST)[1] == "json"
    assert decode(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))[1] == "text"


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_summary_is_short(name):
    assert len(summary(PAYLOADS[name])) <= 420


def test_a_summary_shows_text_as_it_is_and_bytes_in_hex():
    assert summary(None) == summary(b"") == ""
    assert summary(b'{"a": 1}') == '{"a": 1}'
    assert summary(b"\xff\x00ab") == "ff 00 61 62 (4 bytes)"
    assert summary(b"\xff" * 100) == "ff " * 15 + "ff… (100 bytes)"


def test_a_summary_that_ends_inside_a_character_is_text():
    text = "a" + "é" * 300
    assert summary(text.encode()) == text[:200] + "…"

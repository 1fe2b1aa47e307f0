"""JSON read in place: every value is found by its bytes, in any text that is JSON, and nothing else is taken for it."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from hostile import PAYLOADS
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.detail import strict, tape
from app.detail.json_text import JsonText, JsonValue, decoded_text
from app.detail.strict import require_json
from app.payload import NotJson, json_value

SCALARS = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=5)
)
LARGE_NUMBERS = ("huge float", "endless integer")
INDENTS = st.sampled_from([None, 0, 2])


def written(value: Any, indent: int | None, ascii_only: bool) -> bytes:
    return json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


def read(value: JsonValue) -> Any:
    """A value put together again from its members' ranges."""
    if not value.is_container:
        return json.loads(value.raw)
    members = list(value.members(0, len(value)))
    return {n: read(v) for n, v in members} if value.is_object else [read(v) for _, v in members]


@settings(deadline=None)
@given(VALUES, INDENTS, st.booleans())
def test_the_bytes_of_each_range_parse_to_the_value(value: Any, indent: int | None, ascii_only: bool) -> None:
    assert read(JsonText(written(value, indent, ascii_only)).root) == value


@settings(deadline=None)
@given(VALUES, INDENTS, st.data())
def test_any_byte_leads_to_the_innermost_value_that_has_it(value: Any, indent: int | None, data: st.DataObject) -> None:
    text = JsonText(written(value, indent, True))
    offset = data.draw(st.integers(0, len(text.data) - 1))
    found = text.root
    for number in text.way_to(offset):
        assert found.start < offset < found.end - 1
        found = found.member(number)[1]
    if found.is_container and found.start < offset < found.end - 1:
        assert not len(found)


@settings(deadline=None)
@given(VALUES, INDENTS)
def test_slices_of_any_size_give_the_same_tape(value: Any, indent: int | None) -> None:
    data = written(value, indent, True)
    whole = tape.Tape(data)
    for size in (1, 2, 7):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tape, "SLICE", size)
            parts = tape.Tape(data)
        assert parts.at.tolist() == whole.at.tolist()
        assert parts.level.tolist() == whole.level.tolist()


@settings(deadline=None)
@given(st.text('\\"[]{},: \n1a', max_size=30))
def test_whatever_a_strict_reader_refuses_is_refused_piece_by_piece(text: str) -> None:
    assume(not re.search(r"[1a \n]{5}", text))  # a number longer than a piece is refused unread
    data = text.encode()
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except msgspec.DecodeError:
        is_json = False
    else:
        is_json = True
    for size in (5, 9, 1_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(strict, "PIECE", size)
            assert accepted(data, is_json=is_json)


def accepted(data: bytes, *, is_json: bool) -> bool:
    """Whether what is said of the text is right. Long strings are looked into when they are shown, and not before."""
    try:
        require_json(JsonText(data))
    except NotJson:
        return not is_json
    return is_json or b'"' in data


def test_names_may_repeat_and_numbers_stay_as_they_were_written() -> None:
    root = JsonText(b'{"a": 1.50, "a": 1e400, "\\u00e9\\n": []}').root
    assert [(name, value.raw) for name, value in root.members(0, 3)] == [
        ("a", b"1.50"), ("a", b"1e400"), ("é\n", b"[]"),
    ]  # fmt: skip


def test_a_million_elements_are_found_by_their_numbers() -> None:
    root = JsonText(json.dumps(list(range(1_000_000))).encode()).root
    assert len(root) == 1_000_000
    assert root.member(765_432)[1].raw == b"765432"
    assert root.text.way_to(root.member(999_999)[1].start) == [999_999]


def test_lone_surrogates_stay_visible() -> None:
    assert decoded_text(b'"a\\ud800"') == "a\\ud800"


@pytest.mark.parametrize("name", LARGE_NUMBERS)
def test_a_number_of_any_size_is_json(name: str) -> None:
    require_json(JsonText(PAYLOADS[name]))


@pytest.mark.parametrize("payload", [PAYLOADS[name] for name in PAYLOADS if name not in LARGE_NUMBERS])
def test_a_hostile_payload_is_json_here_exactly_if_it_is_elsewhere(payload: bytes) -> None:
    try:
        json_value(payload)
    except NotJson:
        with pytest.raises(NotJson):
            require_json(JsonText(payload))
    else:
        text = JsonText(payload)
        require_json(text)
        assert text.root.raw == payload.removeprefix(b"\xef\xbb\xbf").strip()

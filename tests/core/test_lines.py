"""Lines: a payload for reading, of which every character knows its byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hostile import PAYLOADS
from hypothesis import given, settings
from hypothesis import strategies as st

from app.detail.json_text import JsonText
from app.detail.lines import LONGEST, Lines, json_lines, text_lines
from app.payload import NotJson
from tests.core.test_json_text import VALUES


def texts(lines: Lines) -> list[str]:
    return [lines.line(row).text for row in range(len(lines))]


def of(value: Any) -> Lines:
    return json_lines(JsonText(json.dumps(value).encode()))


@settings(deadline=None)
@given(VALUES)
def test_json_is_laid_out_as_everybody_indents_it(value: Any) -> None:
    lines = json_lines(JsonText(json.dumps(value).encode()))
    shown = [line.text.strip() for line in map(lines.line, range(len(lines)))]
    wanted = [line.strip() for line in json.dumps(value, indent=2, ensure_ascii=True).split("\n")]
    if "\\u" not in json.dumps(value) and max(map(len, wanted)) < LONGEST:
        assert shown == wanted


@settings(deadline=None)
@given(VALUES, st.sampled_from([None, 2]))
def test_each_character_of_a_row_knows_its_byte(value: Any, indent: int | None) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "backslashreplace")
    lines = json_lines(JsonText(data))
    before = 0
    for row in range(len(lines)):
        start, end = lines.range(row)
        line = lines.line(row)
        assert start == before
        assert len(line.bytes) == len(line.text) + 1
        assert list(line.bytes) == sorted(line.bytes)
        assert all(start <= byte <= end for byte in line.bytes)
        before = end
    assert before == len(data)


def test_names_and_values_stand_where_they_are_expected() -> None:
    lines = of({"a": [1, {}], "b": "x"})
    assert texts(lines) == ["{", '  "a": [', "    1,", "    {}", "  ],", '  "b": "x"', "}"]
    line = lines.line(1)
    assert line.text[: line.name] == '  "a"'
    assert [line.text[slice(*line.columns(byte, byte + 1))] for byte in (1, 2, 3, 6)] == ['"', "a", '"', "["]


def test_a_long_text_goes_on_in_further_rows_and_is_whole_when_copied() -> None:
    text = "ä" * 1_000
    lines = json_lines(JsonText(json.dumps([text], ensure_ascii=False).encode()))
    assert len(lines) > 10
    assert lines.line(3).continued
    assert lines.text(0, len(lines.data)).replace(" ", "") == f'[\n"{text}"\n]'


def test_escaped_letters_are_shown_as_letters_and_commands_stay_escapes() -> None:
    (line,) = texts(json_lines(JsonText(rb'"na\u00efve \ud83d\ude00 \u202e \u001b \\u00ef \n \ud800"')))
    assert line == '"naïve 😀 \\u202e \\u001b \\\\u00ef \\n \\ud800"'


@given(VALUES, st.integers(0, 60))
@settings(deadline=None)
def test_the_beginning_of_a_text_is_laid_out_like_the_whole(value: Any, size: int) -> None:
    data = json.dumps(value).encode()
    whole, head = json_lines(JsonText(data)), json_lines(JsonText(data[:size], whole=False))
    assert texts(head)[:-2] == texts(whole)[: max(len(head) - 2, 0)]


def test_a_text_keeps_its_lines() -> None:
    assert texts(text_lines(b"one\r\n\ttwo\n\nfour\x1b")) == ["one", "    two", "", "four␛"]
    assert texts(text_lines(b"")) == [""]


def test_a_million_lines_cost_as_much_as_one_to_look_at() -> None:
    lines = of(list(range(1_000_000)))
    assert len(lines) == 1_000_002
    assert lines.line(500_000).text == "  499999,"
    assert lines.row_of(lines.range(777_777)[0]) == 777_777


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_whatever_stands_in_a_payload_is_harmless_in_a_row(payload: bytes) -> None:
    try:
        lines = json_lines(JsonText(payload))
    except NotJson:
        lines = text_lines(payload)
    for row in range(min(len(lines), 100)):
        line = lines.line(row)
        assert line.text.isprintable() or not line.text
        line.text.encode()
        assert len(line.bytes) == len(line.text) + 1

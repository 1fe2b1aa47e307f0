"""Any bytes in any portions become lines, any line a row or a count, any text a time or none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.file.line_reader import LineReader
from connectors.file.lines import Line, LineCutter
from connectors.timestamps import read_time
from eventscope.step import UNKNOWN


@given(st.lists(st.binary(max_size=20)))
def test_lines_do_not_depend_on_the_portions_in_which_they_come(portions: list[bytes]) -> None:
    cutter = LineCutter()
    lines = [line for portion in portions for line in cutter.feed(portion)] + cutter.rest()
    text = b"".join(portions).removeprefix(b"\xef\xbb\xbf")
    expected = text.split(b"\n")
    assert [line.text for line in lines] == (expected if expected[-1] else expected[:-1])
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))


NAMES = ("type", "id", "payload", "data", "metadata", "priority", "timestamp", "seq", "phase", "observed_at", "attempt")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=4),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(NAMES) | st.text(), VALUES, max_size=8).map(lambda d: json.dumps(d).encode())
LOG_LINES = st.binary(max_size=30).map(lambda noise: b"12:00 [EVENT] a.b | ID: 1 | " + noise)


@given(st.lists(st.binary(max_size=60) | OBJECTS | LOG_LINES))
def test_every_line_becomes_a_row_or_is_counted(texts: list[bytes]) -> None:
    reader = LineReader()
    records = reader.read(Line(number, text) for number, text in enumerate(texts, 1))
    assert len(records) + reader.others == sum(bool(text.strip()) for text in texts)


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    assert UNKNOWN <= read_time(text) < 2**63


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("2025-01-01T00:00:00Z", 1_735_689_600 * 10**9),
        ("2025-01-01 00:00:00,5", 1_735_689_600_500_000_000),
        ("2025-01-01T00:00:00.123456789+14:00", 1_735_639_200_123_456_789),
        ("2025-01-01T00:00:00.1234567899-0530", 1_735_709_400_123_456_789),
        ("1735689600", 1_735_689_600 * 10**9),
        ("1735689600.000000001", 1_735_689_600_000_000_001),
        ("1735689600123", 1_735_689_600_123 * 10**6),
        ("1735689600123456", 1_735_689_600_123_456 * 10**3),
        ("1735689600123456789", 1_735_689_600_123_456_789),
        ("1.7356896e9", 1_735_689_600 * 10**9),
        ("-1", -(10**9)),
        ("0", 0),
        ("2025-02-30T00:00:00Z", UNKNOWN),
        ("2025-01-01T24:00:00Z", UNKNOWN),
        ("2025-01-01T00:00:60Z", UNKNOWN),
        ("9999-12-31T23:59:59Z", UNKNOWN),
        ("0000-00-00T00:00:00Z", UNKNOWN),
        ("10000-01-01T00:00:00Z", UNKNOWN),
        ("inf", UNKNOWN),
        ("nan", UNKNOWN),
        ("1e400", UNKNOWN),
        ("1e999999999", UNKNOWN),
        ("9000000000000000000000", UNKNOWN),
        ("yesterday", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_times(text: str, nanoseconds: int) -> None:
    assert read_time(text) == nanoseconds

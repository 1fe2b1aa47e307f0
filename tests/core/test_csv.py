"""No spreadsheet computes, breaks or loses what an event says."""

from __future__ import annotations

import csv
import io

import pytest
from exported import export
from hostile import hostile_records, store_of

from app.exports.event_json import EventJson
from app.store.store import Store
from eventscope.connector import Record


@pytest.fixture(scope="module")
def hostile() -> Store:
    return store_of(hostile_records())


def table(store: Store) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export("csv", store, redact=False).decode(), newline="")))


def test_no_cell_is_a_formula(hostile):
    numbers = {"queue_ms", "handle_ms", "latency_ms"}
    cells = [(name, text) for row in table(hostile) for name, text in row.items() if text]
    assert len(cells) > 500
    for name, text in cells:
        assert text[0] not in "=+@\t\r\n＝＋－＠"
        if name in numbers:
            float(text)
        else:
            assert text[0] != "-"


def test_every_cell_is_quoted_and_every_row_complete(hostile):
    text = export("csv", hostile, redact=False).decode()
    assert text.startswith('"seq","id","type"')
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(EventJson.__struct_fields__)}
    assert len(rows) == hostile.kept + 1


def test_text_comes_out_of_csv_as_it_was_but_for_the_apostrophe():
    (row,) = table(store_of([Record(type='a","b\r\nc', payload=b"=1+1", headers='[["a","=b"]]', key="x")]))
    assert (row["type"], row["payload"], row["key"]) == ('a","b\r\nc', "'=1+1", "x")
    assert row["headers"] == '[["a","=b"]]'


def test_a_cell_that_a_spreadsheet_would_break_is_cut_and_says_so():
    (row,) = table(store_of([Record(payload=b"=" * 40_000)]))
    assert row["payload"] == "'" + "=" * 32_000 + "… (40,000 characters)"


def test_a_json_payload_in_csv_is_its_text():
    (row,) = table(store_of([Record(payload=b'{"a": [1.10]}')]))
    assert (row["payload"], row["payload_encoding"]) == ('{"a": [1.10]}', "json")

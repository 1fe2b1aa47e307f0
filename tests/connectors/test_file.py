"""`file:` reads what programs write, follows it as it grows, and says what it cannot read."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.file.lines import LONGEST_LINE
from connectors.registry import open_source
from eventscope.connector import ConnectorError, Record, Refused, Replay
from tests.connectors.conformance import Collected, eventually, run, stopped


async def read(path: Path | str, **options: Any) -> Collected:
    """Everything that a file holds, read to its end."""
    sink = Collected()
    async with asyncio.timeout(30):
        await open_source(f"file:{path}?follow=0").run(sink)
    return sink


async def rows(path: Path, text: str | bytes) -> list[Record]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return (await read(path)).records


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


async def test_the_json_of_domain_events(path: Path) -> None:
    data = '{"defect_id": 42, "new_status": "Решена"}'
    (row,) = await rows(
        path,
        f'{{"event_id": "a1b2", "event_type": "defect.status_changed", "data": {data}, "user_id": 7, '
        '"timestamp": "2025-12-01T14:30:00.000001"}',
    )
    assert (row.id, row.type, row.payload, row.envelope) == (
        "a1b2",
        "defect.status_changed",
        data.encode(),
        "domain event",
    )
    assert row.occurred_at == 1_764_599_400_000_001_000
    assert json.loads(row.headers or "") == [["user_id", 7]]


async def test_the_json_of_an_event_store(path: Path) -> None:
    line = (
        '{"event_type": "OrderPaid", "aggregate_id": "o-1", "timestamp": "2024-01-01T10:00:00", "version": 3, "sum": 5}'
    )
    (row,) = await rows(path, line + "\n")
    assert (row.type, row.key, row.envelope, row.payload) == ("OrderPaid", "o-1", "event store", line.encode())
    assert row.occurred_at == 1_704_103_200_000_000_000


async def test_stored_event_data_is_the_payload(path: Path) -> None:
    (row,) = await rows(
        path, '{"aggregate_id": "o-1", "event_type": "A", "event_data": "{\\"sum\\": 5}", "version": 3}\n'
    )
    assert row.payload == b'{"sum": 5}'
    assert json.loads(row.headers or "") == [["version", 3]]


async def test_cloud_events(path: Path) -> None:
    (row,) = await rows(
        path,
        '{"specversion":"1.0","id":"1","source":"/shop","type":"order.paid","correlationid":"c","causationid":"p",'
        '"time":"2025-01-01T00:00:00.123456789Z","data_base64":"AP8="}\n',
    )
    assert (row.envelope, row.id, row.producer, row.correlation_id, row.causation_id, row.payload) == (
        *("cloudevents", "1", "/shop", "c", "p"),
        b"\0\xff",
    )
    assert row.occurred_at == 1_735_689_600_123_456_789


@pytest.mark.parametrize(
    ("member", "column", "value"),
    [
        ('"correlationId": "c"', "correlation_id", "c"),
        ('"metadata": {"correlation_id": "c"}', "correlation_id", "c"),
        ('"parent_id": 17', "causation_id", "17"),
        ('"priority": "high"', "priority", 2),
        ('"priority": 3', "priority", 3),
        ('"priority": "urgent"', "priority", -1),
        ('"ts": 1700000000', "occurred_at", 1_700_000_000 * 10**9),
        ('"ts": 1700000000123', "occurred_at", 1_700_000_000_123 * 10**6),
        ('"timestamp": true', "occurred_at", -(2**63)),
        ('"service": "billing"', "producer", "billing"),
        ('"correlation_id": {"a": 1}', "correlation_id", None),
        ('"correlation_id": ""', "correlation_id", None),
    ],
)
async def test_common_names_fill_columns(path: Path, member: str, column: str, value: object) -> None:
    (row,) = await rows(path, f'{{"type": "a.b", {member}}}\n')
    assert row.type == "a.b"
    assert getattr(row, column) == value


async def test_a_log_with_event_lines_amid_others(path: Path) -> None:
    path.write_text(
        "2025-12-01 12:00:00,123 INFO uvicorn: started\n"
        "projects | 2025-12-01 12:00:00,123 INFO events: [EVENT] project.created | ID: f47ac10b... | User: 1 | "
        'Data: {"name": "a | b", "ü": 1}\n'
        "Traceback (most recent call last):\n"
        "[EVENT] defect.created | ID: 2 | Priority: HIGH | Correlation: c9 | Data: {broken ...\n"
        '{"level": "info", "message": "no event"}\n'
    )
    sink = await read(path)
    first, second = sink.records
    assert (first.type, first.id, first.payload) == (
        "project.created",
        "f47ac10b...",
        '{"name": "a | b", "ü": 1}'.encode(),
    )
    assert first.occurred_at == 1_764_590_400_123_000_000
    assert json.loads(first.headers or "") == [["User", "1"]]
    assert (second.type, second.priority, second.correlation_id, second.payload) == (
        "defect.created",
        2,
        "c9",
        b"{broken ...",
    )
    assert "3 other lines" in sink.detail


async def test_a_broken_line_is_a_row_and_its_neighbours_are_unharmed(path: Path) -> None:
    good = '{"type": "a.b", "n": 1}'
    lines = [good, '{"type": "a.b", "n": ', "\x01\x02 what", "", good, "[1, 2]"]
    sink_rows = await rows(path, "\n".join(lines))
    assert [row.type for row in sink_rows] == ["a.b", None, None, "a.b", None]
    assert [row.payload for row in sink_rows] == [line.strip().encode() for line in lines if line]
    assert (sink_rows[1].error or "").startswith("line 2 is not JSON: ")
    assert sink_rows[0].error is None


async def test_bytes_that_are_no_utf8_and_numbers_that_are_no_json_are_rows(path: Path) -> None:
    lines = [b'{"type": "a.b", "x": NaN}', b'{"type": "caf\xe9"}', b'{"type": "a", "x": "\\ud800"}', b'{"a":' * 5_000]
    found = await rows(path, b"\n".join(lines))
    assert [row.payload for row in found] == lines
    assert [row.type for row in found] == ["a.b", "caf\\udce9", "a", None]
    assert "nested too deeply" in (found[3].error or "")


async def test_our_own_events_come_back_whole(path: Path) -> None:
    event = {
        "seq": 9, "id": "e1", "type": "order.paid", "category": "order", "priority": "CRITICAL", "source": "tap",
        "producer": "shop", "channel": "shop/bus", "key": "k", "correlation_id": "c", "causation_id": "p",
        "occurred_at": "2025-12-01T12:00:00.123456789Z", "observed_at": "2025-12-01T12:00:01.000000001Z",
        "phase": "dead-lettered", "subscription": "billing", "attempt": 3, "fanout": 4, "queue_ms": 0.001234,
        "handle_ms": 1.5, "latency_ms": 2, "error": "ValueError: no", "headers": [["a", "b"], ["a", 1], ["ü", None]],
        "payload": {"z": 1, "a": [1.10]}, "payload_encoding": "json", "size": 20, "envelope": "cloudevents",
        "comment": "look here",
    }  # fmt: skip
    (row,) = await rows(path, json.dumps(event).replace("1.1]", "1.10]") + "\n")
    assert row == Record(
        type="order.paid", payload=b'{"z": 1, "a": [1.10]}', id="e1", category="order", priority=3, phase=5,
        correlation_id="c", causation_id="p", occurred_at=1_764_590_400_123_456_789, producer="shop",
        channel="shop/bus", key="k", subscription="billing", attempt=3, queue_ns=1_234, handle_ns=1_500_000,
        total_ns=2_000_000, fanout=4, error="ValueError: no", envelope="cloudevents",
        headers='[["a", "b"], ["a", 1], ["ü", null]]',
        replay=Replay("tap", 1_764_590_401_000_000_001, comment="look here"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "encoding", "expected"),
    [("AP8=", "base64", b"\0\xff"), ("ünï", "text", "ünï".encode()), ({"a": 1}, "json", b'{"a": 1}')],
)
async def test_payload_encodings(path: Path, payload: object, encoding: str, expected: bytes) -> None:
    event = {"seq": 1, "phase": "published", "observed_at": "x", "payload": payload, "payload_encoding": encoding}
    (row,) = await rows(path, json.dumps(event))
    assert row.payload == expected


@pytest.mark.parametrize(
    "change", [{"phase": "vanished"}, {"payload_encoding": "rot13"}, {"attempt": "x"}, {"queue_ms": 1e300}]
)
async def test_an_event_of_ours_that_was_tampered_with_is_a_row_with_the_reason(path: Path, change: Any) -> None:
    event = {"seq": 1, "phase": "published", "observed_at": "x", "payload": 1, "payload_encoding": "json"}
    text = json.dumps(event | change)
    (row,) = await rows(path, text)
    assert row.payload == text.encode()
    assert (row.error or "").startswith("line 1 is no event as Eventscope writes it: ")


@pytest.mark.parametrize("indent", [None, 2])
async def test_an_export_is_read_as_a_document(path: Path, indent: int | None) -> None:
    events = [{"seq": n, "phase": "handled", "observed_at": "x", "type": f"t{n}"} for n in range(2_500)]
    sink_rows = await rows(path, json.dumps({"eventscope": {"version": 1}, "events": events}, indent=indent))
    assert [row.type for row in sink_rows] == [f"t{n}" for n in range(2_500)]


async def test_an_array_and_a_single_event_on_many_lines(path: Path) -> None:
    assert [row.type for row in await rows(path, '[{"type": "a"},\n {"type": "b"}, 3]')] == ["a", "b", None]
    assert [row.type for row in await rows(path, '{\n "type": "pretty"\n}\n')] == ["pretty"]


async def test_a_byte_order_mark_and_windows_line_ends(path: Path) -> None:
    assert [row.type for row in await rows(path, b'\xef\xbb\xbf{"type": "a"}\r\n{"type": "b"}\r\n')] == ["a", "b"]


async def test_a_line_beyond_the_limit_is_cut_and_marked(path: Path) -> None:
    long = b'{"type": "a", "x": "' + b"y" * LONGEST_LINE + b'"}'
    first, second = await rows(path, long + b'\n{"type": "b"}\n')
    assert first.payload == long[:LONGEST_LINE]
    assert "line 1 is longer than" in (first.error or "")
    assert (second.type, second.error) == ("b", None)


async def test_a_file_name_with_odd_characters(tmp_path: Path) -> None:
    odd = tmp_path / "ev ents#1 ünï.jsonl"
    assert [row.type for row in await rows(odd, '{"type": "a"}')] == ["a"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"SQLite format 3\0" + b"\0" * 100, "is an SQLite database"),
        (b"\x1f\x8b\x08\0rest", "is compressed"),
        ("{}".encode("utf-16"), "is UTF-16"),
        (b"\x7fELF\0\0", "is no text file"),
        (b"# Readme\n\nNothing here.\n", "it holds no event: 2 lines"),
    ],
)
async def test_a_file_that_is_not_ours_is_refused_in_a_sentence(path: Path, content: bytes, sentence: str) -> None:
    path.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        await read(path)
    assert sentence in str(refusal.value)


async def test_folders_devices_and_missing_files_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is a folder"):
        await read(tmp_path)
    with pytest.raises(Refused, match="is a device"):
        await read("/dev/zero")
    with pytest.raises(ConnectorError, match=r"there is no file .* check the path") as missing:
        await read(tmp_path / "nope")
    assert not isinstance(missing.value, Refused)


async def test_an_empty_file_holds_nothing(path: Path) -> None:
    assert await rows(path, b"") == []


class Following:
    """A file that is followed during a test."""

    def __init__(self, path: Path) -> None:
        self.sink = Collected()
        self.path = path

    async def __aenter__(self) -> Following:
        self._task = run(open_source(f"file:{self.path}"), self.sink)
        return self

    async def __aexit__(self, *_: object) -> None:
        await stopped(self._task)

    async def shows(self, *types: str) -> None:
        await eventually(lambda: len(self.sink.records) >= len(types))
        assert [record.type for record in self.sink.records] == list(types)


def add(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


async def test_lines_are_seen_as_they_are_added_and_a_partial_one_when_it_is_whole(path: Path) -> None:
    path.write_text('{"type": "a"}\n{"type": ')
    async with Following(path) as following:
        await following.shows("a")
        add(path, '"b"')
        await asyncio.sleep(0.2)
        await following.shows("a")
        add(path, '}\n{"type": "c"}\n')
        await following.shows("a", "b", "c")


async def test_a_rotated_file_is_read_to_its_end_and_its_successor_from_its_start(path: Path) -> None:
    path.write_text('{"type": "a"}\n')
    async with Following(path) as following:
        await following.shows("a")
        rotated = path.with_suffix(".1")
        path.rename(rotated)
        add(rotated, '{"type": "late"}\n')
        await following.shows("a", "late")
        path.write_text('{"type": "b"}\n')
        await following.shows("a", "late", "b")
        assert "replaced" in following.sink.detail


async def test_a_file_that_is_emptied_is_read_from_its_start(path: Path) -> None:
    path.write_text('{"type": "a", "more": "than the next"}\n')
    async with Following(path) as following:
        await following.shows("a")
        os.truncate(path, 0)
        await asyncio.sleep(0.2)
        add(path, '{"type": "b"}\n')
        await following.shows("a", "b")


async def test_a_file_that_is_overwritten_by_a_longer_one_is_read_from_its_start(path: Path) -> None:
    path.write_text('{"type": "a"}\n')
    async with Following(path) as following:
        await following.shows("a")
        path.write_text('{"type": "b"}\n{"type": "c"}\n')
        await following.shows("a", "b", "c")
        assert "written anew" in following.sink.detail


async def test_a_file_that_is_deleted_may_come_back(path: Path) -> None:
    path.write_text('{"type": "a"}\n')
    async with Following(path) as following:
        await following.shows("a")
        path.unlink()
        await eventually(lambda: "is gone" in following.sink.detail)
        path.write_text('{"type": "b"}\n')
        await following.shows("a", "b")


async def test_a_pipe_is_read_as_it_is_written(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    async with Following(pipe) as following:
        await asyncio.sleep(0.1)  # nobody has opened it for writing
        for name in "ab":  # one writer after the other
            await asyncio.to_thread(pipe.write_text, f'{{"type": "{name}"}}\n')
        await following.shows("a", "b")


READ_STDIN = """
import asyncio
from connectors.registry import open_source
from tests.connectors.conformance import Collected
sink = Collected()
asyncio.run(open_source('file:-').run(sink))
print([record.type for record in sink.records])
"""


async def test_standard_input_is_read_to_its_end() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", READ_STDIN, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate(b'{"type": "a"}\n{"type": "b"}')
    assert out.decode().strip() == "['a', 'b']"


async def test_a_document_may_come_by_standard_input(path: Path) -> None:
    path.write_text(json.dumps([{"type": "a"}, {"type": "b"}], indent=1))
    with path.open("rb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", READ_STDIN, stdin=file, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
    assert out.decode().strip() == "['a', 'b']"


async def test_a_slow_reader_is_waited_for(path: Path) -> None:
    path.write_text('{"type": "a"}\n' * 20_000)

    class Full(Collected):
        allowed = asyncio.Event()

        async def room(self) -> None:
            await self.allowed.wait()

    sink = Full()
    task = run(open_source(f"file:{path}?follow=0"), sink)
    await asyncio.sleep(0.1)
    assert sink.rows == 0
    sink.allowed.set()
    await asyncio.wait([task], timeout=20)
    assert sink.rows == 20_000
    assert len(sink.blocks) < 200


async def test_nothing_is_written(path: Path, tmp_path: Path) -> None:
    path.write_text('{"type": "a"}\n')
    shutil.copystat(path, path)
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in tmp_path.iterdir()}
    await read(path)
    assert {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in tmp_path.iterdir()} == before

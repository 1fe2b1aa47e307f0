"""A file is read on from where another run, or another process, has come to."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from app.sources.hosted import Hosted
from connectors.file import lines
from connectors.gap import GAP_TYPE
from connectors.registry import open_source
from eventscope.connector import Connector
from tests.connectors.conformance import Collected, eventually, killed, run, stopped, stopped_or_killed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def source(path: Path, query: str = "") -> Connector:
    return open_source(f"file:{path}{query}")


def line(number: int) -> str:
    return f'{{"type": "t", "id": "{number}"}}\n'


def ids(sink: Collected) -> list[int]:
    return [int(record.id or -1) for record in sink.records]


async def read(connector: Connector, sink: Collected, rows: int) -> None:
    """Run until so many rows have come in all."""
    task = run(connector, sink)
    await eventually(lambda: sink.rows >= rows or task.done())
    await asyncio.sleep(0.06)
    await stopped(task)


async def test_after_a_stop_it_goes_on_behind_the_last_line(path: Path) -> None:
    path.write_text(line(1) + line(2) + '{"type": "half"')
    sink, connector = Collected(), source(path)
    await read(connector, sink, 2)
    with path.open("a") as file:
        file.write(', "id": "3"}\n' + line(4))
    await read(connector, sink, 4)
    assert ids(sink) == [1, 2, 3, 4]


async def test_another_connector_goes_on_from_a_position(path: Path) -> None:
    path.write_text("a log\n" + line(1) + "more\n")
    first, second = source(path), source(path)
    sink = Collected()
    await read(first, sink, 1)
    second.resume(first.position())
    with path.open("a") as file:
        file.write("no event\n" + line(2))
    await read(second, sink, 2)
    assert ids(sink) == [1, 2]
    assert sink.detail == "3 other lines"


async def test_a_stop_within_a_line_that_is_too_long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE", 50)
    path.write_text(line(1) + '{"id": "' + "x" * 100)
    sink, connector = Collected(), source(path)
    await read(connector, sink, 2)
    with path.open("a") as file:
        file.write('"}\n' + line(3))
    await read(connector, sink, 3)
    assert [record.id for record in sink.records] == ["1", None, "3"]


async def test_another_file_in_its_place_is_read_from_its_beginning_and_a_row_says_so(path: Path) -> None:
    path.write_text(line(1))
    sink, connector = Collected(), source(path)
    await read(connector, sink, 1)
    path.write_text(line(7) + line(8))
    await read(connector, sink, 4)
    assert [record.type for record in sink.records] == ["t", GAP_TYPE, "t", "t"]


async def test_a_file_that_was_read_to_its_end_is_read_again(path: Path) -> None:
    path.write_text(line(1))
    sink, connector = Collected(), source(path, "?follow=0")
    await connector.run(sink)
    await connector.run(sink)
    assert ids(sink) == [1, 1]


async def test_a_process_that_is_killed_before_its_first_line_has_missed_nothing(path: Path) -> None:
    path.write_text("")
    sink, connector = Collected(), Hosted(source(path))
    task = run(connector, sink)
    await eventually(lambda: bool(sink.states))
    await killed(task, connector)
    path.write_text(line(1))
    await read(connector, sink, 1)
    assert ids(sink) == [1]


async def test_every_line_comes_exactly_once_while_stops_and_kills_go_on(path: Path) -> None:
    chance = random.Random(7)
    path.write_text("")
    sink, connector, written = Collected(), Hosted(source(path)), 0
    for _ in range(8):
        task = run(connector, sink)
        with path.open("a") as file:
            for _ in range(chance.randrange(2_000, 8_000)):
                written += 1
                file.write(line(written))
        await asyncio.sleep(chance.random() * 0.4)
        await stopped_or_killed(task, connector, chance)
    await read(connector, sink, written)
    assert ids(sink) == list(range(1, written + 1))

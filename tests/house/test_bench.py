"""The benchmarks' own parts: floods say the truth, and a machine without brokers is told what it misses."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from aiokafka.record.default_records import DefaultRecordBatch

from bench.__main__ import main, summary
from bench.figure import Figure
from bench.kafka_flood import Batch
from bench.pace import in_a_tick, keep_pace
from bench.part import RESULTS, Part, keep, told_by
from bench.stamped import age_ms


def results() -> bytes | None:
    """What the last full run wrote, if there was one."""
    return RESULTS.read_bytes() if RESULTS.exists() else None


@pytest.mark.parametrize("name", ["kafka", "kafka_window"])
def test_without_a_broker_its_figures_are_left_out_with_the_reason(name, monkeypatch, capsys):
    before = results()
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    assert main([name]) == 0
    assert f"{name} is left out: Java is missing" in capsys.readouterr().err
    assert results() == before


def test_a_batch_is_whole_each_time_it_is_stamped_and_its_events_are_numbered_on():
    batch = Batch(3)
    for first in (0, 7):
        parsed = DefaultRecordBatch(memoryview(batch.stamp(first)))
        assert parsed.validate_crc()
        values = [record.value for record in parsed]
        events = [json.loads(value) for value in values]
        assert [event["event_id"] for event in events] == [f"e{number:012}" for number in range(first, first + 3)]
        assert [event["correlation_id"] for event in events] == [f"c{n // 5:012}" for n in range(first, first + 3)]
        assert all(0 <= age_ms(value) < 60_000 for value in values)


@pytest.mark.parametrize(("rate", "parts", "at_once"), [(10_000, 3, 17), (10, 3, 1), (float("inf"), 1, 1_000)])
def test_a_tick_sends_its_share_of_the_rate(rate, parts, at_once):
    assert in_a_tick(rate, parts) == at_once


async def test_a_pace_sends_each_event_once_and_in_order():
    sent: list[int] = []

    async def send(first: int) -> None:
        sent.append(first)

    assert await keep_pace(float("inf"), 25, 10, send) == 20
    assert sent == [0, 10]


def part(name: str, *values: float) -> Part:
    figures = [Figure("paint", value, value, value, "ms", "bare", value, "under 2 ms", value < 2) for value in values]
    return Part(name, "2026-01-01T00:00:00Z", 65.0, figures, "" if values else "Java is missing.")


def test_a_benchmark_replaces_its_own_figures_and_no_others(tmp_path: Path):
    file = tmp_path / "results.json"
    for each in (part("window", 1.0), part("bus", 1.5), part("window", 3.0), part("bus")):
        keep(each, file)
    kept = json.loads(file.read_text())["parts"]
    assert {name: [figure["value"] for figure in each["figures"]] for name, each in kept.items()} == {
        "bus": [1.5],
        "window": [3.0],
    }


def test_the_end_says_which_goals_are_missed_and_what_is_missing():
    assert summary([part("window", 1.0, 3.0), part("kafka")]) == [
        "1 of 2 goals met, in 2 min 10 s",
        "missed: paint: 3 ms; under 2 ms",
        "kafka is left out: Java is missing.",
    ]


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("print('noise'); print('{}')", ""),
        ("import os; os.abort()", "it ended with -6; what it wrote above says why"),
        ("import time; time.sleep(60)", "it took longer than 0.5 s"),
    ],
)
def test_a_benchmark_that_crashes_or_hangs_is_told_and_stops_no_other(script, fault):
    most_s = 0.5 if "sleep" in script else 60.0
    assert told_by([sys.executable, "-c", script], most_s) == ({}, fault)

"""The benchmarks' own parts: floods say the truth, and a machine without brokers is told what it misses."""

from __future__ import annotations

import json

import pytest
from aiokafka.record.default_records import DefaultRecordBatch

from bench.__main__ import RESULTS, main
from bench.kafka_flood import Batch
from bench.pace import in_a_tick, keep_pace
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

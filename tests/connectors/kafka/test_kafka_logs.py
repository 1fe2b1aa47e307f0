"""What the client library logs is told once in a while, and not at all where we say it better."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from pathlib import Path

import pytest

from connectors.kafka.logs import KNOWN, SOURCES, calm_logs


def test_the_lines_that_are_left_out_are_those_of_the_library() -> None:
    spec = find_spec("aiokafka")
    assert spec is not None
    assert spec.origin is not None
    texts = [path.read_text("utf-8") for path in Path(spec.origin).parent.glob("*.py")]
    for known in KNOWN:
        assert any(known in text for text in texts), known


def test_other_lines_are_told_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    calm_logs()
    log = logging.getLogger(SOURCES[1])
    for _ in range(5):
        log.error("Something else: %s", "new")
        log.error(KNOWN[1], "h", 1, "refused")
    assert [record.getMessage() for record in caplog.records].count("Something else: new") == 1
    assert not any("Unable connect" in record.getMessage() for record in caplog.records)

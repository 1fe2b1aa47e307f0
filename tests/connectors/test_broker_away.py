"""What a client library logs does not stand beside the one sentence that says what is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("url", ["kafka://127.0.0.1:1/orders", "amqp://127.0.0.1:1/?exchange=events"])
@pytest.mark.parametrize("command", [["demo", "orders", "--seconds", "5", "--to"], ["tail", "--seconds", "5"]])
def test_a_broker_that_is_not_there_is_one_sentence(command: list[str], url: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *command, url], capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert line.startswith("eventscope: error: ")

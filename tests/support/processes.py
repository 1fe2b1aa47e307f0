"""What tests of real processes need: wait for the end, read the output, wait for something to happen."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from typing import Any


def finish(process: subprocess.Popen[str], timeout: float = 30) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a process that is expected to end by itself."""
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err


def events_of(out: str) -> list[dict[str, Any]]:
    """The events of JSON Lines output."""
    return [json.loads(line) for line in out.splitlines()]


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Wait for something that happens soon; fails loudly when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)

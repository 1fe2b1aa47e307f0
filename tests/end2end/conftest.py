"""Real processes: the program as a user starts it, ended by pid when a test is over."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

Start = Callable[..., subprocess.Popen[str]]


def environment(folder: Path) -> dict[str, str]:
    """An own home for settings, so that no test sees another's or the developer's."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error::ResourceWarning",
        "QT_QPA_PLATFORM": "offscreen",
        "EVENTSCOPE_CONFIG": str(folder / "eventscope.toml"),
        "XDG_RUNTIME_DIR": str(folder),
    }


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a process with `python ARGUMENTS…`; it is ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str | Path, **more: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment(tmp_path), **more,
        )  # fmt: skip
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


@pytest.fixture
def eventscope(start: Start) -> Start:
    """Start `eventscope ARGUMENTS…` as a checkout does."""
    return lambda *arguments, **more: start("main.py", *arguments, **more)

"""What the house tests share: the checkout, its tracked files, and interpreters that have imported nothing yet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("eventscope", "app", "connectors", "widgets", "resources", "bench", "tests", "examples", "docs")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sources() -> list[Path]:
    """Every Python file of the checkout that is ours."""
    files = [*ROOT.glob("*.py"), *(f for folder in OURS for f in (ROOT / folder).rglob("*.py"))]
    return sorted(f for f in files if "__pycache__" not in f.parts)


@pytest.fixture(scope="session")
def documents() -> list[Path]:
    """Every text file of the checkout that a reader or a tool sees, tracked or about to be."""
    folders = [ROOT / folder for folder in (*OURS, ".ci", "requirements")]
    files = [*ROOT.iterdir(), *(f for folder in folders for f in folder.rglob("*"))]
    text = {"", ".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".lark", ".svg", ".cfg", ".ini", ".sh"}
    return sorted(f for f in files if f.is_file() and f.suffix in text and "__pycache__" not in f.parts)


def interpreter(
    arguments: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path = ROOT, isolated: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own; `isolated` leaves it the standard library alone."""
    flags = ["-I", "-S"] if isolated else []
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST", "COV"))}
    return subprocess.run(
        [sys.executable, *flags, *arguments],
        env=surroundings | {"QT_QPA_PLATFORM": "offscreen"} | dict(env or {}),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.fixture(scope="session")
def python() -> Run:
    return interpreter

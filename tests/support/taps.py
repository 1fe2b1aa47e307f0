"""What tests of the tap share: programs and monitors as processes, ended by pid when the test is over."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WATCHER = ROOT / "tests" / "connectors" / "watcher.py"


def start_python(*arguments: str | Path, **more: Any) -> subprocess.Popen[str]:
    """A Python process with the checkout on its path."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::ResourceWarning"}
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings, **more,
    )  # fmt: skip


def program(code: str) -> str:
    """A tapped program: `code` is the body of a coroutine that has `bus`, `tap` and `Event`; argv[1] is the address."""
    body = "\n".join(f"            {line}" for line in code.strip().splitlines())
    return (
        "import asyncio, os, signal, sys, time\n"
        "from eventscope import Event, EventBus\n"
        "async def main():\n"
        "    async with EventBus(name='orders') as bus:\n"
        "        tap = bus.tap(sys.argv[1])\n"
        "        if True:\n"
        f"{body}\n"
        "asyncio.run(main())\n"
    )


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter and write to, as test folders are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o1777)
        yield folder


class Watcher:
    """A monitor in another process, and what it says."""

    def __init__(self, address: Path) -> None:
        self.process = start_python(WATCHER, address)
        self.last: dict[str, Any] = {"rows": 0, "lost": 0, "detail": ""}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.last = json.loads(line)

    @property
    def listens(self) -> bool:
        return bool(self.last["detail"])

    def end(self) -> None:
        end(self.process)


def end(process: subprocess.Popen[str]) -> None:
    """Kill a process, if it lives, and collect what is left of it."""
    if process.poll() is None:
        process.kill()
    process.wait(timeout=10)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def soon(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that happens soon."""
    from processes import wait_until

    wait_until(condition, seconds)

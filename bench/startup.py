"""Start-up: from the interpreter's start to the first painted window, beside a bare PySide6 table view."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
PAIRS = 5

BARE = """
import sys
from PySide6.QtWidgets import QApplication, QTableView
app = QApplication([])
view = QTableView()
view.resize(1440, 900)
view.show()
app.processEvents()
view.grab()
"""

OURS = """
import argparse, os, sys
from app.launch import application, first_window
app = application()
window = first_window(app, argparse.Namespace(theme="light", sources=[], profile=[]))
window.grab()
late = [name for name in ("asyncio", "numpy", "pyqtgraph", "aiokafka", "aio_pika") if name in sys.modules]
assert not late, late
os._exit(0)
"""


def run() -> list[Figure]:
    """Alternated pairs: bare window, our window."""
    start(BARE), start(OURS)
    pairs = [(start(BARE), start(OURS)) for _ in range(PAIRS)]
    ours = sorted(pair[1] * 1e3 for pair in pairs)
    bare = statistics.median(pair[0] * 1e3 for pair in pairs)
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    middle = statistics.median(ours)
    goal = "first window within 2 x a bare PySide6 window"
    return [Figure("start-up", middle, ours[0], ours[-1], "ms", f"bare {bare:.0f} ms", ratio, goal, ratio <= 2)]


def start(script: str) -> float:
    """Seconds a fresh interpreter takes for `script`."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
        environment["EVENTSCOPE_CONFIG"] = f"{folder}/none.toml"
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a program that is started twice is compiled already
        environment["PYTHONPYCACHEPREFIX"] = str(ROOT / ".cache" / "compiled")
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True, capture_output=True)
        return time.perf_counter() - begun

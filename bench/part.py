"""A part of the results: the figures of one benchmark, measured in a process of its own.

So no benchmark runs in the memory that another has filled, and one that crashes or hangs takes no figures with it.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.figure import Figure

FOLDER: Final = Path(__file__).parent
RESULTS: Final = FOLDER / "results.json"

MOST_S: Final = 600.0
"""A benchmark that takes longer hangs."""
FAREWELL_S: Final = 10.0
"""How long one that is stopped may take to stop what it has started."""


@dataclass(frozen=True)
class Part:
    """What a benchmark gave. Without figures `missing` says why; `broken` that this is a fault of its own."""

    name: str
    taken_at: str
    seconds: float
    figures: list[Figure] = field(default_factory=list)
    missing: str = ""
    broken: bool = False

    @property
    def fate(self) -> str:
        """What became of it if it has no figures."""
        return "broken" if self.broken else "left out"


def measured(name: str, most_s: float = MOST_S) -> Part:
    """Run one benchmark."""
    taken_at, begun = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), time.perf_counter()
    told, fault = told_by([sys.executable, "-m", "bench.alone", name], most_s)
    seconds = round(time.perf_counter() - begun, 1)
    if fault:
        return Part(name, taken_at, seconds, missing=fault, broken=True)
    figures = [Figure(**figure) for figure in told.get("figures", ())]
    return Part(name, taken_at, seconds, figures, told.get("left_out", ""))


def told_by(command: list[str], most_s: float) -> tuple[dict[str, Any], str]:
    """What a process says in its last line, and what was wrong with it if it said nothing."""
    with subprocess.Popen(
        command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        try:
            said, _ = child.communicate(timeout=most_s)
        except subprocess.TimeoutExpired:
            stop(child)
            return {}, f"it took longer than {most_s:g} s"
        except BaseException:
            stop(child)
            raise
    if child.returncode:
        return {}, f"it ended with {child.returncode}; what it wrote above says why"
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    return told, ""


def stop(child: subprocess.Popen[str]) -> None:
    """Stop a benchmark, with all that it has started."""
    os.killpg(child.pid, signal.SIGINT)
    try:
        child.communicate(timeout=FAREWELL_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)


def keep(part: Part, file: Path = RESULTS) -> None:
    """Put figures in the place of older ones of the same benchmark; all others stay."""
    if not part.figures:
        return
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    parts = {name: other for name, other in known.get("parts", {}).items() if name != part.name}
    figures = [asdict(figure) for figure in part.figures]
    parts[part.name] = {"taken_at": part.taken_at, "seconds": part.seconds, "figures": figures}
    machine = {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}
    results = {"machine": machine, "parts": dict(sorted(parts.items()))}
    file.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

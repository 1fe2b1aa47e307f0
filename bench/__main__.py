"""`python -m bench`: runs every benchmark, prints a table, and leaves bench/results.json.

A benchmark is a module of this folder with `run()`, which gives figures. Names on the command line choose
some of them; then the results are left as they are. The exit code is 1 only when a benchmark breaks: a goal that is
not met informs, it fails nothing, and figures whose brokers are missing are left out with the reason.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import time
import traceback
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from bench.figure import Figure, LeftOut

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
BROKEN = "broken, so its figures are missing"
HEADINGS = ("figure", "median [low … high]", "beside", "ratio", "goal", "met")


def names(chosen: Iterable[str]) -> list[str]:
    """The benchmarks to run; raises SystemExit for one that does not exist."""
    known = sorted(f.stem for f in FOLDER.glob("[!_]*.py") if "\ndef run(" in f.read_text(encoding="utf-8"))
    unknown = set(chosen) - set(known)
    if unknown:
        raise SystemExit(f"bench: no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [name for name in known if not chosen or name in chosen]


def measure(name: str) -> list[Figure] | str:
    """The figures of one benchmark, or why there are none, which does not stop the rest."""
    module = importlib.import_module(f"bench.{name}")
    print(f"running {name} …", file=sys.stderr, flush=True)
    try:
        return list(module.run())
    except LeftOut as reason:
        return f"left out: {reason}"
    except Exception:
        traceback.print_exc()
        return BROKEN


def number(value: float) -> str:
    """Three digits that matter, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def cells(figure: Figure) -> tuple[str, ...]:
    """A figure as the texts of one line."""
    spread = f"{number(figure.value)} [{number(figure.low)} … {number(figure.high)}] {figure.unit}"
    return figure.name, spread, figure.limit, number(figure.ratio), figure.goal, "yes" if figure.met else "NO"


def table(measured: Iterable[Figure]) -> str:
    """All figures in aligned columns."""
    lines = [HEADINGS, *map(cells, measured)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def results(measured: Iterable[Figure]) -> dict[str, object]:
    """The figures with what is needed to compare them with another run."""
    machine = {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}
    taken = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"taken_at": taken, "machine": machine, "figures": [asdict(figure) for figure in measured]}


def main(chosen: list[str]) -> int:
    """Measure, print, and write the results of a full run."""
    measured = {name: measure(name) for name in names(chosen)}
    figures = [figure for of_one in measured.values() if not isinstance(of_one, str) for figure in of_one]
    missing = {name: reason for name, reason in measured.items() if isinstance(reason, str)}
    print(table(figures))
    for name, reason in missing.items():
        print(f"bench: {name} is {reason}", file=sys.stderr)
    if not chosen and not missing:
        RESULTS.write_text(json.dumps(results(figures), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(BROKEN in missing.values())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

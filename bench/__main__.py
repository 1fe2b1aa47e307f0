"""`python -m bench`: runs every benchmark, prints a table, and leaves bench/results.json.

A benchmark is a module of this folder with `run()`, which gives figures. Names on the command line choose
some of them. The exit code is 1 only when a benchmark breaks: a goal that is not met informs, it fails nothing.
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

from bench.figure import Figure

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
HEADINGS = ("figure", "median [low … high]", "beside", "ratio", "goal", "met")


def names(chosen: Iterable[str]) -> list[str]:
    """The benchmarks to run; raises SystemExit for one that does not exist."""
    known = sorted(f.stem for f in FOLDER.glob("[!_]*.py") if "\ndef run(" in f.read_text(encoding="utf-8"))
    unknown = set(chosen) - set(known)
    if unknown:
        raise SystemExit(f"bench: no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [name for name in known if not chosen or name in chosen]


def measure(name: str) -> list[Figure] | None:
    """The figures of one benchmark; None when it breaks, which is shown and does not stop the rest."""
    module = importlib.import_module(f"bench.{name}")
    print(f"running {name} …", file=sys.stderr, flush=True)
    try:
        return list(module.run())
    except Exception:
        traceback.print_exc()
        return None


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
    """Measure, print, and write the results."""
    measured = {name: measure(name) for name in names(chosen)}
    figures = [figure for of_one in measured.values() for figure in of_one or ()]
    print(table(figures))
    RESULTS.write_text(json.dumps(results(figures), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    broken = [name for name, of_one in measured.items() if of_one is None]
    if broken:
        print(f"bench: broken, so figures are missing: {', '.join(broken)}", file=sys.stderr)
    return int(bool(broken))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

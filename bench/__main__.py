"""`python -m bench`: runs every benchmark, prints a table, and leaves bench/results.json.

A benchmark is a module of this folder with `run()`, which gives figures. Names on the command line choose some of them.
Each puts its figures into the results as soon as it has ended. The exit code is 1 only when a benchmark breaks: a goal
that is not met informs, it fails nothing, and figures whose brokers are missing are left out with the reason.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from bench.figure import Figure
from bench.part import FOLDER, Part, keep, measured

HEADINGS = ("figure", "median [low … high]", "beside", "ratio", "goal", "met")


def names(chosen: Iterable[str]) -> list[str]:
    """The benchmarks to run; raises SystemExit for one that does not exist."""
    known = sorted(f.stem for f in FOLDER.glob("[!_]*.py") if "\ndef run(" in f.read_text(encoding="utf-8"))
    unknown = set(chosen) - set(known)
    if unknown:
        raise SystemExit(f"bench: no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [name for name in known if not chosen or name in chosen]


def number(value: float) -> str:
    """Three digits that matter, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def cells(figure: Figure) -> tuple[str, ...]:
    """A figure as the texts of one line."""
    spread = f"{number(figure.value)} [{number(figure.low)} … {number(figure.high)}] {figure.unit}"
    return figure.name, spread, figure.limit, number(figure.ratio), figure.goal, "yes" if figure.met else "NO"


def table(figures: Iterable[Figure]) -> str:
    """All figures in aligned columns."""
    lines = [HEADINGS, *map(cells, figures)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def summary(parts: Sequence[Part]) -> list[str]:
    """What a reader wants to know at the end: how many goals are met, which are not, and what is missing."""
    figures = [figure for part in parts for figure in part.figures]
    missed = [figure for figure in figures if not figure.met]
    minutes, seconds = divmod(round(sum(part.seconds for part in parts)), 60)
    return [
        f"{len(figures) - len(missed)} of {len(figures)} goals met, in {minutes} min {seconds} s",
        *(f"missed: {figure.name}: {number(figure.value)} {figure.unit}; {figure.goal}" for figure in missed),
        *(f"{part.name} is {part.fate}: {part.missing}" for part in parts if part.missing),
    ]


def main(chosen: Sequence[str]) -> int:
    """Measure, keep the results, and print them; also those so far when it is interrupted."""
    parts: list[Part] = []
    try:
        for name in names(chosen):
            print(f"running {name} …", file=sys.stderr, flush=True)
            parts.append(measured(name))
            keep(parts[-1])
    finally:
        print(table(figure for part in parts for figure in part.figures))
        for line in summary(parts):
            print(f"bench: {line}", file=sys.stderr)
    return int(any(part.broken for part in parts))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

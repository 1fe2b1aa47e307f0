"""`python -m examples.life.load`: the asynchronous life beside the synchronous one, under the same load.

The two run one after the other, each in a process of its own, so that neither shares memory or a processor
with the other. The limits in the table are those of the document.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from examples.life.run import Figures, asynchronous, synchronous
from examples.life.stimulus import KINDS

__all__ = ["main", "measured", "percentile", "rows", "table"]

Row = tuple[str, str, str, str]

HEAD: Final[Row] = ("measure", "limit", "asynchronous", "synchronous")
BUDGETS: Final = (10.0, 50.0, 200.0)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure both and print the table; with `--only` measure one in this process and print it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m examples.life.load", description=__doc__)
    parser.add_argument("--rate", type=float, default=1_000.0, help="stimuli a second (default 1000)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each version runs (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="which stimuli (default 1)")
    parser.add_argument("--only", choices=("async", "sync"), help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    load = (arguments.rate, arguments.seconds, arguments.seed)
    if arguments.only:
        run = asyncio.run(asynchronous(*load)) if arguments.only == "async" else synchronous(*load)
        print(json.dumps(asdict(run)))
        return 0
    print(f"{arguments.rate:g} stimuli a second for {arguments.seconds:g} s, each version", file=sys.stderr)
    print(table(rows(measured("async", *load), measured("sync", *load))))
    return 0


def measured(version: str, rate: float, seconds: float, seed: int) -> Figures:
    """The figures of one version, run in a process of its own. Raises CalledProcessError when that fails."""
    options = ("--only", version, "--rate", str(rate), "--seconds", str(seconds), "--seed", str(seed))
    command = [sys.executable, "-m", "examples.life.load", *options]
    home = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=home)  # noqa: S603
    return Figures(**json.loads(done.stdout))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed; 0.0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def rows(fast: Figures, plain: Figures) -> list[Row]:
    """The table, with the asynchronous version first."""

    def each(name: str, limit: str, measure: Callable[[Figures], str]) -> Row:
        return name, limit, measure(fast), measure(plain)

    return [
        each("stimuli answered a second", ">= 500", lambda run: f"{run.answered / run.seconds:,.0f}"),
        each("p50 / p95 / p99, ms", "p95 < 50", lambda run: _three(_all(run))),
        *(each(*_budget_row(budget)) for budget in BUDGETS),
        each("failed, beside the impossible ones", "<= 0.1 %", _unexpected),
        ("thread killed: seconds to the next answer", "", _recovery(fast), "the program ends"),
        each("furthest that a tick was late, ms", "", lambda run: f"{run.latest_tick_ms:.1f}"),
        each("processor time, % of a core", "+ 10", lambda run: f"{100 * run.cpu_s / run.seconds:.1f}"),
        each("memory used by the run, MB", "+ 20", lambda run: f"{run.memory_mb:.1f}"),
        each("threads more than one", "1", lambda run: f"{run.threads}"),
    ]


def _budget_row(budget: float) -> tuple[str, str, Callable[[Figures], str]]:
    kinds = [kind for kind, about in KINDS.items() if about.budget_ms == budget]
    return f"within {budget:g} ms: {', '.join(kinds)}", "", lambda run: f"{_within(run, kinds, budget):.1f} %"


def _all(figures: Figures) -> list[float]:
    return [each for latencies in figures.latencies.values() for each in latencies]


def _three(values: Sequence[float]) -> str:
    return " / ".join(f"{percentile(values, share):.1f}" for share in (0.5, 0.95, 0.99))


def _within(figures: Figures, kinds: Sequence[str], budget: float) -> float:
    values = [each for kind in kinds for each in figures.latencies.get(kind, ())]
    return 100 * sum(each <= budget for each in values) / len(values) if values else 100.0


def _unexpected(figures: Figures) -> str:
    return f"{100 * max(0, figures.failed - figures.expected_failures) / max(1, figures.given):.3f} %"


def _recovery(figures: Figures) -> str:
    return f"{(figures.recovery_ms or 0.0) / 1e3:.3f} (revived {figures.revived})"


def table(lines: Sequence[Row]) -> str:
    """The rows as text, in columns."""
    widths = [max(len(row[column]) for row in (HEAD, *lines)) for column in range(len(HEAD))]
    made = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (HEAD, *lines)]
    return "\n".join(line.rstrip() for line in (made[0], "-" * len(made[0]), *made[1:]))


if __name__ == "__main__":
    raise SystemExit(main())

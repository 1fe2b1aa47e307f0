"""An example that writes down each step of its bus: what a monitor beside it has to show.

`python telling_example.py NAME FILE OPTION…` runs `examples.NAME` with these options.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from eventscope import EventBus  # noqa: E402
from eventscope.step import UNKNOWN, Phase  # noqa: E402
from examples import alone  # noqa: E402


def told(step: Any) -> list[Any]:
    """A step as a row of the monitor, without the payload; what nobody measured is None.

    The monitor keeps durations as floats of 32 bits, exact to a ten-millionth of them.
    """
    event = step.event
    about = (int(step.phase), event.id, event.type, str(event.category), int(event.priority), event.source)
    measured = (step.queue_ns, step.handle_ns, step.total_ns)
    durations = (None if each == UNKNOWN else float(np.float32(each)) for each in measured)
    counts = (step.attempt or None, *durations, None if step.fanout < 0 else step.fanout)
    at = event.timestamp if step.phase is Phase.PUBLISHED else step.at
    return [*about, event.correlation_id, event.causation_id, step.subscription, *counts, step.error, at]


def main(name: str, file: str, *options: str) -> int:
    """Run the example; returns its exit code."""
    steps: list[list[Any]] = []

    def make_bus() -> EventBus:
        bus = EventBus(name=name, concurrency=alone.CONCURRENCY)
        bus.observe(lambda step: steps.append(told(step)))
        return bus

    example = getattr(import_module(f"examples.{name}.scenario"), name.upper())
    code = alone.main(example, make_bus, options)
    Path(file).write_text(json.dumps(steps))
    return code


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

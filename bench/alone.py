"""One benchmark in a process of its own: says its figures, or why it was left out, as JSON in its last line.

Usage: python -m bench.alone NAME
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import asdict

from bench.figure import LeftOut

if __name__ == "__main__":
    module = importlib.import_module(f"bench.{sys.argv[1]}")
    try:
        told: dict[str, object] = {"figures": [asdict(figure) for figure in module.run()]}
    except LeftOut as reason:
        told = {"left_out": str(reason)}
    print(json.dumps(told), flush=True)

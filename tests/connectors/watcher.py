"""A monitor as a process of its own, for tests that stop or kill it.

Usage: watcher.py ADDRESS; prints a JSON line for each change: rows so far, rows lost, the state's detail.
"""

from __future__ import annotations

import asyncio
import json
import sys

from connectors.registry import open_source
from tests.connectors.conformance import Collected


class Printing(Collected):
    """Keeps counts only, and prints them."""

    count = 0

    def push(self, batch) -> None:  # type: ignore[no-untyped-def]
        self.count += batch.rows
        self.show()

    def lost(self, count: int, reason: str) -> None:
        super().lost(count, reason)
        self.show()

    def state(self, state, detail: str = "") -> None:  # type: ignore[no-untyped-def]
        super().state(state, detail)
        self.show()

    def show(self) -> None:
        print(json.dumps({"rows": self.count, "lost": self.lost_rows, "detail": self.detail}), flush=True)


if __name__ == "__main__":
    asyncio.run(open_source(f"tap:{sys.argv[1]}").run(Printing()))

"""Words that sources share when they say what they are doing."""

from __future__ import annotations

__all__ = ["many"]


def many(count: int, noun: str) -> str:
    """`1 program`, `2 programs`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"

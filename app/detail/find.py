"""Find: every place where a text stands in a payload, in any case of its letters."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

from app.detail.tape import Progress, no_progress

__all__ = ["MOST_HITS", "Hit", "find_all", "needles_of"]

Hit = tuple[int, int]
"""First byte, and the one after the last."""

MOST_HITS: Final = 10_000
SLICE: Final = 256 * 1024


def find_all(data: bytes, text: str, progress: Progress = no_progress, *, hex_too: bool = False) -> list[Hit]:
    """Where `text` stands, as it is or as JSON escapes it, in order and not overlapping; at most MOST_HITS.

    With `hex_too`, a text such as `0xdeadbeef` also means the bytes.
    """
    needles = needles_of(text, hex_too=hex_too)
    longest = max(map(len, needles), default=0)
    hits: list[Hit] = []
    for start in range(0, len(data) if longest else 0, SLICE):
        progress(start / len(data))
        part = data[start : start + SLICE + longest - 1].lower()
        found = sorted((start + at, start + at + len(needle)) for needle in needles for at in places(part, needle))
        add(hits, (hit for hit in found if hit[0] < start + SLICE))
        if len(hits) >= MOST_HITS:
            return hits[:MOST_HITS]
    return hits


def add(hits: list[Hit], found: Iterable[Hit]) -> None:
    """Add those that begin after the last one."""
    for hit in found:
        if not hits or hit[0] >= hits[-1][1]:
            hits.append(hit)


def places(part: bytes, needle: bytes) -> Iterable[int]:
    """Where a needle stands in lower-case bytes."""
    at = part.find(needle)
    while at >= 0:
        yield at
        at = part.find(needle, at + len(needle))


def needles_of(text: str, *, hex_too: bool = False) -> set[bytes]:
    """The bytes by which a text may be written."""
    if hex_too and text.lower().startswith("0x"):
        try:
            return {raw.lower() for raw in [bytes.fromhex(text[2:])] if raw}
        except ValueError:
            pass
    written = {text.encode("utf-8", "backslashreplace"), json.dumps(text)[1:-1].encode()}
    written.add(json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "backslashreplace"))
    return {each.lower() for each in written if each}


def next_hit(hits: list[Hit], byte: int, step: int) -> int | None:
    """The number of the next hit after a byte, or before it, going round at the end."""
    if not hits:
        return None
    at = bisect_left(hits, (byte, -1))
    return at % len(hits) if step > 0 else (at - 1) % len(hits)

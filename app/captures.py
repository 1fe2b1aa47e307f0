"""Captures as a user meets them: where they go, what they are called, and what is seen of one before it is opened."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from app.private_file import file_name
from connectors.capture.layout import SUFFIX

__all__ = ["LINES", "FileFacts", "facts_of", "file_url", "first_folder", "is_lines", "path_of", "proposed_name"]

LINES: Final = frozenset((".jsonl", ".ndjson", ".json"))
"""Suffixes of files that get JSON Lines; all others become captures."""

UNITS: Final = ("bytes", "KB", "MB", "GB")


class FileFacts(NamedTuple):
    """What is seen of a file from outside: its size in bytes, and when it was changed last (s since the epoch)."""

    size: int
    changed: float

    @property
    def text(self) -> str:
        """Size and date in words."""
        return f"{size_text(self.size)} · {day_and_time(self.changed)}"


def is_lines(path: Path) -> bool:
    """Whether a file of this name gets JSON Lines instead of a capture."""
    return path.suffix.lower() in LINES


def proposed_name(sources: Sequence[str], now: float | None = None) -> str:
    """What to call a capture of these sources, begun now (s since the epoch)."""
    at = datetime.fromtimestamp(time.time() if now is None else now, UTC).astimezone()
    return file_name(f"{sources[0] if sources else 'events'} {at:%Y-%m-%d %H-%M-%S}", SUFFIX[1:])


def first_folder(remembered: str) -> Path:
    """Where to propose a capture: where the last one went, else where the program was started, else at home."""
    here = Path.cwd()
    folders = [Path(remembered)] if remembered else []
    folders += [here] if here != Path(here.anchor) else []
    return next((folder for folder in folders if folder.is_dir()), Path.home())


def file_url(path: Path) -> str:
    """The source that a file is."""
    return f"file:{quote(str(path))}"


def path_of(url: str) -> Path | None:
    """The file that a source reads; None for what is no file, or standard input."""
    scheme, _, place = url.partition(":")
    place = unquote(place.partition("?")[0])
    return Path(place) if scheme == "file" and place not in ("", "-") else None


def facts_of(path: Path) -> FileFacts | None:
    """What is seen of a file; None when it is not there. May wait for a disk."""
    try:
        status = path.stat()
    except OSError:
        return None
    return FileFacts(status.st_size, status.st_mtime)


def size_text(size: float) -> str:
    """Bytes in words: `812 bytes`, `12 MB`, `1.5 GB`."""
    unit = 0
    while size >= 1_000 and unit < len(UNITS) - 1:
        size, unit = size / 1_000, unit + 1
    return f"{size:,.1f} {UNITS[unit]}" if unit and size < 10 else f"{size:,.0f} {UNITS[unit]}"


def day_and_time(at: float) -> str:
    """Local date and time of day, without the date if it is today's."""
    then, today = (datetime.fromtimestamp(s, UTC).astimezone() for s in (at, time.time()))
    return f"today {then:%H:%M}" if then.date() == today.date() else f"{then:%Y-%m-%d %H:%M}"

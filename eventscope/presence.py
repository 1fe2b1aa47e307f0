"""Presence: a note that a program taps, by which a monitor knows whom it could watch before it listens.

A file per process in a folder beside the default address, private to the user; what is in it is shown, never trusted.
A process that was killed leaves its note behind: the next one to write a note clears it away.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from pathlib import Path
from typing import Final, NamedTuple

from eventscope.address import default_address, demand_private
from eventscope.sender import program_name

__all__ = ["Presence", "Program", "programs"]

log = logging.getLogger(__name__)

LONGEST_NOTE: Final = 4_096


class Program(NamedTuple):
    """A running program that taps, and the names of its buses."""

    pid: int
    name: str
    buses: tuple[str, ...]


class Presence:
    """The note of this process; `enter` and `leave` may be called from any thread and raise nothing."""

    def __init__(self) -> None:
        self.forget()

    def enter(self, bus: str) -> None:
        """Say that one more bus is tapped."""
        with self._lock:
            self._buses.append(bus)
            self._write()

    def leave(self, bus: str) -> None:
        """Say that a bus is tapped no more."""
        with self._lock:
            if bus in self._buses:
                self._buses.remove(bus)
                self._write()

    def forget(self) -> None:
        """Begin anew, as after a fork: the note of the parent stays the parent's."""
        self._lock = threading.Lock()
        self._buses: list[str] = []

    def _write(self) -> None:
        try:
            note = _folder() / str(os.getpid())
            if not self._buses:
                note.unlink(missing_ok=True)
                return
            _make_folder(note.parent)
            _clear_away(note.parent)
            text = json.dumps({"name": program_name(), "buses": self._buses})
            passing = note.with_suffix(".new")
            with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
                file.write(text)
            passing.replace(note)
        except (OSError, ValueError) as error:
            log.debug("no note that this program taps: %s", error)


def programs() -> list[Program]:
    """The programs of this user that tap now, by their process numbers; none where notes cannot be read."""
    try:
        demand_private(_folder())
        notes = sorted(_folder().iterdir(), key=lambda note: note.name)
    except (OSError, ValueError):
        return []
    return [program for note in notes if _runs(note) and (program := _read(note))]


def _folder() -> Path:
    return default_address().parent / "programs"


def _make_folder(folder: Path) -> None:
    for each in (folder.parent, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    demand_private(folder)


def _clear_away(folder: Path) -> None:
    for note in folder.iterdir():
        if note.name.isdecimal() and not _runs(note):
            note.unlink(missing_ok=True)


def _runs(note: Path) -> bool:
    """Whether the process of a note is there, whoever it belongs to by now."""
    if not note.name.isdecimal():
        return False
    try:
        os.kill(int(note.name), 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _read(note: Path) -> Program | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        with os.fdopen(os.open(note, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), encoding="utf-8") as file:
            said = json.loads(file.read(LONGEST_NOTE))
        return Program(int(note.name), str(said["name"]), tuple(map(str, said["buses"])))
    return None

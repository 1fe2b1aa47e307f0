"""A file that is there complete or not at all, for its owner alone."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

MODE: Final = 0o600
LONGEST_NAME: Final = 80
RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
"""Names that are devices on Windows, with any extension."""


class NotWritten(OSError):
    """A file could not be written where it was asked; one sentence that says what to do."""


@contextlib.contextmanager
def private_file(path: Path, *, replace: bool = False) -> Iterator[IO[bytes]]:
    """Write a file under a passing name beside `path`, and give it that name once it is safely on the disk.

    Follows no symbolic link, and an existing file stays unless `replace`. Raises NotWritten, and leaves nothing
    behind when the writing fails.
    """
    try:
        refuse_what_is_there(path, replace)
        passing = path.with_name(f".{path.name[:LONGEST_NAME]}.{secrets.token_hex(6)}.part")
        descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), MODE)
    except NotWritten:
        raise
    except OSError as error:
        raise not_written(path, error) from error
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        settle(passing, path, replace)
    except NotWritten:
        raise
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        passing.unlink(missing_ok=True)


def not_written(path: Path, error: OSError) -> NotWritten:
    """What to tell the user about an error."""
    return NotWritten(f"cannot write {path}: {error.strerror or error}; choose another place")


def refuse_what_is_there(path: Path, replace: bool) -> None:
    """Raise NotWritten for a link, a folder or a device, and for a file that must stay."""
    if path.is_symlink():
        raise NotWritten(f"{path} is a symbolic link; name the file that it leads to")
    if not path.exists():
        return
    if not path.is_file():
        raise NotWritten(f"{path} is not a file; choose another name")
    if not replace:
        raise NotWritten(f"{path} exists already; choose another name")


def settle(passing: Path, path: Path, replace: bool) -> None:
    """Give the finished file its name, and have the folder remember it."""
    refuse_what_is_there(path, replace)
    passing.replace(path)
    settle_folder(path.parent)


def settle_folder(path: Path) -> None:
    """Have a folder remember the names in it, whatever happens to the machine."""
    with contextlib.suppress(OSError):  # not every file system lets a folder be synchronised
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def file_name(text: str, extension: str) -> str:
    """A name that any file system takes, made of hostile text such as a correlation id."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip(".-_")[: LONGEST_NAME - len(extension) - 1].rstrip(".-_")
    return f"{'_' if RESERVED.match(stem) else ''}{stem or 'events'}.{extension}"

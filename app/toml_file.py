"""A TOML file that people and the program both edit: comments and unknown keys stay, a broken file is never lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from app.private_file import private_file

__all__ = ["change_toml", "parse_toml", "read_toml", "reason"]


def parse_toml(text: str) -> tomlkit.TOMLDocument:
    """The document of a text, comments and all; raises ValueError."""
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, RecursionError) as error:
        raise ValueError(str(error)) from error


def read_toml(path: Path) -> tomlkit.TOMLDocument:
    """The file as it was written; empty when there is none. Raises OSError, ValueError."""
    try:
        return parse_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()


def change_toml(path: Path, change: Callable[[tomlkit.TOMLDocument], bool]) -> None:
    """Write the file anew, for its owner alone, if `change` changes it; raises OSError.

    A file that is not TOML is kept beside the new one, with `.broken` at the end of its name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        document = read_toml(path)
    except ValueError:
        path.replace(path.with_name(f"{path.name}.broken"))
        document = tomlkit.document()
    if change(document):
        with private_file(path, replace=True) as out:
            out.write(tomlkit.dumps(document).encode())


def reason(error: Exception) -> str:
    """The short reason of an error."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)

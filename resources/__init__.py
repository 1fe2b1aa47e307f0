"""Files that belong to the program: icons and JSON schemas."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def path(name: str) -> Path:
    """Where a resource such as `schema/event.schema.json` lies. Raises FileNotFoundError if there is none."""
    found = FOLDER / name
    if not found.is_file():
        raise FileNotFoundError(f"there is no resource {name!r} beside {FOLDER}")
    return found

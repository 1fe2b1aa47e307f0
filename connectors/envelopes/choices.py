"""Choices: how the user wants the messages of a channel decoded, where what is recognised by itself is wrong.

They lie in a TOML file beside the settings, so that a source in a process of its own, the window and the command line
all go by the same ones. The file is looked at again when it has changed, at most once a second.
"""

from __future__ import annotations

import logging
import os
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import platformdirs

__all__ = ["NO_CHOICE", "PATHS", "Choice", "Choices", "choices"]

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
LONGEST: Final = 500

PATHS: Final = ("type", "id", "correlation_id", "causation_id", "occurred_at", "key", "producer")
"""The columns that a path may be given for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for a channel; what is empty is recognised.

    `envelope` is the name of a kind, `format` that of a decoder, or `text`, or `json`. `schema` is the registry's id
    of the schema, for values that do not name theirs. `paths` say where in the payload a column's value is, or in
    which header, as `header:NAME`.
    """

    envelope: str = ""
    format: str = ""
    schema: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)


NO_CHOICE: Final = Choice()


class Choices:
    """The choices for all channels, by kind of source (a URL's scheme) and name of the channel."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._known: dict[tuple[str, str], Choice] = {}
        self._stamp: tuple[int, int] | None = None
        self._looked_at = -LOOK_S
        self.generation = 0

    def of(self, kind: str, channel: str) -> Choice:
        """What was chosen for a channel."""
        self.look()
        return self._known.get((kind, channel), NO_CHOICE)

    def look(self, *, now: bool = False) -> int:
        """Read the file again if it has changed and it is time to; a number that changes with the choices."""
        if now or time.monotonic() - self._looked_at >= LOOK_S:
            self._looked_at = time.monotonic()
            stamp = self._stamp_now()
            if stamp != self._stamp:
                self._stamp = stamp
                self._known = self._read()
                self.generation += 1
        return self.generation

    @property
    def path(self) -> Path:
        """Where the choices are: `decoding.toml` in the folder of the settings."""
        named = os.environ.get("EVENTSCOPE_CONFIG")
        folder = Path(named).expanduser().parent if named else platformdirs.user_config_path("eventscope", False)
        return self._path or folder / "decoding.toml"

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size

    def _read(self) -> dict[tuple[str, str], Choice]:
        try:
            document = tomllib.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning("what was chosen for decoding cannot be read: %s", error)
            return {}
        return {
            (kind, channel): choice_of(value)
            for kind, channels in document.items()
            if isinstance(channels, dict)
            for channel, value in channels.items()
            if isinstance(value, dict)
        }


def choice_of(value: Mapping[str, Any]) -> Choice:
    """A choice as it stands in the file; what is not as it should be is left out."""
    paths = value.get("paths")
    return Choice(
        **{name: text for name in ("envelope", "format", "schema") if (text := short(value.get(name)))},
        paths={name: path for name in PATHS if isinstance(paths, dict) and (path := short(paths.get(name)))},
    )


def short(value: Any) -> str:
    """A text of usual length, or nothing."""
    return value.strip() if isinstance(value, str) and len(value) <= LONGEST else ""


choices: Final = Choices()
"""The choices that hold in this process."""

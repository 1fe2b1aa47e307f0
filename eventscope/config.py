"""Configuration of a bus from a YAML or TOML file with a section `event_bus`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from eventscope.errors import ConfigError, describe
from eventscope.options import check_options

__all__ = ["read_config"]

SECTION: Final = "event_bus"


def read_config(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The options that the section `event_bus` of a file gives; other sections are somebody else's.

    Raises ConfigError when the file cannot be read, has no such section, or says something that the bus
    does not know.
    """
    file = Path(path)
    parse = FORMATS.get(file.suffix.lower())
    if parse is None:
        raise ConfigError(f"{file}: a bus is configured by a file that ends in {', '.join(FORMATS)}")
    section = _section(file, parse(file, _text(file)))
    try:
        return check_options(section)
    except ValueError as error:
        raise ConfigError(f"{file}: {SECTION}.{error}") from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 text") from error


def _section(file: Path, content: object) -> dict[str, object]:
    section = content.get(SECTION) if isinstance(content, Mapping) else None
    if not isinstance(section, Mapping):
        raise ConfigError(f"{file}: has no section {SECTION!r} with the options of the bus")
    return {str(key): value for key, value in section.items()}


def _toml(file: Path, text: str) -> object:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: is no valid TOML: {error}") from error


def _yaml(file: Path, text: str) -> object:
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{file}: YAML needs PyYAML; run: pip install 'eventscope[yaml]', or write the file as TOML"
        ) from error
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{file}: is no valid YAML: {_one_line(error)}") from error


def _one_line(error: BaseException) -> str:
    return " ".join(describe(error).split())


FORMATS: Final[Mapping[str, Callable[[Path, str], object]]] = {".yaml": _yaml, ".yml": _yaml, ".toml": _toml}
"""By the ending of the file."""

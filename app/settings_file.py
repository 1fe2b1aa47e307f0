"""Where the settings are, and the little of them that is needed before the first paint."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Final, Literal

import platformdirs

Theme = Literal["system", "light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("system", "light", "dark")


def settings_path() -> Path:
    """Where the settings are."""
    chosen = os.environ.get("EVENTSCOPE_CONFIG")
    folder = platformdirs.user_config_path("eventscope", appauthor=False)
    return Path(chosen).expanduser() if chosen else folder / "settings.toml"


def chosen_theme() -> Theme:
    """The theme that the user chose. What is wrong in the file is told later, when it is read as a whole."""
    try:
        chosen = tomllib.loads(settings_path().read_text(encoding="utf-8")).get("theme")
    except (OSError, ValueError):
        return "system"
    return chosen if chosen in THEMES else "system"


def profiles_path() -> Path:
    """Where the profiles are: beside the settings."""
    return settings_path().with_name("profiles.toml")

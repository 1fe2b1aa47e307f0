"""Profiles from a colleague and for a colleague: a file without secrets, in TOML or JSON."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
import tomlkit

from app.private_file import private_file
from app.profiles.file import KEY, profiles_of
from app.profiles.profile import Profile
from app.profiles.profiles import Profiles
from app.toml_file import parse_toml, reason

__all__ = ["export_profiles", "import_profiles"]

LARGEST_FILE: Final = 1024 * 1024


def export_profiles(profiles: Iterable[Profile], path: Path) -> None:
    """Write profiles into a file, as JSON if its name ends so; raises OSError with a sentence."""
    document = {KEY: [msgspec.to_builtins(for_others(profile)) for profile in profiles]}
    if path.suffix.lower() == ".json":
        data = msgspec.json.format(msgspec.json.encode(document), indent=2)
    else:
        data = tomlkit.dumps(document).encode()
    with private_file(path, replace=True) as out:
        out.write(data)


def import_profiles(profiles: Profiles, path: Path) -> tuple[Profiles, list[str]]:
    """With the profiles of a file, renamed where their names are taken, and those names.

    Raises ValueError with a sentence; then nothing of the file is taken.
    """
    found, wrong = profiles_of(_read(path))
    if wrong:
        raise ValueError(f"{path.name} is not taken: {wrong[0]}")
    if not len(found):
        raise ValueError(f"{path.name} holds no profiles; they are [[{KEY}]] tables with a name and sources")
    names = []
    for profile in found:
        mine = Profile.of(profiles.free_name(profile.name), *profile.sources, table=profile.table)
        profiles = profiles.with_profile(mine)
        names.append(mine.name)
    return profiles, names


def for_others(profile: Profile) -> Profile:
    """A profile to be given away: without secrets, and without the filters that were only tried."""
    table = profile.table and profile.table.with_(history=())
    return Profile.of(profile.name, *profile.sources, table=table)


def _read(path: Path) -> dict[str, Any]:
    """The document in the file; raises ValueError."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {reason(error)}") from error
    if len(data) > LARGEST_FILE:
        raise ValueError(f"{path.name} is larger than a file of profiles can be")
    try:
        document = msgspec.json.decode(data) if data.lstrip()[:1] == b"{" else parse_toml(data.decode()).unwrap()
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} is neither TOML nor JSON: {error}") from error
    if not isinstance(document, dict):
        raise ValueError(f"{path.name} is no table of profiles")
    return document

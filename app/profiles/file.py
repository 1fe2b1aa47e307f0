"""The file of the profiles: `[[profile]]` tables in TOML beside the settings, which may be edited by hand."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomlkit
from tomlkit.items import AoT, Table

from app.profiles.profile import Profile, checked
from app.profiles.profiles import Profiles
from app.settings_file import profiles_path
from app.toml_file import change_toml, read_toml, reason

__all__ = ["load_profiles", "profiles_of", "save_profiles"]

log = logging.getLogger(__name__)

KEY = "profile"
SOURCES = "sources"
TABLE = "table"


def load_profiles(path: Path | None = None) -> tuple[Profiles, str | None]:
    """The profiles, and a sentence about those that are left out because something in them is wrong."""
    path = path or profiles_path()
    try:
        document = read_toml(path).unwrap()
    except (OSError, ValueError) as error:
        log.warning("profiles: %s", error)
        return Profiles(), f"The profiles in {path} cannot be read ({reason(error)})."
    profiles, wrong = profiles_of(document)
    if not wrong:
        return profiles, None
    complaint = f"In {path} these profiles are left out: {'; '.join(wrong)}."
    log.warning("profiles: %s", complaint)
    return profiles, complaint


def save_profiles(profiles: Profiles, path: Path | None = None) -> str | None:
    """Save what differs from the file; returns a sentence when that was not possible, after logging why."""
    path = (path or profiles_path()).resolve()
    try:
        change_toml(path, lambda document: _update(document, profiles))
    except OSError as error:
        log.warning("profiles: %s", error)
        return f"The profiles were not saved in {path} ({reason(error)})."
    return None


def profiles_of(document: dict[str, Any]) -> tuple[Profiles, list[str]]:
    """The profiles of a document, and what is wrong with the others, each in a clause."""
    listed = document.get(KEY, [])
    if not isinstance(listed, list):
        return Profiles(), [f"{KEY} is no list of tables"]
    profiles, wrong = Profiles(), []
    for number, value in enumerate(listed, 1):
        try:
            profile = checked(value)
            if profile.name in profiles:
                raise ValueError("another one has its name")
            profiles = profiles.with_profile(profile)
        except ValueError as error:
            wrong.append(f"number {number} ({error})")
    return profiles, wrong


def _update(document: tomlkit.TOMLDocument, profiles: Profiles) -> bool:
    """Put the profiles into the document in their order; whether that changes anything.

    A table that stays keeps its comments and the keys that we do not know. Those that were left out stay at the end.
    """
    if list(profiles_of(document.unwrap())[0]) == list(profiles):
        return False
    tables = document.get(KEY)
    old = list(tables) if isinstance(tables, AoT) else []
    known = [table for table in old if _right(table)]
    wrong = [table for table in old if not _right(table)]
    fresh = tomlkit.aot()
    for table in [_table(profile, _table_of(profile, known, profiles)) for profile in profiles] + wrong:
        fresh.append(table)
    document.pop(KEY, None)
    document.append(KEY, fresh)
    return True


def _table_of(profile: Profile, tables: list[Table], profiles: Profiles) -> Table | None:
    """Where a profile is in the file: under its name, or with its sources under one that is gone."""
    for table in tables:
        if checked(table.unwrap()).name == profile.name:
            return table
    for table in tables:
        before = checked(table.unwrap())
        if before.name not in profiles and before.sources == profile.sources:
            return table
    return None


def _right(table: Table) -> bool:
    try:
        checked(table.unwrap())
    except ValueError:
        return False
    return True


def _table(profile: Profile, table: Table | None) -> Table:
    """The table with what the profile says, and all else that it held."""
    before = checked(table.unwrap()) if table is not None else None
    table = tomlkit.table() if table is None else table
    if before is None or before.name != profile.name:
        table["name"] = profile.name
    if before is None or before.sources != profile.sources:
        table[SOURCES] = _sources(profile, table.get(SOURCES, []))
    if (before and before.table) != profile.table:
        table.pop(TABLE, None)
        if profile.table is not None:
            table[TABLE] = msgspec.to_builtins(profile.table)
    return table


def _sources(profile: Profile, before: Iterable[Mapping[str, Any]]) -> AoT:
    known = {source["url"]: source for source in before}
    sources = tomlkit.aot()
    for source in profile.sources:
        entry = tomlkit.table()
        entry.update(dict(known.get(source.url, {})) | msgspec.to_builtins(source))
        sources.append(entry)
    return sources

"""The profile's table: which profile the arrangement of the event table belongs to, and where it is kept."""

from __future__ import annotations

import msgspec

from app.profiles.file import load_profiles, save_profiles
from app.profiles.profile import Profile
from app.session import Session
from app.settings import Settings
from app.table_setup import TableSetup

__all__ = ["ProfileTable"]


class ProfileTable:
    """`name` is the profile whose table is shown, "" while it is that of all others."""

    def __init__(self, session: Session) -> None:
        self.name = ""
        self._session = session
        self._general: TableSetup | None = None

    def use(self, profile: Profile) -> None:
        """Arrange the table as a profile has it; of one that does not say it stays as it is."""
        if profile.table is None or profile.name == self.name:
            return
        settings = self._session.settings
        self._general = self._general or settings.table
        self.name = profile.name
        self._session.settings = msgspec.structs.replace(settings, table=profile.table)

    def renamed(self, old: str, new: str) -> None:
        """Follow a profile that has another name now."""
        if self.name == old:
            self.name = new

    def settings(self) -> Settings:
        """The settings to be kept: the table of a profile is no part of them."""
        settings = self._session.settings
        return settings if self._general is None else msgspec.structs.replace(settings, table=self._general)

    def save(self) -> str | None:
        """Keep the table, as it is now, in the profile it belongs to; a sentence when that was not possible."""
        profiles, _ = load_profiles()
        if self.name not in profiles:
            return None
        changed = profiles.named(self.name).with_table(self._session.settings.table)
        return save_profiles(profiles.with_profile(changed))

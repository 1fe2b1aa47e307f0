"""Connections: what the developer's commands about sources and profiles do, from the start page, menus and dialogs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.captures import file_url
from app.profiles.exchange import export_profiles, import_profiles
from app.profiles.file import load_profiles, save_profiles
from app.profiles.profile import Profile, SavedSource, profile_name
from app.profiles.profiles import Profiles
from connectors.registry import open_source
from eventscope.connector import Connector, Refused
from widgets.sources.connection_dialog import ConnectionDialog
from widgets.sources.logins import Logins
from widgets.sources.pulses import Pulses
from widgets.sources.start_lists import StartLists
from widgets.sources.starts import Start
from widgets.window import dialogs
from widgets.window.main_window import MainWindow

__all__ = ["Connections"]

PROFILE_FILES = "Profiles (*.toml *.json);;All files (*)"


class Connections:
    """Attaches sources and keeps profiles; whatever fails becomes a sentence in the banner."""

    def __init__(self, window: MainWindow, logins: Logins) -> None:
        self.window = window
        self.session = window.session
        self.logins = logins
        self.profiles, complaint = load_profiles()
        self.pulses = Pulses(self.session)
        self.lists = StartLists(self.session, self.profiles, self.pulses)
        window.start_page.furnish(self.lists)
        self._connect()
        if complaint:
            window.banner.say(complaint)

    def attach_url(self, url: str, name: str = "") -> None:
        """Attach the source that a URL names, or say what is wrong with it."""
        url = url.strip()
        try:
            connector = open_source(url)
        except (Refused, ValueError) as error:
            return self.window.banner.say(str(error))
        self.session.settings = self.session.settings.with_recent(url)
        self.attach(connector, name, url)

    def attach(self, connector: Connector, name: str = "", url: str = "") -> None:
        """Attach a source, shown under `name` or its own label, and show the work area."""

        def attached() -> None:
            if url:
                self.session.known_as(self.session.sources[-1], url)
                self.pulses.follow(url, self.session.sources[-1])
            self.window.show_work()

        self.logins.attach(connector, name, attached)

    def begin(self, url: str) -> None:
        """Attach what an empty table offers, or ask for the rest of it."""
        if url == "file:":
            self.ask_file()
        elif url:
            self.attach_url(url)
        else:
            self.ask_source()

    def ask_source(self, url: str = "") -> None:
        """Ask for a source in the dialog, which begins with what is known of it."""
        dialog = ConnectionDialog(url, self.logins.credentials, self.window)
        dialog.attach_asked.connect(self.attach_url)
        dialog.save_asked.connect(self.save_profile)
        dialog.open()

    def ask_file(self) -> None:
        """Ask for a file and watch it."""
        dialogs.ask_file(self.window, self.open_file)

    def open_file(self, path: Path) -> None:
        """Watch a file: a capture, or any other of events."""
        self.attach_url(file_url(path.absolute()))

    def open_files(self, paths: list[Path]) -> None:
        """Watch several files."""
        for path in paths:
            self.open_file(path)

    def start(self, start: Start) -> None:
        """Attach what was chosen on the start page, or ask for what is still to be said of it."""
        if not start.complete:
            return self.ask_source(start.sources[0].url)
        for source in start.sources:
            if self.pulses.of([source.url]) is None:
                self.attach_url(source.url, source.name)
        self.use_table(start.key)
        if self.session.sources:
            self.window.show_work()

    def use_table(self, name: str) -> None:
        """Arrange the event table as the profile of that name has it, if there is one that has."""
        if name in self.profiles:
            self.window.profile_table.use(self.profiles.named(name))

    def save_profile(self, profile: Profile) -> None:
        """Keep a profile, in place of one of its name, whose table stays."""
        known = self.profiles.named(profile.name).table if profile.name in self.profiles else None
        self._try(lambda: self.profiles.with_profile(profile.with_table(profile.table or known)))

    def save_attached(self) -> None:
        """Ask for a name for all sources that were attached by URL, and keep them as one profile."""
        sources = [SavedSource(url, name) for url, name in self.pulses.attached()]
        if not sources:
            return self.window.banner.say("No source that could be saved is attached; attach one first.")

        def save(name: str) -> None:
            table = self.session.settings.table
            self._try(lambda: self.profiles.with_profile(Profile.of(name, *sources, table=table)))
            self.use_table(" ".join(name.split()))

        dialogs.ask_text(self.window, "Save as profile", "Name of the profile", "", save)

    def ask_rename(self, name: str) -> None:
        """Ask for another name of a profile."""

        def rename(new: str) -> None:
            self._try(lambda: self.profiles.renamed(name, new))
            if name not in self.profiles:
                self.window.profile_table.renamed(name, profile_name(new))

        dialogs.ask_text(self.window, "Rename", "Name of the profile", name, rename)

    def ask_delete(self, name: str) -> None:
        """Delete a profile, once that was confirmed."""
        dialogs.confirm(
            self.window, "Delete", f"Delete the profile {name}? Sources that are attached stay.",
            lambda: self._try(lambda: self.profiles.without(name)),
        )  # fmt: skip

    def ask_import(self) -> None:
        """Ask for a file of profiles, and take them over."""
        dialogs.ask_file(self.window, self._import, "Import profiles", PROFILE_FILES)

    def ask_export(self) -> None:
        """Ask where to write all profiles."""
        dialogs.ask_target(self.window, "Export profiles", "profiles.toml", self._export, PROFILE_FILES)

    def _connect(self) -> None:
        page, lists = self.window.start_page, self.lists
        page.chosen.connect(self.attach_url)
        page.open_file_asked.connect(self.ask_file)
        self.window.files_dropped.connect(self.open_files)
        page.connect_asked.connect(self.ask_source)
        lists.start_asked.connect(self.start)
        lists.profiles_changed.connect(self._keep)
        lists.rename_asked.connect(self.ask_rename)
        lists.delete_asked.connect(self.ask_delete)
        lists.import_asked.connect(self.ask_import)
        lists.export_asked.connect(self.ask_export)

    def _try(self, change: Callable[[], Profiles]) -> None:
        try:
            changed = change()
        except ValueError as error:
            return self.window.banner.say(str(error))
        self._keep(changed)

    def _keep(self, profiles: Profiles) -> None:
        self.profiles = profiles
        self.lists.show_profiles(profiles)
        if complaint := save_profiles(profiles):
            self.window.banner.say(complaint)

    def _import(self, path: Path) -> None:
        try:
            profiles, names = import_profiles(self.profiles, path)
        except ValueError as error:
            return self.window.banner.say(str(error))
        self._keep(profiles)
        self.window.banner.say(f"Taken over from {path.name}: {', '.join(names)}.")

    def _export(self, path: Path) -> None:
        try:
            export_profiles(self.profiles, path)
        except (OSError, ValueError) as error:
            return self.window.banner.say(str(error))
        self.window.banner.say(f"Saved {path}, without secrets.")

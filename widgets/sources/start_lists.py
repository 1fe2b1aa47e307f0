"""The lists of the start page: saved profiles, what runs on this machine now, and recent sources."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final, NoReturn

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.captures import facts_of, path_of
from app.commands.row_text import clock_time
from app.nearby import BROKER_PORTS, Neighbour, look_around
from app.profiles.profiles import Profiles
from app.session import Session
from app.tasks import spawn
from widgets.keys.binding import shown
from widgets.keys.place_keys import KeyFilter, PlaceKeys, now
from widgets.look.tools import tool
from widgets.sources.keys import PROFILE_KEYS
from widgets.sources.pulses import Pulse, Pulses
from widgets.sources.starts import Start, StartSection, of_file, of_neighbour, of_profile, of_recent

__all__ = ["StartLists"]

LOOK_S: Final = 10.0
"""How often it is looked what runs here, while somebody sees it."""
MOST_RECENT: Final = 5

NO_PROFILES: Final = "None yet. Describe a source with “Attach a source…” and save it there."
NO_FILES: Final = "Captures that you record, save or open are listed here."
NO_RECENT: Final = "Sources that you attach are listed here."
LOOKING: Final = "Looking…"

Look = Callable[[], Awaitable[list[Neighbour]]]


class StartLists(QWidget):
    """`start_asked` and the other signals tell what the developer wants done; it does nothing of that itself."""

    start_asked = Signal(object)  # Start
    profiles_changed = Signal(object)  # Profiles
    rename_asked = Signal(str)
    delete_asked = Signal(str)
    import_asked = Signal()
    export_asked = Signal()

    def __init__(
        self,
        session: Session,
        profiles: Profiles,
        pulses: Pulses,
        look: Look = look_around,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._profiles = profiles
        self._pulses = pulses
        self._look = look
        self._seen = asyncio.Event()
        self._files_changed = asyncio.Event()
        self._tasks: list[asyncio.Task[Any]] = []
        self._recent: Sequence[str] | None = None
        bring = tool("Import…", "Take over the profiles of a file", "folder-open")
        give = tool("Export…", "Write all profiles into a file, without secrets", "download")
        bring.clicked.connect(self.import_asked)
        give.clicked.connect(self.export_asked)
        self._give = give
        self.saved = StartSection("Profiles", self._pulse, (bring, give))
        self.near = StartSection("Here and now", self._pulse)
        self.files = StartSection("Recent captures and files", self._pulse)
        self.recent = StartSection("Recent sources", self._pulse)
        self._lay_out()
        self.show_profiles(profiles)
        self.show_near([], LOOKING)
        self.files.show_starts([], NO_FILES)

    def tick(self) -> None:
        """Show the recent sources, and keep the curves moving."""
        if self._session.settings.recent != self._recent:
            self._recent = self._session.settings.recent
            others = [url for url in self._recent if path_of(url) is None]
            self.recent.show_starts([of_recent(url) for url in others[:MOST_RECENT]], NO_RECENT)
            self._files_changed.set()
        if self._pulses.sample():
            for section in self._sections:
                section.refresh()

    def show_profiles(self, profiles: Profiles) -> None:
        """Show other profiles, or the same in another order."""
        self._profiles = profiles
        self.saved.show_starts([of_profile(profile) for profile in profiles], NO_PROFILES)
        self._give.setEnabled(bool(len(profiles)))

    def show_near(self, found: Sequence[Neighbour], otherwise: str) -> None:
        """Show what runs here, or say that nothing was found."""
        self.near.show_starts([of_neighbour(each) for each in found], otherwise)

    def shift(self, by: int) -> None:
        """Move the selected profile down, or up."""
        if start := self.saved.current():
            self.profiles_changed.emit(self._profiles.moved(start.key, by))
            self.saved.list.select(start.key)

    def begin(self) -> None:
        """Look around from now on, now and then, while somebody sees it."""
        self._tasks = [
            spawn(self._keep_looking(), name="look what runs here"),
            spawn(self._keep_files(), name="look at recent files"),
        ]

    async def rest(self) -> None:
        """Look around no more."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def showEvent(self, event: QShowEvent) -> None:
        self._seen.set()
        self._files_changed.set()

    def hideEvent(self, event: QHideEvent) -> None:
        self._seen.clear()

    async def _keep_looking(self) -> NoReturn:
        ports = ", ".join(map(str, BROKER_PORTS))
        while True:
            await self._seen.wait()
            found = await self._look()
            at = clock_time(time.time_ns())[:8]
            self.show_near(found, f"Nothing was found at {at}: no broker answers on port {ports} of this machine.")
            await asyncio.sleep(LOOK_S)

    async def _keep_files(self) -> NoReturn:
        """Show recent files whenever they may have changed; a disk that sleeps keeps nobody waiting."""
        while True:
            await self._files_changed.wait()
            self._files_changed.clear()
            files = [(url, path) for url in self._session.settings.recent if (path := path_of(url)) is not None]
            facts = await asyncio.to_thread(lambda paths: [facts_of(path) for path in paths], [p for _, p in files])
            starts = [of_file(url, path, fact) for (url, path), fact in zip(files, facts, strict=True)]
            self.files.show_starts(starts[:MOST_RECENT], NO_FILES)

    @property
    def _sections(self) -> tuple[StartSection, ...]:
        return self.saved, self.near, self.files, self.recent

    def _pulse(self, start: Start) -> Pulse | None:
        return self._pulses.of([source.url for source in start.sources])

    def _open_menu(self, at: QPoint) -> None:
        start = self.saved.current()
        if start is None or not self.saved.list.indexAt(at).isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Start\tEnter", lambda: self.start_asked.emit(start))
        menu.addSeparator()
        for key in now(PROFILE_KEYS, self._session.settings.keys):
            menu.addAction("\t".join(filter(None, (key.name, shown(key.key)))), partial(key.act, self))
        menu.popup(self.saved.list.viewport().mapToGlobal(at))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for section in self._sections:
            section.asked.connect(self.start_asked)
            column.addWidget(section)
        self.saved.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.saved.list.customContextMenuRequested.connect(self._open_menu)
        KeyFilter(PlaceKeys(self._session, PROFILE_KEYS), self, [self.saved.list])

"""Recordings: what the developer's commands about captures do, and what is said when one stops by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer

from app.captures import file_url, first_folder, is_lines, proposed_name
from app.display import display
from app.recording import NotRecorded
from app.tasks import spawn
from widgets.window import dialogs
from widgets.window.actions import Command
from widgets.window.main_window import MainWindow

__all__ = ["Recordings"]

CAPTURE_FILES: Final = "Captures (*.eventscope);;All files (*)"
LOOK_MS: Final = 500
BUSY: Final = "One moment: a capture is being written."
CLOSING: Final = "The window closes once the capture is written."
NOTHING: Final = "Nothing is kept yet that could be saved; attach a source first."
LINES: Final = "A capture is no JSON Lines file; name it .eventscope, or use “Export shown events…” for {suffix}."


class Recordings:
    """Records what a window watches and saves what it keeps; whatever fails becomes a sentence in the banner."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._session = window.session
        self._recording = window.session.recording
        self._told = ""
        self._complained = ""
        self._busy = False
        self._leaving: Callable[[], object] | None = None
        window.views.status.record.clicked.connect(self.toggle)
        self._watch = QTimer(window, interval=LOOK_MS)
        self._watch.timeout.connect(self.look)
        self._watch.start()

    def commands(self) -> list[Command]:
        """What of it is in the menus."""
        return [
            Command(
                "&Capture",
                "Record or stop recording…",
                self.toggle,
                "Ctrl+R",
                "circle-outline",
                known_as="capture.record",
            ),
        ]

    def save_command(self) -> Command:
        """The one that is among those about files."""
        return Command("&File", "Save as capture…", self.ask_save, "Ctrl+S", "save")

    def toggle(self) -> None:
        """Ask where to record to; while a recording runs, stop it."""
        if self._busy:
            self._window.banner.say(BUSY)
        elif self._recording.runs:
            self._spawn(self._stop(), "stop recording")
        else:
            self._ask("Record", self.start)

    def start(self, path: Path) -> None:
        """Record to a file; one that is there is replaced."""
        self._spawn(self._start(path), "begin to record")

    def ask_save(self, then: Callable[[], object] = bool) -> None:
        """Ask where all that is kept goes to; `then` is called once it is there."""
        if not self._session.store.kept:
            return self._window.banner.say(NOTHING)
        self._ask("Save as capture", lambda path: self.save(path, then))

    def save(self, path: Path, then: Callable[[], object] = bool) -> None:
        """Write all that is kept into a file; one that is there is replaced."""
        self._spawn(self._save(path, then), "save as capture")

    def leave(self, close: Callable[[], object]) -> None:
        """Close, but ask first if the developer's own work would be lost: marks and comments that are in no file.

        Events alone are no reason to ask: they come by themselves, and each time one closes a monitor there are some.
        """
        notes = self._recording.unsaved_notes
        if self._recording.copying is not None:
            self._leaving = close
            return self._window.banner.say(CLOSING)
        if not notes:
            close()
            return
        events = "1 event is" if notes == 1 else f"{notes:,} events are"
        dialogs.ask_to_save(
            self._window,
            f"{events} marked or commented, and that is in no file. Save all events before the window closes?",
            save=lambda: self.ask_save(close),
            discard=close,
        )

    def look(self) -> None:
        """Say what has happened to the file, and whether the window has events that are in none."""
        recorder = self._recording.recorder
        problem = (recorder.problem if recorder is not None else None) or ""
        if problem != self._told:
            self._told = problem
            if problem:
                self._window.banner.say(f"{problem} The window goes on. Make room or press Ctrl+R to record elsewhere.")
        if self._session.store.complaint != self._complained:
            self._complained = self._session.store.complaint
            self._window.banner.say(self._complained)
        sources = self._session.sources
        over = bool(sources) and all(source.over for source in sources)
        self._window.setWindowModified(over and self._recording.unsaved > 0)

    def _ask(self, title: str, then: Callable[[Path], object]) -> None:
        name = proposed_name([source.label for source in self._session.sources])
        folder = first_folder(self._session.settings.capture_folder)
        dialogs.ask_target(self._window, title, name, then, CAPTURE_FILES, folder=folder, suffix="eventscope")

    async def _start(self, path: Path) -> None:
        self._demand_capture(path)
        await self._session.record(path, replace=True)
        self._remember(path)

    async def _stop(self) -> None:
        await self._session.stop_recording()
        recorder = self._recording.recorder
        if recorder is not None and not recorder.problem:
            self._remember(recorder.path)
            self._window.banner.say(f"Recorded {told(recorder.recorded)} in {recorder.path}.")

    async def _save(self, path: Path, then: Callable[[], object]) -> None:
        self._demand_capture(path)
        rows = await asyncio.to_thread(self._recording.copy, path)
        self._remember(path)
        self._window.banner.say(f"Saved {told(rows)} in {path}, payloads as they came.")
        then()

    def _demand_capture(self, path: Path) -> None:
        if is_lines(path):
            raise NotRecorded(LINES.format(suffix=path.suffix))

    def _remember(self, path: Path) -> None:
        settings = self._session.settings.with_capture_folder(str(path.parent.absolute()))
        self._session.settings = settings.with_recent(file_url(path.absolute()))

    def _spawn(self, work: Coroutine[object, object, None], name: str) -> None:
        """Do something that takes a moment; one at a time."""

        async def done() -> None:
            try:
                await work
            except NotRecorded as error:
                self._window.banner.say(display(str(error), limit=600))
            finally:
                self._busy = False
                self._window.views.status.record.tick()
                leaving, self._leaving = self._leaving, None
                if leaving is not None:
                    self.leave(leaving)

        self._busy = True
        spawn(done(), name=name)


def told(rows: int) -> str:
    """So many events."""
    return "1 event" if rows == 1 else f"{rows:,} events"

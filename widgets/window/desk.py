"""The desk: what the developer's commands do. It joins window, session and settings, and owns none of them."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.exports import export_rows, export_trace
from app.failure import Failure
from app.sources.supervisor import Source
from app.tasks import spawn
from eventscope.connector import Connector, SourceState
from widgets.filter.modes import GROUPINGS
from widgets.look.theme import Choice, apply_theme, theme
from widgets.sources.logins import Logins
from widgets.window import dialogs
from widgets.window.actions import Command
from widgets.window.clearing import Clearing
from widgets.window.connections import Connections
from widgets.window.keyboard import Keyboard
from widgets.window.main_window import MainWindow
from widgets.window.marking import Marking
from widgets.window.recordings import Recordings
from widgets.window.view_commands import view_commands
from widgets.window.work_area import WorkArea


class Desk:
    """Carries out commands; whatever fails becomes a sentence in the banner."""

    def __init__(self, window: MainWindow, app: QApplication) -> None:
        self.window = window
        self.session = window.session
        self._app = app
        self.logins = Logins(window, self.session, window.banner.say)
        self.connections = Connections(window, self.logins)
        self.clearing = Clearing(window)
        self.recordings = Recordings(window)
        self._told: set[tuple[Source, str]] = set()
        self.marking = Marking(window)
        self.keyboard = Keyboard(window, self.commands)
        self.keyboard.check()
        window.command(self.keyboard.commands())
        window.views.sources.attach_asked.connect(self.connections.ask_source)
        window.views.sources.start_asked.connect(self.session.supervisor.start)
        window.views.sources.stop_asked.connect(self.stop_source)
        window.views.sources.remove_asked.connect(self.remove_source)
        window.views.work.table.start_wanted.connect(self.toggle_sources)
        window.views.work.table.vacancy.source_wanted.connect(self.connections.begin)
        window.views.traces.export_requested.connect(self.ask_export_trace)
        self._watch = QTimer(window, interval=500)
        self._watch.timeout.connect(self._tell_failures)
        self._watch.timeout.connect(self.logins.look_after)
        self._watch.start()

    def commands(self) -> list[Command]:
        """All commands of the window, in menu order."""
        return [*self._file_commands(), *self._capture_commands(), *self._view_commands(), *self.keyboard.help()]

    def _file_commands(self) -> list[Command]:
        ask_file = self.connections.ask_file
        return [
            Command("&File", "Attach a source…", self.connections.ask_source, "Ctrl+N", "plug"),
            Command("&File", "Listen for programs", lambda: self.attach_url("tap:"), "Ctrl+L", "radio"),
            Command("&File", "Try the demo", lambda: self.attach_url("demo:"), "", "monitor-play"),
            Command("&File", "Open a capture or file…", ask_file, "Ctrl+O", "folder-open", known_as="file.open-a-file"),
            self.recordings.save_command(),
            Command("&File", "Save sources as profile…", self.connections.save_attached, "", "bookmark"),
            Command("&File"),
            Command("&File", "Export shown events…", self.ask_export_rows, "Ctrl+Shift+E", "download"),
            Command("&File", "Export trace…", self.ask_export_trace, "Ctrl+E", "file-json"),
            Command("&File"),
            Command("&File", "Quit", self.window.close, "Ctrl+Q"),
        ]

    def _capture_commands(self) -> list[Command]:
        work, window = self.window.views.work, self.window
        return [
            Command("&Capture", "Pause or go on", window.views.toggle_pause, "Ctrl+Space", "pause"),
            Command("&Capture", "Go on from where it was paused", window.views.catch_up, "Ctrl+Shift+Space"),
            Command("&Capture", "Follow the newest", work.table.follow, "Ctrl+End", "arrow-down-to-line"),
            Command("&Capture", "Stop or start all sources", self.toggle_sources, "Ctrl+Shift+S", "square"),
            *self.recordings.commands(),
            *self.clearing.commands(),
        ]

    def _view_commands(self) -> list[Command]:
        work, window = self.window.views.work, self.window
        return [
            Command("&View", "Start page", window.show_start, "Ctrl+H"),
            Command("&View", "Filter", work.filter_bar.focus_filter, "Ctrl+/", "funnel"),
            Command("&View", "Find without hiding the others…", work.open_find, "Ctrl+F", "search"),
            *row_commands(work),
            Command("&View"),
            Command("&View", "Trace", lambda: window.open_dock(window.views.traces), "Alt+1", "list-tree"),
            Command("&View", "Latency", lambda: window.open_dock(window.views.latency), "Alt+2", "chart-spline"),
            Command("&View", "Subscriptions", lambda: window.open_dock(window.views.map), "Alt+3", "waypoints"),
            Command("&View", "Findings", lambda: window.open_dock(window.views.findings), "Alt+4", "triangle-alert"),
            Command("&View", "Gauges", lambda: window.open_dock(window.views.gauges), "Alt+7", "chart-spline"),
            Command("&View", "Detail", lambda: window.open_dock(window.views.detail), "Alt+5", "panel-right"),
            Command("&View", "Event in its own window", window.views.detail.want_window, "Ctrl+Shift+O", "maximize"),
            Command("&View", "Sources", lambda: window.open_dock(window.views.sources), "Alt+6", "plug"),
            Command(
                "&View",
                "Views side by side, or in tabs again",
                window.spread_or_stack,
                "Alt+0",
                "table",
                known_as="view.all-views-side-by-side",
            ),
            *self.marking.commands(),
            Command("&View"),
            Command("&View", "Light or dark", self.toggle_theme, "Ctrl+D", "moon"),
            *view_commands(window),
        ]

    def attach_url(self, url: str) -> None:
        """Attach the source that a URL names, or say what is wrong with it."""
        self.connections.attach_url(url)

    def attach(self, connector: Connector, name: str = "", url: str = "") -> None:
        """Attach a source, shown under `name` or its own label, and show the work area."""
        self.connections.attach(connector, name, url)

    def ask_export_trace(self, correlation_id: str | None = None) -> None:
        """Ask where to save the trace that is shown."""
        wanted = correlation_id or self.window.focus.correlation_id
        if wanted is None:
            return self.window.banner.say("No trace is open: select an event or a trace first.")
        dialogs.ask_target(self.window, "Export trace", "trace.json", lambda path: self._export_trace(wanted, path))

    def ask_export_rows(self) -> None:
        """Ask where to save what the filter lets through."""
        dialogs.ask_target(self.window, "Export shown events", "events.jsonl", self._export_rows)

    def stop_source(self, source: Source) -> None:
        """Detach from a source; its events stay."""
        spawn(self.session.supervisor.stop(source), name="stop a source")

    def remove_source(self, source: Source) -> None:
        """Detach from a source and take it off the list; its events stay."""
        spawn(self.session.supervisor.remove(source), name="remove a source")

    def toggle_sources(self) -> None:
        """Stop all sources, or start again those that are over."""
        supervisor = self.session.supervisor
        if any(not source.over for source in supervisor.sources):
            spawn(supervisor.close(), name="stop all sources")
            return
        for source in supervisor.sources:
            supervisor.start(source)

    def toggle_theme(self) -> None:
        """The other of light and dark."""
        choice: Choice = "light" if theme().palette.dark else "dark"
        self.session.settings = self.session.settings.with_theme(choice)
        apply_theme(self._app, choice)

    def _export_trace(self, correlation_id: str, path: Path) -> None:
        store, state = self.session.store, self.session.traces.state(correlation_id)
        self._save(path, lambda: export_trace(format_of(path), store, correlation_id, path, state=state, replace=True))

    def _export_rows(self, path: Path) -> None:
        matches = self.window.views.work.matching
        rows = [int(seq) for seq in matches.seqs(0, len(matches))]
        self._save(path, lambda: export_rows(format_of(path), self.session.store, rows, path, replace=True))

    def _save(self, path: Path, write: object) -> None:
        async def save() -> None:
            try:
                await asyncio.to_thread(write)  # type: ignore[arg-type]
            except (Failure, OSError) as error:
                self.window.banner.say(f"{path.name} was not written: {error}")
            else:
                self.window.banner.say(f"Saved {path} (secrets redacted).")

        spawn(save(), name="export")

    def _tell_failures(self) -> None:
        for source in self.session.sources:
            told = (source, source.detail)
            if source.state is SourceState.FAILED and told not in self._told:
                self._told.add(told)
                self.window.banner.say(f"{source.label}: {source.detail}")


def row_commands(work: WorkArea) -> list[Command]:
    """Which rows are shown, and how."""
    grouped = [Command("&View", text, partial(work.group, name), "", "layers-2") for name, text in GROUPINGS.items()]
    return [
        Command("&View", "Dim rows that do not match", work.toggle_dim, "Ctrl+Shift+D", "contrast"),
        Command("&View", "All rows above, matches below", work.toggle_split, "Ctrl+Shift+F", "rows-2"),
        *grouped,
    ]


def format_of(path: Path) -> str:
    """The export format that a file name asks for; JSON when it does not say."""
    return {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".mmd": "mermaid"}.get(path.suffix.lower(), "json")

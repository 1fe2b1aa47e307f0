"""The program behind the window: loop, session and sources, from the first paint to the last clean-up."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import signal
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.commands.headless import open_sources, parse_filter, wanted_sources
from app.failure import DONE, NO_CAPTURE, Failure
from app.filter.query import warm_up
from app.recording import NotRecorded
from app.session import Session
from app.settings import load_settings, save_settings
from app.tasks import spawn
from connectors.inprocess import InProcessConnector
from eventscope.bus import EventBus
from widgets.focus import Focus
from widgets.loop import WindowLoop
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.notifier import Notifier
from widgets.window.tour import Tour

log = logging.getLogger(__name__)

SETTLED_MS = 1_500
"""When the views have been shown and have imported what they need."""

COLLECTED_AT = (10_000, 10, 50)
"""New objects per collection, and collections per collection of the older ones: a batch of rows makes thousands."""

LETTING_GO_S = 11.0
"""A little longer than the supervisor waits for a connector that does not stop, and than a recording takes to end."""


def run(app: QApplication, window: MainWindow, arguments: argparse.Namespace) -> int:
    """Fill the window, and serve it until it is closed; returns the exit code."""
    try:
        sources = wanted_sources(arguments.sources, arguments.profile)
        connectors = open_sources([source.url for source in sources])
        parse_filter(arguments.filter)
    except Failure:
        window.hide()
        raise
    settings, complaint = load_settings()
    desk = furnish(app, window, Session(settings))
    if settings.layout:
        window.restore_layout(settings.layout)
    for name in arguments.profile:
        desk.connections.use_table(name)
    if arguments.filter:
        window.views.work.filter_bar.set_text(arguments.filter)
    if complaint:
        window.banner.say(complaint)
    with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:

        async def serve() -> None:
            if arguments.capture:
                await begin_capture(desk, Path(arguments.capture))
            for connector, source in zip(connectors, sources, strict=True):
                desk.attach(connector, source.name, source.url)
            await until_closed(desk, Path(arguments.tour) if arguments.tour else None)

        runner.run(serve())
    return DONE


def furnish(app: QApplication, window: MainWindow, session: Session) -> Desk:
    """Give a bare window the views of a session, and the desk that carries out commands."""
    window.furnish(session, Focus())
    return Desk(window, app)


async def begin_capture(desk: Desk, path: Path) -> None:
    """Record from the start; raises Failure, and shows no window, when that cannot be."""
    try:
        await desk.session.record(path)
    except NotRecorded as error:
        desk.window.hide()
        raise Failure(str(error), NO_CAPTURE) from error


async def until_closed(desk: Desk, tour: Path | None) -> None:
    """Beat the clock until the window, a signal or the tour asks for the end; then clean up."""
    window = desk.window
    loop = asyncio.get_running_loop()
    closing = asyncio.Event()
    notifier = Notifier()
    notifier.install(loop)
    notifier.happened.connect(window.banner.say)
    window.close_asked.connect(lambda: desk.recordings.leave(closing.set))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, closing.set)
    begin(window)
    window.start_page.begin()
    if tour:
        spawn(Tour(window, tour).run(closing), name="tour")
    await closing.wait()
    await close(window)


def begin(window: MainWindow) -> None:
    """Start the clock, in a program that is ours: the garbage collector is told what stays, and comes more seldom.

    What was made up to now, and by the views when they are first shown, is never garbage; to look through it would
    stop the window for some 50 ms each time.
    """
    gc.set_threshold(*COLLECTED_AT)
    gc.freeze()
    QTimer.singleShot(SETTLED_MS, window, settle)
    window.views.clock.start()


def settle() -> None:
    """What was made for the first views stays as well; then have at hand what the first key in the filter needs."""
    gc.freeze()
    threading.Thread(target=warm_up, name="eventscope-warm-up", daemon=True).start()


async def close(window: MainWindow) -> None:
    """Let go of the sources, remember the settings, then close for good."""
    window.setEnabled(False)
    window.close_dialogs()
    await window.start_page.rest()
    try:
        await asyncio.wait_for(window.session.close(), LETTING_GO_S)
    except TimeoutError:
        log.warning("not all sources let go within %.0f s; the window closes all the same", LETTING_GO_S)
    settings = window.profile_table.settings().with_layout(window.layout_state())
    for complaint in filter(None, (save_settings(settings), window.profile_table.save())):
        print(f"eventscope: warning: {complaint}", file=sys.stderr)
    window.let_go()


def embed(app: QApplication, bus: EventBus) -> MainWindow:
    """A window on a bus of this very program; closing it leaves the program alone."""
    settings, _ = load_settings()
    window = MainWindow()
    desk = furnish(app, window, Session(settings))
    leave = lambda: spawn(close(window), name="close the monitor")  # noqa: E731
    window.close_asked.connect(lambda: desk.recordings.leave(leave))
    desk.attach(InProcessConnector.attach(bus))
    window.show()
    window.views.clock.start()
    window.start_page.begin()
    return window

"""The program behind the window: loop, session and sources, from the first paint to the last clean-up."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.commands.headless import open_sources, parse_filter
from app.failure import DONE, Failure
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

LETTING_GO_S = 6.0
"""A little longer than the supervisor waits for a connector that does not stop."""


def run(app: QApplication, window: MainWindow, arguments: argparse.Namespace) -> int:
    """Fill the window, and serve it until it is closed; returns the exit code."""
    try:
        connectors = open_sources(arguments.sources)
        parse_filter(arguments.filter)
    except Failure:
        window.hide()
        raise
    settings, complaint = load_settings()
    desk = furnish(app, window, Session(settings))
    if settings.layout:
        window.restore_layout(settings.layout)
    if arguments.filter:
        window.views.work.filter_bar.set_text(arguments.filter)
    if complaint:
        window.banner.say(complaint)
    with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:

        async def serve() -> None:
            for connector in connectors:
                desk.attach(connector)
            await until_closed(window, Path(arguments.tour) if arguments.tour else None)

        runner.run(serve())
    return DONE


def furnish(app: QApplication, window: MainWindow, session: Session) -> Desk:
    """Give a bare window the views of a session, and the desk that carries out commands."""
    window.furnish(session, Focus())
    return Desk(window, app)


async def until_closed(window: MainWindow, tour: Path | None) -> None:
    """Beat the clock until the window, a signal or the tour asks for the end; then clean up."""
    loop = asyncio.get_running_loop()
    closing = asyncio.Event()
    notifier = Notifier()
    notifier.install(loop)
    notifier.happened.connect(window.banner.say)
    window.close_asked.connect(closing.set)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, closing.set)
    window.views.clock.start()
    if tour:
        spawn(Tour(window, tour).run(closing), name="tour")
    await closing.wait()
    await close(window)


async def close(window: MainWindow) -> None:
    """Let go of the sources, remember the settings, then close for good."""
    window.setEnabled(False)
    await asyncio.wait_for(window.session.close(), LETTING_GO_S)
    if complaint := save_settings(window.session.settings.with_layout(window.layout_state())):
        print(f"eventscope: warning: {complaint}", file=sys.stderr)
    window.let_go()


def embed(app: QApplication, bus: EventBus) -> MainWindow:
    """A window on a bus of this very program; closing it leaves the program alone."""
    settings, _ = load_settings()
    window = MainWindow()
    desk = furnish(app, window, Session(settings))
    window.close_asked.connect(lambda: spawn(close(window), name="close the monitor"))
    desk.attach(InProcessConnector.attach(bus))
    window.show()
    window.views.clock.start()
    return window

"""Launch: puts the window together. The one place that knows everybody, and the only one outside `widgets` with Qt."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.failure import DONE, WRONG_USAGE, Failure
from app.headless import open_sources, parse_filter
from app.session import Session
from app.settings import load_settings, save_settings
from app.tasks import spawn
from connectors.inprocess import InProcessConnector
from eventscope.bus import EventBus
from eventscope.connector import Connector
from widgets.desk import Desk
from widgets.focus import Focus
from widgets.loop import WindowLoop
from widgets.main_window import MainWindow
from widgets.notifier import Notifier
from widgets.theme import apply_theme
from widgets.tour import Tour

LETTING_GO_S = 5.0

SWITCH_S = 0.0005
"""How long a searching thread may keep Python to itself while the window waits; Python's own 5 ms can be felt."""


def open_window(arguments: argparse.Namespace) -> int:
    """The window, until it is closed; returns the exit code."""
    refuse_broken_qt()
    sys.setswitchinterval(SWITCH_S)
    connectors = open_sources(arguments.sources)
    parse_filter(arguments.filter)
    if arguments.tour and not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = application()
    with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
        return runner.run(show(app, arguments, connectors))


def application() -> QApplication:
    """The Qt application; the window decides when to end, not Qt."""
    if not has_display() and os.environ.get("QT_QPA_PLATFORM") is None:
        raise Failure("there is no display; use `eventscope tail SOURCE`, or `--tour out` for a picture", WRONG_USAGE)
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["eventscope"])
    app.setApplicationName("eventscope")
    app.setApplicationDisplayName("Eventscope")
    app.setQuitOnLastWindowClosed(False)
    return app


def has_display() -> bool:
    """Whether there is a screen to show a window on."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def refuse_broken_qt() -> None:
    """PySide6 6.12.0 loses a reference to None on each void call under Python 3.11 and soon aborts."""
    import PySide6

    if PySide6.__version_info__[:3] == (6, 12, 0) and sys.version_info < (3, 12):
        raise Failure(
            "PySide6 6.12.0 crashes with this Python; run: pip install 'PySide6-Essentials<6.12'", WRONG_USAGE
        )


async def show(app: QApplication, arguments: argparse.Namespace, connectors: list[Connector]) -> int:
    """Open the window, watch, and clean up once it is asked to close."""
    loop = asyncio.get_running_loop()
    closing = asyncio.Event()
    settings, complaint = load_settings()
    apply_theme(app, arguments.theme or settings.theme)
    window, desk = build(app, Session(settings))
    notifier = Notifier()
    notifier.install(loop)
    notifier.happened.connect(window.banner.say)
    window.close_asked.connect(closing.set)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, closing.set)
    begin(window, desk, arguments, connectors, complaint)
    if arguments.tour:
        spawn(Tour(window, Path(arguments.tour)).run(closing), name="tour")
    await closing.wait()
    await close(window)
    return DONE


def build(app: QApplication, session: Session) -> tuple[MainWindow, Desk]:
    """A window on a session, with everything connected."""
    window = MainWindow(session, Focus())
    return window, Desk(window, app)


def begin(
    window: MainWindow, desk: Desk, arguments: argparse.Namespace, connectors: list[Connector], complaint: str | None
) -> None:
    """Show the window first, then attach: nobody waits for a source to see it."""
    window.show_start()
    if state := window.session.settings.layout:
        window.restore_layout(state)
    window.show()
    if arguments.filter:
        window.work.filter_bar.set_text(arguments.filter)
    for connector in connectors:
        desk.attach(connector)
    if complaint:
        window.banner.say(complaint)
    window.clock.start()


def embed(bus: EventBus) -> MainWindow:
    """A window on a bus of this very program, under the loop that runs already."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("open_monitor needs a QApplication: make one before you call it")
    settings, _ = load_settings()
    apply_theme(app, settings.theme)
    window, desk = build(app, Session(settings))
    window.close_asked.connect(lambda: spawn(close(window), name="close the monitor"))
    desk.attach(InProcessConnector.attach(bus))
    window.show()
    window.clock.start()
    return window


async def close(window: MainWindow) -> None:
    """Let go of the sources, remember the settings, then close for good."""
    window.setEnabled(False)
    await asyncio.wait_for(window.session.close(), LETTING_GO_S)
    if complaint := save_settings(window.session.settings.with_layout(window.layout_state())):
        print(f"eventscope: warning: {complaint}", file=sys.stderr)
    window.let_go()

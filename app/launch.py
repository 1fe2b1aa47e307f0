"""Launch: the window's first moments. It is painted before anything slow is imported; then the rest moves in.

The one module outside `widgets` that knows Qt.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app.failure import WRONG_USAGE, Failure
from app.settings_file import chosen_theme
from widgets.look.theme import apply_theme
from widgets.qt_log import log_qt_messages
from widgets.window.main_window import MainWindow

if TYPE_CHECKING:
    from eventscope.bus import EventBus

SWITCH_S = 0.0005
"""How long a searching thread may keep Python to itself while the window waits; Python's own 5 ms can be felt."""


def open_window(arguments: argparse.Namespace) -> int:
    """The window, until it is closed; returns the exit code."""
    refuse_broken_qt()
    if arguments.tour and not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = application()
    window = first_window(app, arguments)
    from widgets.window.program import run

    sys.setswitchinterval(SWITCH_S)
    return run(app, window, arguments)


def first_window(app: QApplication, arguments: argparse.Namespace) -> MainWindow:
    """The bare window, painted."""
    apply_theme(app, arguments.theme or chosen_theme())
    window = MainWindow()
    if arguments.sources or arguments.profile:
        window.show_blank()
    else:
        window.show_start()
    window.show()
    app.processEvents()
    return window


def embed(bus: EventBus) -> MainWindow:
    """A window on a bus of this very program, under the loop that runs already."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("open_monitor needs a QApplication: make one before you call it")
    from widgets.window.program import embed as embed_window

    apply_theme(app, chosen_theme())
    return embed_window(app, bus)


def application() -> QApplication:
    """The Qt application; the window decides when to end, not Qt."""
    if not has_display() and os.environ.get("QT_QPA_PLATFORM") is None:
        raise Failure("there is no display; use `eventscope tail SOURCE`, or `--tour out` for a picture", WRONG_USAGE)
    log_qt_messages()
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

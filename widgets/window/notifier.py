"""The notifier: the one place where unexpected errors end up, shown as a sentence and logged with their details.

Errors come through two doors, the event loop's handler and Qt's slots (`sys.excepthook`); threads and finalisers
have theirs. None may vanish.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)


class Notifier(QObject):
    """Says what happened; `happened` reaches the window from any thread."""

    happened = Signal(str)

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take over all doors through which errors come."""
        loop.set_exception_handler(self._from_loop)
        sys.excepthook = self._from_slot
        threading.excepthook = lambda a: self._report(a.exc_value, f"in thread {a.thread and a.thread.name}")
        sys.unraisablehook = lambda a: self._report(a.exc_value, "while cleaning up")

    def _from_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._report(context.get("exception"), str(context.get("message", "in the event loop")))

    def _from_slot(self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        self._report(error, "in the window")

    def _report(self, error: BaseException | None, where: str) -> None:
        log.error("unexpected error %s", where, exc_info=error)
        what = f"{type(error).__name__}: {error}" if error else where
        self.happened.emit(f"Something went wrong ({what}). Capture goes on; details are in the log.")

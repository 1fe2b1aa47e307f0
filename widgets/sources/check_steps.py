"""Check steps: a connection tried step by step, each step shown as it is known, and what to do where one fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from app.display import display
from app.tasks import spawn
from eventscope.connector import CheckResult, Connector, Refused
from widgets.look.text import label, selectable

__all__ = ["CheckSteps", "Complete"]

log = logging.getLogger(__name__)

TRYING = "Trying the connection…"
PASSED = "Every step worked."
MOST_DETAIL = 600

Complete = Callable[[Connector], Awaitable[Connector]]
"""Finds what is missing for the login; raises Refused if nobody knows it."""


class CheckSteps(QWidget):
    """Runs `check()` of a connector as a task of its own; `ended` says whether all steps worked."""

    ended = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: list[CheckResult] = []
        self._task: asyncio.Task[None] | None = None
        self._title = ""
        self._head = label("", "strong", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._head)
        column.addLayout(self._grid)

    @property
    def text(self) -> str:
        """What is shown, as lines to be copied."""
        lines = [f"{mark(result)} {result.step}: {result.detail}".rstrip(": ") for result in self._results]
        return "\n".join([self._title, self._head.text(), *lines]).strip()

    @property
    def running(self) -> bool:
        """Whether a check is under way."""
        return self._task is not None and not self._task.done()

    def start(self, connector: Connector, complete: Complete | None = None) -> None:
        """Check a connector from the first step on, after `complete` has found its password."""
        self.stop()
        self._clear()
        self._title = f"{display(connector.label)}: {display(connector.safety)}"
        self._say(TRYING, "muted")
        self._task = spawn(self._run(connector, complete), name=f"check {connector.label}")

    def stop(self) -> None:
        """Give up a check that is under way."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def refuse(self, sentence: str) -> None:
        """Say why nothing can be checked."""
        self.stop()
        self._clear()
        self._say(sentence, "critical")

    async def _run(self, connector: Connector, complete: Complete | None) -> None:
        try:
            if complete is not None:
                connector = await complete(connector)
            async for result in connector.check():
                self._add(result)
        except Refused as error:
            self._add(CheckResult("login", False, str(error)))
        except Exception as error:
            log.warning("the check of %s broke off", connector.label, exc_info=True)
            self._add(CheckResult("check", False, f"{error or type(error).__name__}; the log has the details"))
        self._conclude()

    def _conclude(self) -> None:
        failed = [result.step for result in self._results if not result.ok]
        if failed:
            self._say(f"It fails at {' and '.join(dict.fromkeys(map(display, failed)))}.", "critical")
        else:
            self._say(PASSED, "ok")
        self.ended.emit(not failed)

    def _add(self, result: CheckResult) -> None:
        row = len(self._results)
        self._results.append(result)
        glyph = label(mark(result))
        glyph.setProperty("tone", "ok" if result.ok else "critical")
        detail = selectable(display(result.detail, limit=MOST_DETAIL), "" if result.ok else "strong")
        detail.setWordWrap(True)
        for place, each in enumerate((glyph, label(display(result.step), "strong"), detail)):
            self._grid.addWidget(each, row, place, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleDescription(self.text)

    def _say(self, sentence: str, tone: str) -> None:
        self._head.setText(display(sentence, limit=MOST_DETAIL))
        self._head.setProperty("tone", tone)
        self._head.style().polish(self._head)
        self.setAccessibleName(sentence)

    def _clear(self) -> None:
        self._results.clear()
        for each in self.findChildren(QLabel):
            if each is not self._head:
                self._grid.removeWidget(each)
                each.deleteLater()

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():  # spontaneous: the whole window was minimised
            self.stop()


def mark(result: CheckResult) -> str:
    """The glyph of a step."""
    return "✔" if result.ok else "✖"

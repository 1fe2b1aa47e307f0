"""Causes: why a source that is attached may be silent, each a question that a check of the connection answers."""

from __future__ import annotations

import asyncio
import logging
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.display import display
from app.sources.supervisor import Source
from app.tasks import spawn
from eventscope.connector import CheckResult

__all__ = ["CAUSES", "Cause", "Trial"]

log = logging.getLogger(__name__)

MOST_LETTERS: Final = 200


class Cause(NamedTuple):
    """A question, and the steps of a check that tell the answer."""

    question: str
    steps: frozenset[str]


CAUSES: Final = (
    Cause("Can it be reached?", frozenset({"DNS", "TCP", "TLS", "protocol", "brokers", "address", "options"})),
    Cause(
        "Is that the right name?",
        frozenset({"topics", "exchange", "stream", "channel", "table", "columns", "file", "management API"}),
    ),
    Cause("May I read there?", frozenset({"login", "queue"})),
)


class Trial(QObject):
    """Tries one question at a time on a source; `answer` says how far it is."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.answer = ""
        self._task: asyncio.Task[None] | None = None

    def begin(self, source: Source, cause: Cause) -> None:
        """Check the connection, and answer a question by it."""
        self.stop()
        self._say(f"{cause.question} Trying…")
        self._task = spawn(self._run(source, cause), name=f"check {source.label}")

    def stop(self) -> None:
        """Give up a check that is under way."""
        if self._task is not None:
            self._task.cancel()
        self._task, self.answer = None, ""

    async def _run(self, source: Source, cause: Cause) -> None:
        results: list[CheckResult] = []
        try:
            results += [result async for result in source.connector.check()]
        except Exception as error:
            log.warning("the check of %s broke off", source.label, exc_info=True)
            results.append(CheckResult("check", False, f"{error or type(error).__name__}; the log has the details"))
        self._say(answered(cause, results))

    def _say(self, answer: str) -> None:
        self.answer = answer
        self.changed.emit()


def answered(cause: Cause, results: list[CheckResult]) -> str:
    """What a check tells of a question; where it ended before, why."""
    telling = [result for result in results if result.step in cause.steps]
    failed = [result for result in results if not result.ok]
    if not telling and not failed:
        return f"{cause.question} Nothing there can be tried; every step of the check worked."
    lines = [told(result) for result in (telling or failed)]
    return "\n".join([cause.question, *lines])


def told(result: CheckResult) -> str:
    """A step in one line."""
    mark = "✔" if result.ok else "✖"
    return f"{mark} {display(result.step)}: {display(result.detail, limit=MOST_LETTERS)}"

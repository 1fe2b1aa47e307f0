"""Causes: why a source that is attached may be silent, each a question that a check of the connection answers."""

from __future__ import annotations

import asyncio
import logging
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.display import display
from app.sources.supervisor import Source
from app.tasks import spawn
from connectors.registry import scheme_of
from eventscope.connector import CheckResult, Connector

__all__ = ["BY_SCHEME", "USUAL", "Cause", "Causes", "Trial", "answered", "causes_of"]

log = logging.getLogger(__name__)

MOST_LETTERS: Final = 200


class Cause(NamedTuple):
    """A question, and the steps of a check that tell the answer."""

    question: str
    steps: frozenset[str]


class Causes(NamedTuple):
    """What is usually the matter with a kind of source, in a sentence, and what tells whether it is."""

    sentence: str
    questions: tuple[Cause, ...]


def cause(question: str, *steps: str) -> Cause:
    """A question and the steps that answer it."""
    return Cause(question, frozenset(steps))


REACHED: Final = cause("Can it be reached?", "DNS", "TCP", "TLS", "protocol", "brokers", "address", "options")
USUAL: Final = Causes(
    "Either nothing is published there at the moment, or it goes elsewhere, or you may not read it. Try it:",
    (
        REACHED,
        cause("Is that the right name?", "topics", "exchange", "stream", "channel", "table", "columns", "file"),
        cause("May I read there?", "login", "queue"),
    ),
)
RABBITMQ: Final = Causes(
    "Usually it is another virtual host, {}, or a permission that is missing; or nothing is published. Try it:",
    (
        cause("Is it the right virtual host?", "login", "management API"),
        cause("{}", "exchange", "stream"),
        cause("May I read there?", "login", "queue"),
    ),
)
RABBITMQ_WHAT: Final = {
    "firehose": ("tracing that is off", "Is tracing on?"),
    "stream": ("another queue", "Is the stream there?"),
    "": ("another exchange", "Is the exchange there?"),
}
"""What may be wrong with what is read, by the option that says what that is."""
KAFKA: Final = Causes(
    "Usually it is another topic, a broker that sends us on to where we cannot go, or a login; "
    "or nothing was written since we began. Try it:",
    (
        cause("Is it the right topic?", "topics"),
        cause("Can the brokers be reached?", "DNS", "TCP", "TLS", "protocol", "brokers"),
        cause("Am I let in?", "login", "protocol"),
    ),
)
REDIS: Final = Causes(
    "Usually it is another name, another database, or a user who may not read; or nothing is published. Try it:",
    (
        cause("Is that the right name?", "stream", "channel"),
        cause("Is it the right database?", "login"),
        REACHED,
    ),
)
TAP: Final = Causes(
    "No program sends anything yet: start one that calls bus.tap(), as the user whom this window belongs to. Try it:",
    (cause("Is the address ready?", "address"),),
)
FILE: Final = Causes(
    "Nothing is in the file yet; it is watched and shown as it grows.", (cause("Is it read?", "file"),)
)
SQLITE: Final = Causes(
    "Either the table has no rows yet, or it is another table, or its columns are others. Try it:",
    (
        cause("Is it the right table?", "table"),
        cause("Are the columns taken rightly?", "columns"),
        cause("Can the file be read?", "file"),
    ),
)
INSIDE: Final = Causes("It runs in this program, and has published nothing yet.", ())

BY_SCHEME: Final = {
    "amqp": RABBITMQ, "amqps": RABBITMQ, "kafka": KAFKA, "redis": REDIS, "rediss": REDIS, "tap": TAP, "file": FILE,
    "sqlite": SQLITE, "demo": INSIDE, "inprocess": INSIDE,
}  # fmt: skip


def causes_of(connector: Connector) -> Causes:
    """What is usually the matter with such a source when it is silent."""
    found = BY_SCHEME.get(scheme_of(connector), USUAL)
    if found is not RABBITMQ:
        return found
    options = getattr(connector, "options", None)
    told, question = RABBITMQ_WHAT[next((name for name in RABBITMQ_WHAT if getattr(options, name, False)), "")]
    questions = tuple(each._replace(question=each.question.format(question)) for each in found.questions)
    return Causes(found.sentence.format(told), questions)


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
    """A step in one line. That it went well need not be good news: it may say that tracing is off."""
    mark = "→" if result.ok else "✖"
    return f"{mark} {display(result.step)}: {display(result.detail, limit=MOST_LETTERS)}"

"""Lookup: a question about rows is answered at once from memory, or a moment later when a thread has read a file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from app.store.away import Away, at_hand
from app.store.store import Evicted, Store
from app.tasks import spawn

__all__ = ["SLOW_S", "Lookup", "text_of"]

log = logging.getLogger(__name__)

AnswerT = TypeVar("AnswerT")

SLOW_S: Final = 0.1
"""What takes longer is said; what does not would only flicker."""


def nothing() -> None:
    """What is done while somebody waits, where nothing is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What to read, and whom to tell."""

    work: Callable[[], Any]
    then: Callable[[Any], object]
    slow: Callable[[], object]
    failed: Callable[[Exception], object] | None


def text_of(store: Store, seq: int, name: str) -> str | None:
    """What a row has in a column of texts, None if that is nothing or the row is gone. Any thread may ask."""
    try:
        ((text,),) = store.cells([seq], (name,))
    except Evicted:
        return None
    return text if isinstance(text, str) else None


class Lookup:
    """Has one question at a time: a newer one supersedes the one before. All calls come from the loop's thread.

    At most one thread reads. A question that comes meanwhile is read when that has ended, if nobody asked another one.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._question: Question | None = None
        self._reads = False

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._question is not None

    def give_up(self) -> None:
        """Nobody waits any more for an answer."""
        self._question = None

    def ask(
        self,
        work: Callable[[], AnswerT],
        then: Callable[[AnswerT], object],
        slow: Callable[[], object] = nothing,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Call `then` with what `work` gives: before this returns if that is at hand, else when a thread has read it.

        `slow` is called when that takes a while, and `failed` with what went wrong in the thread, which is logged;
        without it that is told the loop. What `work` raises at hand is raised here.
        """
        self.give_up()
        try:
            answer = at_hand(work)
        except Away:
            self.read(work, then, slow, failed)
        else:
            then(answer)

    def read(
        self,
        work: Callable[[], AnswerT],
        then: Callable[[AnswerT], object],
        slow: Callable[[], object] = nothing,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """The same for what is known to be in a file."""
        self._question = question = Question(work, then, slow, failed)
        asyncio.get_running_loop().call_later(SLOW_S, self._tell_slow, question)
        if not self._reads:
            self._reads = True
            spawn(self._serve(), name=self._name)

    def _tell_slow(self, question: Question) -> None:
        if question is self._question:
            question.slow()

    async def _serve(self) -> None:
        try:
            while (question := self._question) is not None:
                await self._answer(question)
        finally:
            self._reads = False

    async def _answer(self, question: Question) -> None:
        """Read, and tell unless the question was given up or superseded meanwhile."""
        try:
            tell = partial(question.then, await asyncio.to_thread(question.work))
        except Exception as error:
            log.warning("it failed to %s", self._name, exc_info=True)
            tell = partial(question.failed or self._tell_loop, error)
        if question is self._question:
            self._question = None
            tell()

    def _tell_loop(self, error: Exception) -> None:
        said = {"message": f"it failed to {self._name}", "exception": error}
        asyncio.get_running_loop().call_exception_handler(said)

"""Asking for a password in a terminal. It is not shown while it is typed, and is written nowhere."""

from __future__ import annotations

import contextlib
import getpass
import signal
import sys
from collections.abc import Iterator

from app.credentials.question import Answer, Question
from app.display import display

__all__ = ["ask_in_terminal"]


async def ask_in_terminal(question: Question) -> Answer | None:
    """Ask where there is somebody to answer. All else waits meanwhile, as nothing may write in between."""
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    prompt = " ".join(filter(None, (question.reason, f"{question.sentence}: ")))
    with _ending_at_once():
        try:
            secret = getpass.getpass(display(prompt), sys.stderr)
        except EOFError:
            return None
    return Answer(secret) if secret else None


@contextlib.contextmanager
def _ending_at_once() -> Iterator[None]:
    """Ctrl+C ends the question. The loop's own handler would wait until it is answered."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

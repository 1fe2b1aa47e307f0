"""Failure: an error that ends a command, as one sentence and an exit code."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
CHECK_FAILED: Final = 1
WRONG_USAGE: Final = 2
NO_SOURCE: Final = 3
NO_CAPTURE: Final = 4


class Failure(Exception):
    """What went wrong and what to do, said to the user; `code` is the exit code of the command."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code

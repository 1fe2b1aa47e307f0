"""The question for a password, and its answer. Windows and terminals ask it in their own ways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

__all__ = ["Answer", "Ask", "Question"]


@dataclass(frozen=True, slots=True)
class Question:
    """Asks for `what` (a password or a token) of `account`, again if the first was `refused`."""

    account: str
    what: str = "password"
    refused: bool = False
    can_keep: bool = False
    """Whether there is a keyring that could keep it."""

    @property
    def sentence(self) -> str:
        """What is asked, on one line."""
        return f"{self.what.capitalize()} for {self.account}"

    @property
    def reason(self) -> str:
        """Why it is asked once more, if it is."""
        return f"The {self.what} was not accepted." if self.refused else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was typed, and whether the keyring shall keep it."""

    secret: str = field(repr=False)
    keep: bool = False


Ask = Callable[[Question], Awaitable[Answer | None]]
"""Asks; None when nobody answers."""

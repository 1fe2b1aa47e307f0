"""Shell: words and payloads as a POSIX shell takes them, whatever is in them."""

from __future__ import annotations

import shlex
from base64 import b64encode
from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["Variable", "command", "feed", "is_text"]

WIDTH: Final = 100
NO_ARGUMENT: Final = "\0"
"""No argument of a command can hold it."""


class Variable(NamedTuple):
    """A word that ends in the value of a variable of the shell, for what must not stand in the text."""

    before: str
    name: str

    def __str__(self) -> str:
        return f'{shlex.quote(self.before)}"${self.name}"'


def command(words: Sequence[str | Variable], *, fed: str = "") -> str:
    """A command of quoted words, over several lines if it is long; `fed` is what comes before it in a pipe."""
    written = [quoted(word) if isinstance(word, str) else str(word) for word in words]
    line = " ".join(written)
    pipe = f"{fed} |\n  " if fed else ""
    return pipe + (line if len(line) <= WIDTH else " \\\n    ".join(grouped(written)))


def quoted(word: str) -> str:
    """A word of any characters; NUL and lone surrogates, which no argument can hold, are written out."""
    return shlex.quote(word.replace(NO_ARGUMENT, "\\x00").encode("utf-8", "backslashreplace").decode())


def grouped(words: Sequence[str]) -> list[str]:
    """Words by lines: an option stays with its value."""
    lines: list[list[str]] = []
    for word in words:
        if lines and (not word.startswith("-") and lines[-1][0].startswith("-") and len(lines[-1]) == 1):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [" ".join(line) for line in lines]


def feed(payload: bytes | None) -> str:
    """The command that writes a payload to its output, byte for byte."""
    if is_text(payload):
        return f"printf %s {shlex.quote((payload or b'').decode())}"
    return f"printf %s {b64encode(payload or b'').decode()} | base64 -d"


def is_text(payload: bytes | None) -> bool:
    """Whether a payload can be an argument of a command."""
    try:
        return NO_ARGUMENT not in (payload or b"").decode()
    except UnicodeDecodeError:
        return False

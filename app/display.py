"""Display: the one way for text of events to reach a cell, a log line or a terminal.

It stays text: nothing in it can move the cursor, start a new line, turn the reading direction, hide, or take
a second to draw. What is replaced stays visible, so that two texts that differ look different.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LIMIT: Final = 300
"""Characters shown of one text."""

MOST_MARKS: Final = 4
"""Combining marks kept on one letter: languages need up to three, hostile text piles up thousands."""

_COMBINING = "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_COMBINING += "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"
PILE: Final = re.compile(f"[{_COMBINING}]{{{MOST_MARKS + 1},}}")


class Marks(dict[int, str | int]):
    """What is shown for each character, by its code; filled as characters are met."""

    def __missing__(self, code: int) -> str | int:
        shown = mark(chr(code))
        if shown == chr(code):
            return code
        self[code] = shown
        return shown


def mark(character: str) -> str:
    """A character as it is shown: itself, a picture of a control character, a space, or its code in brackets."""
    code, kind = ord(character), unicodedata.category(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if kind == "Zs":
        return " "
    if kind == "Cs":
        return f"\\u{code:04x}"
    return f"⟨U+{code:04X}⟩" if kind in HIDDEN else character


HIDDEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Categories of characters that act instead of being seen: C1 controls, bidi, zero width, tags, line separators."""

MARKS: Final = Marks()
LINES: Final = Marks({ord("\n"): "\n", ord("\t"): "\t", ord("\r"): ""})
"""As MARKS, for a text area: line ends and tabs are what they are."""


def display(text: str, limit: int = LIMIT) -> str:
    """`text` as one harmless line of about `limit` characters; when cut it ends in … and its full length."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    return shown(text, limit, MARKS)


def display_lines(text: str, limit: int) -> str:
    """`text` made harmless as by `display`, with its lines kept, for a text area."""
    return shown(text, limit, LINES)


def shown(text: str, limit: int, marks: Marks) -> str:
    """`text` cut, its piles of combining marks thinned out, and its characters replaced as `marks` say."""
    harmless = PILE.sub(lambda pile: pile[0][:MOST_MARKS], text[:limit])
    if not harmless.isprintable():
        harmless = harmless.translate(marks)
    if len(text) <= limit and len(harmless) <= limit:
        return harmless
    return f"{harmless[:limit]}… ({len(text):,} characters)"


def has_hidden(text: str) -> bool:
    """Whether `text` holds characters that act unseen, for a badge that says so."""
    return not text.isprintable() and any(unicodedata.category(c) in HIDDEN and c not in "\n\r\t" for c in text)

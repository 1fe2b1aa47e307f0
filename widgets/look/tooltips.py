"""Tooltips of hostile text. Qt guesses whether a tooltip is rich text; this one says so and escapes all of it."""

from __future__ import annotations

from html import escape

from app.display import display

__all__ = ["plain_tooltip"]

LIMIT = 2_000
"""Characters of a tooltip; the detail view shows the rest."""


def plain_tooltip(text: str) -> str:
    """What to give to `setToolTip` or as a ToolTipRole so that `text` is shown letter by letter."""
    shown = escape(display(text, limit=LIMIT))
    return f"<p style='white-space:pre-wrap'>{shown}</p>" if text else ""

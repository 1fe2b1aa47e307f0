"""Letting go: the memory of a large payload is given back by another thread, as that takes longer than a loop may."""

from __future__ import annotations

import threading

from app.detail.document import Document
from app.detail.reading import LARGE

__all__ = ["let_go"]


def let_go(held: list[Document]) -> None:
    """Empty a list that is the last to have these documents; who calls must not have them either."""
    if any(len(document.data) > LARGE for document in held):
        threading.Thread(target=held.clear, name="eventscope-letting-go", daemon=True).start()
    else:
        held.clear()

"""aiormq's own log lines: never with a password, and none that says no more than we do."""

from __future__ import annotations

import logging
from typing import Final

__all__ = ["KNOWN", "calm_logs"]

LIBRARIES: Final = ("aio_pika", "aiormq", "pika")
SOURCE: Final = "aiormq.connection"
KNOWN: Final = ("error when creating transport: %r", "Cancelling cause reader exited abnormally")
"""Lines about a connection that could not be made or was lost: the state that we show, or the sentence with which a
command ends, says it."""


def is_news(record: logging.LogRecord) -> bool:
    """Whether a line says more than that."""
    return record.msg not in KNOWN


def calm_logs() -> None:
    """Keep the libraries at INFO or above, since at DEBUG they log what they send, and as quiet as everybody here."""
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.setLevel(max(logging.INFO, library.getEffectiveLevel()))
    logging.getLogger(SOURCE).addFilter(is_news)

"""aiokafka's own log lines: never with a password, and never the same one again and again."""

from __future__ import annotations

import logging
import time
from typing import Final

__all__ = ["calm_logs"]

SOURCES: Final = ("aiokafka", "aiokafka.client", "aiokafka.conn", "aiokafka.cluster")
REPEAT_S: Final = 10.0
KNOWN: Final = (
    "Unexpected exception in AIOKafkaConnection",
    'Unable connect to "%s:%s": %s',
    "Unable connect to node with id %s: %s",
    "Unable to update metadata from %s",
    "Sending username and password in the clear",
)
"""Lines that say no more than the state we show, or the sentence with which a command ends, and the safety badge."""


class _Calm(logging.Filter):
    """Lets each kind of line through once in a while. At DEBUG aiokafka writes down passwords: never."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if record.levelno < logging.INFO or record.msg in KNOWN or now < self._last.get(record.msg, 0.0):
            return False
        self._last[record.msg] = now + REPEAT_S
        return True


_calm: Final = _Calm()


def calm_logs() -> None:
    """Keep aiokafka's loggers at INFO or above, and calm."""
    for name in SOURCES:
        logger = logging.getLogger(name)
        if logger.getEffectiveLevel() < logging.INFO:
            logger.setLevel(logging.INFO)
        logger.addFilter(_calm)

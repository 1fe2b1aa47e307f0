"""Failures that are made up, to be seen by whoever watches."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Outage", "outages_unlogged"]


class Outage(ConnectionError):
    """Something failed because the scenario wants it to."""


@contextmanager
def outages_unlogged() -> Iterator[None]:
    """Keep the bus from logging made-up failures: a demo must not look broken on the terminal."""

    def is_real(record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], Outage))

    log = logging.getLogger("eventscope.bus")
    log.addFilter(is_real)
    try:
        yield
    finally:
        log.removeFilter(is_real)

"""Failures that are made up, to be seen by whoever watches."""

from __future__ import annotations

import logging

__all__ = ["Outage", "leave_outages_unlogged"]


class Outage(ConnectionError):
    """Something failed because the scenario wants it to."""


def leave_outages_unlogged() -> None:
    """Keep every bus of this process from logging made-up failures: a demo must not look broken on the terminal.

    For good: a bus that is stopped may still fail what it had begun.
    """
    logging.getLogger("eventscope.bus").addFilter(_is_real)


def _is_real(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], Outage))

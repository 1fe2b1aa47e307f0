"""The options of a bus: their names, kinds and bounds, for code and configuration files alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from eventscope.overflow import Overflow

__all__ = ["OPTIONS", "check_options"]


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("a text that is not empty")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise TypeError("a whole number, 1 or more")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        raise TypeError("a number of seconds, 0 or more")
    return float(value)


def _overflow(value: object) -> Overflow:
    try:
        return Overflow(value)  # type: ignore[arg-type]
    except ValueError:
        raise TypeError(f"one of {', '.join(Overflow)}") from None


OPTIONS: Final[Mapping[str, Callable[[object], Any]]] = {
    "max_queue_size": _whole,
    "enable_metrics": _flag,
    "log_events": _flag,
    "name": _text,
    "overflow": _overflow,
    "concurrency": _whole,
    "ageing": _seconds,
}
"""Each option with what reads it; that raises TypeError with the words for what is allowed."""


def check_options(given: Mapping[str, object]) -> dict[str, Any]:
    """The options as the bus uses them. Raises ValueError with one sentence for the first that will not do."""
    checked = {}
    for key, value in given.items():
        if key not in OPTIONS:
            raise ValueError(f"{key} is no option of the bus; use {', '.join(OPTIONS)}")
        try:
            checked[key] = OPTIONS[key](value)
        except TypeError as error:
            raise ValueError(f"{key} takes {error}, not {value!r}") from None
    return checked

"""What sources told of themselves and of their brokers, as it stands in a capture beside the rows."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec

from eventscope.connector import Chart, Declaration

__all__ = ["told_document", "told_in"]

log = logging.getLogger(__name__)


class Told(msgspec.Struct, omit_defaults=True):
    """What one source told: who listens to what on a channel, or a chart."""

    source: str
    declaration: Declaration | None = None
    chart: Chart | None = None


def told_document(told: Iterable[tuple[str, Declaration | Chart]]) -> list[Any]:
    """What the sources of these names told, as a document."""
    entries = [Told(name, chart=each) if isinstance(each, Chart) else Told(name, each) for name, each in told]
    document: list[Any] = msgspec.to_builtins(entries)
    return document


def told_in(document: Any) -> list[Declaration | Chart]:
    """What a document says, each with the name of its source. What is no document of ours says nothing."""
    try:
        entries = msgspec.convert(document or [], list[Told])
    except msgspec.ValidationError as error:
        log.warning("what sources told of themselves is left out: %s", error)
        return []
    return [replace(each, source=entry.source) for entry in entries if (each := entry.declaration or entry.chart)]

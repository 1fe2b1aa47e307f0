"""Detail: what there is to say about one event, decoded for reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from app.decoding import Place, Recognition, place_of, recognise
from app.detail.document import Document, document_of
from app.detail.reading import Reading
from app.detail.tape import Progress, no_progress
from app.detail.wording import envelope, facts, headers, recognised, summary_of
from app.sources.supervisor import Source
from app.store.store import Store
from app.store.stored import StoredEvent

__all__ = ["Detail", "detail_of", "read_detail"]

MOST_RECOGNISED: Final = 1024 * 1024
"""Bytes of a payload that rules are tried on again: they decode it at once."""


@dataclass(frozen=True, slots=True)
class Detail:
    """An event as groups of names and values (a tuple of pairs keeps duplicates), and its payload.

    `payload` are the bytes as they came, `document` what they read as.
    """

    event: StoredEvent
    summary: str
    groups: list[tuple[str, Any]]
    payload: bytes
    document: Document
    place: Place | None = None
    recognition: Recognition | None = None


def detail_of(store: Store, seq: int, sources: Sequence[Source] = ()) -> Detail:
    """All about one event. A step of its life shows the payload that was published; raises Evicted.

    With its source among `sources`, a message of a broker also tells why its columns hold what they do.
    """
    reading = Reading(store, seq)
    return read_detail(reading, place_of(reading.event, sources))


def read_detail(reading: Reading, place: Place | None, progress: Progress = no_progress) -> Detail:
    """All about an event whose payload is yet to be read, in any thread."""
    payload = reading.payload()
    event = reading.whole(payload)
    is_short = len(payload or b"") <= MOST_RECOGNISED
    tried = event if is_short else msgspec.structs.replace(event, payload=None)
    recognition = recognise(tried, place) if place else None
    document = document_of(payload, recognition, progress)
    return Detail(
        event, summary_of(event), groups_of(event, document, recognition), payload or b"", document, place, recognition
    )


def groups_of(event: StoredEvent, document: Document, recognition: Recognition | None) -> list[tuple[str, Any]]:
    """What the tree shows, from top to bottom."""
    groups: list[tuple[str, Any]] = [("Envelope", envelope(event))]
    if recognition is not None:
        groups.append(("Recognised", recognised(recognition)))
    if event.headers:
        groups.append(("Headers", headers(event)))
    groups.append((f"Payload ({document.form})", document.value))
    groups.append(("Source facts", facts(event)))
    return groups

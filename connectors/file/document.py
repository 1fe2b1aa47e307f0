"""JSON documents that hold many events: Eventscope's own exports, arrays of events, or one event on many lines."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Final

import msgspec

from connectors.file.json_value import Fields, read_fields
from connectors.file.line_reader import read_object
from connectors.file.lines import BYTE_ORDER_MARK
from eventscope.connector import Record

__all__ = ["might_be_document", "read_document"]

log = logging.getLogger(__name__)

LARGEST_DOCUMENT: Final = 512 * 2**20

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])


def might_be_document(head: bytes, size: int) -> bool:
    """Whether a file that begins with `head` is worth an attempt: JSON, but no JSON Lines."""
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    if text[:1] not in (b"{", b"[") or size > LARGEST_DOCUMENT:
        return False
    first, newline, _ = text.partition(b"\n")
    try:
        fields, _ = read_fields(first)
    except ValueError:
        return bool(newline) or size > len(head) or first.startswith(b"[")
    return _is_export(fields)


def read_document(text: bytes) -> list[Record] | None:
    """The rows of a document, or None if it is none after all."""
    try:
        return list(_records(text.removeprefix(BYTE_ORDER_MARK).strip()))
    except (ValueError, RecursionError) as error:
        log.debug("not read as a JSON document: %s", error)
        return None


def _is_export(fields: Fields) -> bool:
    return "eventscope" in fields and fields.get("events", b"").startswith(b"[")


def _records(text: bytes) -> Iterator[Record]:
    if text.startswith(b"{"):
        fields = {name: bytes(raw) for name, raw in _object.decode(text).items()}
        if not _is_export(fields):
            yield read_object(text)
            return
        text = fields["events"]
    items = [bytes(item) for item in _array.decode(text)]
    if items and not any(item.startswith(b"{") for item in items):
        raise ValueError("an array, but not of events")
    for number, item in enumerate(items, start=1):
        yield _record(number, item)


def _record(number: int, item: bytes) -> Record:
    try:
        return read_object(item)
    except ValueError as error:
        return Record(payload=item, error=f"event {number} is {error}")

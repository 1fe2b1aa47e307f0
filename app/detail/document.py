"""Document: what a payload reads as: JSON of any size read in place, text, or bytes that are no text."""

from __future__ import annotations

from codecs import getincrementaldecoder
from dataclasses import dataclass
from typing import Any, Final

from app.decoding import Recognition
from app.detail.json_text import JsonText
from app.detail.lines import Lines, json_lines, text_lines
from app.detail.strict import require_json
from app.detail.tape import Progress, no_progress
from app.payload import NotJson
from connectors.envelopes.inside import Decoded
from eventscope.payload import payload_bytes

__all__ = ["AWAITED", "Document", "document_of", "first_part"]

SLICE: Final = 256 * 1024
UTF8: Final = getincrementaldecoder("utf-8")

LONGEST_VALUE: Final = 64 * 1024
"""Characters of a text that stand in the tree as one value."""

FIRST_PART: Final = 64 * 1024
"""Bytes of a large payload that are shown while it is read."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be read: `data`, as `form` says (json, text, bytes, none, or a decoder's name).

    `json` and `lines` are there for what is JSON and for what is text. `in_place` says whether `data` are the payload's
    own bytes, and not what a decoder made of them.
    """

    data: bytes
    form: str
    json: JsonText | None = None
    lines: Lines | None = None
    in_place: bool = True

    @property
    def value(self) -> Any:
        """The value that stands in the tree."""
        if self.json is not None:
            return self.json.root
        if self.lines is None:
            return None if self.form == "none" else f"{len(self.data):,} bytes" if self.data else "…"
        text = self.data[: LONGEST_VALUE * 4].decode("utf-8", "replace")
        return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


NOTHING: Final = Document(b"", "none")
AWAITED: Final = Document(b"", "on its way")
"""In place of a payload that is being fetched."""


def document_of(
    payload: bytes | None, recognition: Recognition | None = None, progress: Progress = no_progress
) -> Document:
    """What a payload reads as. What a decoder made of it goes before its text, but not before JSON."""
    if payload is None:
        return NOTHING
    try:
        return json_document(payload, progress)
    except NotJson:
        pass
    if recognition is not None and (decoded := recognition.decoded) and not (decoded.error or decoded.note):
        return decoded_document(decoded)
    return text_document(payload) if is_text(payload, progress) else Document(payload, "bytes")


def json_document(payload: bytes, progress: Progress) -> Document:
    """A payload that is JSON; raises NotJson."""
    text = JsonText(payload, lambda done: progress(done / 2))
    require_json(text, lambda done: progress((1 + done) / 2))
    return Document(payload, "json", text, json_lines(text))


def decoded_document(decoded: Decoded) -> Document:
    """What a decoder made of a payload."""
    text = JsonText(payload_bytes(decoded.value) or b"null")
    return Document(text.data, decoded.form, text, json_lines(text), in_place=False)


def text_document(payload: bytes) -> Document:
    """A payload that is text."""
    return Document(payload, "text", None, text_lines(payload))


def is_text(payload: bytes, progress: Progress) -> bool:
    """Whether it is UTF-8 without NUL."""
    decoder = UTF8()
    try:
        for start in range(0, len(payload), SLICE):
            progress(start / len(payload))
            if "\0" in decoder.decode(payload[start : start + SLICE], start + SLICE >= len(payload)):
                return False
    except UnicodeDecodeError:
        return False
    return True


def first_part(payload: bytes) -> Document:
    """The beginning of a large payload, for the time in which the whole is being read."""
    head = payload[:FIRST_PART]
    if head.lstrip()[:1] in (b"{", b"["):
        try:
            return Document(head, "beginning", None, json_lines(JsonText(head, whole=False)))
        except NotJson:
            pass
    return text_document(head) if is_text(head[:-3], no_progress) else Document(head, "bytes")

"""Payloads read safely: any bytes become JSON, text or base64, and nothing in them is trusted or executed.

The three encodings are those of an exported event. JSON is what a strict reader accepts: UTF-8, finite numbers,
no lone surrogates, at most `DEEPEST` levels. What a lenient reader might take as well (NaN, comments, trailing
commas) is text, so that it survives as it came. Text is UTF-8 without NUL. All other bytes are base64.
"""

from __future__ import annotations

import codecs
import json
import math
from base64 import b64encode
from typing import Any, Final, Literal

import msgspec

Encoding = Literal["json", "text", "base64", "none"]

DEEPEST: Final = 200
"""Levels of arrays and objects in a payload that counts as JSON."""

SUMMARY_BYTES: Final = 400
"""How much of a payload a summary looks at."""

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

ONE_LINE: Final = bytes.maketrans(b"\r\n", b"  ")
"""In JSON, line ends can only stand between values: strings hold them escaped."""

_decode = msgspec.json.Decoder().decode


def _number_as_written(text: str) -> msgspec.Raw:
    if not math.isfinite(float(text)):
        raise ValueError(f"{text[:20]} is too large for a number")
    return msgspec.Raw(text.encode())


_decode_exactly = msgspec.json.Decoder(float_hook=_number_as_written).decode


class NotJson(ValueError):
    """These bytes are no JSON that every strict reader accepts."""


def decode(payload: bytes | None) -> tuple[Any, Encoding]:
    """The value of a payload and how it was found: a JSON value, text, base64 text, or None for no payload."""
    if payload is None:
        return None, "none"
    try:
        return json_value(payload), "json"
    except NotJson:
        return text_or_base64(payload)


def json_value(payload: bytes, *, exactly: bool = False) -> Any:
    """The JSON value in a payload; raises NotJson.

    With `exactly`, numbers with a fraction or an exponent come as `msgspec.Raw`, which is encoded as it was written.
    """
    try:
        value = (_decode_exactly if exactly else _decode)(json_text(payload))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson(str(error)) from error
    # Fewer brackets than levels allowed: no need to look.
    if payload.count(b"[") + payload.count(b"{") > DEEPEST and is_deeper(value, DEEPEST):
        raise NotJson(f"nested deeper than {DEEPEST} levels")
    return value


def json_text(payload: bytes) -> bytes:
    """A JSON payload as it is embedded in one line: the same text without byte order mark and line ends."""
    return payload.removeprefix(BYTE_ORDER_MARK).translate(ONE_LINE)


def text_or_base64(payload: bytes) -> tuple[str, Encoding]:
    """A payload that is not JSON."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = "\0"
    return (b64encode(payload).decode(), "base64") if "\0" in text else (text, "text")


def is_deeper(value: Any, levels: int) -> bool:
    """Whether arrays and objects are nested in each other more than `levels` times."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        children = (child for node in level for child in (node.values() if isinstance(node, dict) else node))
        level = [child for child in children if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def summary(payload: bytes | None) -> str:
    """The beginning of a payload, for a cell or a line: its text, or the first bytes in hex with the size.

    Not made safe for showing: that is what `display` does.
    """
    if not payload:
        return ""
    head, whole = payload[:SUMMARY_BYTES], len(payload) <= SUMMARY_BYTES
    try:
        # A character that is cut in two at the end of the head is no reason to call it binary.
        text, _ = codecs.utf_8_decode(head, "strict", whole)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text:
        return text if whole else text + "…"
    more = "…" if len(payload) > 16 else ""
    return f"{head[:16].hex(' ')}{more} ({len(payload):,} bytes)"


def header_pairs(headers: str) -> list[list[Any]]:
    """Headers, a JSON array of [name, value] pairs, read; any other text is the value of one nameless pair.

    Python writes NaN and infinities into JSON: they become text. Numbers come as `json_value(exactly=True)` gives them.
    """
    try:
        value = json_value(headers.encode("utf-8", "backslashreplace"), exactly=True)
    except NotJson:
        value = lenient_value(headers)
    pairs: list[Any] = value if isinstance(value, list) else [None]
    is_right = all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs)
    return pairs if is_right else [["", without_surrogates(headers)]]


def lenient_value(text: str) -> Any:
    """The value of what only Python takes for JSON; None if not even Python does."""
    try:
        return without_surrogates(json.loads(text, parse_constant=str))
    except (ValueError, RecursionError):
        return None


def without_surrogates(value: Any) -> Any:
    """A value whose text has its lone surrogates written out, as in \\udc80: no strict reader takes them."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {without_surrogates(name): without_surrogates(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_surrogates(item) for item in value]
    return value

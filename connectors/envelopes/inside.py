"""Inside: payloads that are no JSON objects, and what lies in them for the rules to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from connectors.envelopes.batch import events_in
from connectors.envelopes.choices import NO_CHOICE, Choice
from connectors.envelopes.formats.confluent import mark_of
from connectors.envelopes.guard import GuardedDecoder
from connectors.envelopes.members import Found, Members
from connectors.envelopes.plan import Shape
from eventscope.decoder import Decoder, Message, NotDecoded
from eventscope.payload import payload_bytes

__all__ = ["Decoded", "Inside", "decode_with"]

LARGEST_DECODED: Final = 256 * 2**10
"""Larger payloads are not decoded as they come."""

TEXT: Final = frozenset((9, 10, 13, *range(32, 127), *range(0xC2, 0xF5)))
"""Bytes that text begins with."""

PLAIN_TYPES: Final = ("", "text/plain", "application/json")
TEXT_FORMATS: Final = ("text", "json")


class Decoded(NamedTuple):
    """What a decoder made of a payload: its name, the value, and why there is none: a fault, or only a note."""

    form: str
    value: Any = None
    error: str | None = None
    note: str | None = None


class Inside(NamedTuple):
    """What was found in a payload: its format, what is wrong with it, and the members that rules may ask for."""

    form: str | None
    error: str | None
    found: Found | None


NOTHING: Final = Inside(None, None, None)


def look_inside(message: Message, members: Members, decoders: Sequence[Decoder], choice: Choice) -> Inside:
    """Look into a payload that is no JSON object, or that shall be read in a certain way."""
    if choice.format in TEXT_FORMATS:
        return NOTHING
    first = message.payload[0]
    if first == ord("[") and not choice.format:
        return Inside(None, None, of_batch(message.payload, members))
    if first in TEXT and not choice.format and not is_asked_about(message, decoders):
        return NOTHING
    decoded = decode_with(message, decoders, choice)
    if decoded is None:
        return NOTHING
    inner = payload_bytes(decoded.value) if isinstance(decoded.value, dict) else None
    return Inside(decoded.form, decoded.error, members.look(inner) if inner else None)


def is_asked_about(message: Message, decoders: Sequence[Decoder]) -> bool:
    """Whether a payload that begins like text may be something else: its headers say so, or somebody else's decoder."""
    if any(isinstance(decoder, GuardedDecoder) for decoder in decoders):
        return True
    return bool(message.headers) and (message.content_type not in PLAIN_TYPES or mark_of(message) is not None)


def decode_with(message: Message, decoders: Sequence[Decoder], choice: Choice = NO_CHOICE) -> Decoded | None:
    """What the first decoder makes of it that claims the payload; None if none does, or it was only a guess."""
    for decoder in decoders:
        forced = decoder.name == choice.format
        if choice.format and not forced:
            continue
        try:
            if not (forced or decoder.claims(message)):
                continue
            if len(message.payload) > LARGEST_DECODED:
                raise ValueError(f"too large to decode ({len(message.payload):,} bytes)")
            return Decoded(decoder.name, decoder.decode(message))
        except NotDecoded as note:
            return Decoded(decoder.name, note=str(note))
        except ValueError as error:
            if forced or is_sure(decoder, message):
                return Decoded(decoder.name, error=str(error))
        except Exception as error:  # a decoder of ours has a fault: the row comes all the same
            return Decoded(decoder.name, error=f"{decoder.name}: {type(error).__name__}: {error}")
    return None


def is_sure(decoder: Decoder, message: Message) -> bool:
    """Whether a decoder that failed was not just guessing by the first byte."""
    return decoder.name not in ("messagepack", "cbor") or bool(message.content_type)


def of_batch(payload: bytes, members: Members) -> Found | None:
    """The first of several events in an array; only if it has an envelope that is known."""
    events = events_in(payload, members)
    found = members.look(events[0]) if events else None
    return (batch_shape(found[0]), found[1]) if found else None


def batch_shape(shape: Shape) -> Shape:
    """The shape of a batch of such events."""
    if shape.batch is None:
        kinds = tuple(replace(kind, name=f"{kind.name} batch") if kind.name else kind for kind in shape.kinds)
        shape.batch = Shape(kinds, shape.slots, shape.members)
    return shape.batch

"""Pickles of Python are recognised and never loaded: loading one runs what its writer wants."""

from __future__ import annotations

from typing import ClassVar, Final, NoReturn

from eventscope.decoder import Decoder, Message, NotDecoded

__all__ = ["Pickle"]

TYPES: Final = ("application/x-python-serialize", "application/x-python-pickle", "application/python-pickle")
PROTOCOLS: Final = (2, 3, 4, 5)


class Pickle(Decoder):
    """Only says what it is."""

    name: ClassVar = "pickle (not decoded)"

    def claims(self, message: Message) -> bool:
        """By media type, or by the mark of a protocol at the beginning and the stop at the end."""
        payload = message.payload
        marked = payload[:1] == b"\x80" and len(payload) > 2 and payload[1] in PROTOCOLS and payload[-1:] == b"."
        return marked or message.content_type in TYPES

    def decode(self, message: Message) -> NoReturn:
        """Raises NotDecoded: it is not decoded."""
        raise NotDecoded("a pickle of Python is never loaded")

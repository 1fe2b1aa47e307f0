"""Options of `redis:`: which channels or streams to read, and how to log in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from connectors.login import Login
from connectors.options import option
from connectors.source_url import place_of

__all__ = ["RedisOptions"]

STARTS: Final = "first, next or the id of an entry"
READING: Final = "What to read"
LOGIN: Final = "Login"


@dataclass(frozen=True)
class RedisOptions:
    """Options of `redis:`; `path` is the number of the database."""

    host: str = option("the server", example="localhost")
    port: int = option("by default 6379", 6379)
    user: str = option("who logs in", "", group=LOGIN)
    password: str | None = option("the password of that user", None, group=LOGIN, secret=True)
    path: str = option("the number of the database", "0")
    channel: tuple[str, ...] = option(
        "the channels to hear, joined by commas; * and ? stand for anything",
        (),
        group=READING,
        example="events,orders.*",
    )
    stream: tuple[str, ...] = option("the streams to read, joined by commas", (), group=READING, example="orders")
    from_: str = option(f"where to begin in streams: {STARTS}", "next", group=READING)

    def __post_init__(self) -> None:
        if bool(self.channel) == bool(self.stream):
            raise ValueError("write one of channel=NAME and stream=NAME" + (", not both" if self.channel else ""))
        if not 0 < self.port < 2**16:
            raise ValueError("the port is a number from 1 to 65535")
        if not self.path.isdecimal():
            raise ValueError("the database is a number; write redis://HOST:PORT/0")
        if self.start is None:
            raise ValueError(f"from takes {STARTS}")

    @property
    def start(self) -> str | None:
        """`from` as it was written, None if it is not one of STARTS."""
        return self.from_ if re.fullmatch(r"first|next|\d{1,20}(-\d{1,20})?", self.from_) else None

    @property
    def place(self) -> str:
        """HOST:PORT."""
        return place_of(self.host, self.port)

    @property
    def login(self) -> Login | None:
        """Who logs in, None where nobody does."""
        named = self.user or self.password is not None
        return Login(self.user or "default", self.place, self.password) if named else None

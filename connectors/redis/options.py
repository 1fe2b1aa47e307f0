"""Options of `redis:` and `rediss:`: which channels or streams to read, how to log in, and whom to trust."""

# ruff: noqa: RUF009  (option makes a dataclass field, as dataclasses.field does)
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.login import Login
from connectors.options import option
from connectors.source_url import place_of
from connectors.tls import NamedTls, Tls

__all__ = ["RedisOptions", "RedisTlsOptions"]

STARTS: Final = "first, next or the id of an entry"
READING: Final = "What to read"
LOGIN: Final = "Login"
TLS: Final = "Encryption (TLS)"


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
    def tls(self) -> Tls | None:
        """What is demanded of the server's certificate, None where nothing is encrypted."""
        return None

    @property
    def name_in_certificate(self) -> str | None:
        """The name to look for there, None for the host."""
        return None

    @property
    def login(self) -> Login | None:
        """Who logs in, None where nobody does."""
        named = self.user or self.password is not None
        return Login(self.user or "default", self.place, self.password) if named else None


@dataclass(frozen=True)
class RedisTlsOptions(NamedTls, RedisOptions):
    """Options of `rediss:`. Those of TLS have the names that they have for RabbitMQ."""

    cafile: Path | None = option("certificates of the authorities to trust, PEM", None, group=TLS)
    capath: Path | None = option("a folder of such certificates, as OpenSSL has it", None, group=TLS)
    cadata: str | None = option("such certificates themselves, PEM", None, group=TLS)
    certfile: Path | None = option("our own certificate, PEM", None, group=TLS)
    keyfile: Path | None = option("the key of our certificate, if not in the same file", None, group=TLS)
    keyfile_password: str | None = option("the password of that key", None, group=TLS, secret=True)
    server_name: str | None = option("the name in the server's certificate, if not HOST", None, group=TLS)
    no_verify_ssl: bool = option("1 trusts any certificate: anybody may listen in", False, group=TLS)

    @property
    def name_in_certificate(self) -> str | None:
        """`server_name` as it was written."""
        return self.server_name

"""Options of `amqp:` and `amqps:`: which exchanges, firehose or stream to read, and how to log in."""

from __future__ import annotations

import os
import re
import ssl
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

__all__ = ["PASSWORD_VARIABLE", "Mechanism", "RabbitOptions"]

PASSWORD_VARIABLE: Final = "EVENTSCOPE_AMQP_PASSWORD"  # noqa: S105  the name of a variable
GUEST: Final = "guest"
"""The user and the password of a fresh broker."""

STARTS: Final = "first, last, next or an offset"
ONE_OF: Final = "write one of exchange=NAME, firehose=1 and stream=QUEUE"
DEFAULT_EXCHANGE: Final = (
    "the default exchange cannot be tapped, the broker lets nobody bind to it; "
    "an operator can switch on tracing, which firehose=1 reads"
)

OptionsT = TypeVar("OptionsT")


class Mechanism(StrEnum):
    """How to log in: with user and password, or by the client certificate."""

    PLAIN = "plain"
    EXTERNAL = "external"


def _help(text: str) -> dict[str, str]:
    return {"help": text}


def _with_from(options: type[OptionsT]) -> type[OptionsT]:
    """Declare the option `from`, a name that Python does not let a class body use."""
    options.__annotations__["from"] = "str"
    setattr(options, "from", field(default="next", repr=False, metadata=_help(f"where to begin in a stream: {STARTS}")))
    return options


@dataclass(frozen=True, init=False, eq=False)
@_with_from
class RabbitOptions:
    """Options of `amqp:`; `path` is the virtual host."""

    host: str = field()
    port: int | None = None
    user: str = GUEST
    password: str | None = field(default=None, repr=False)
    path: str = "/"
    exchange: tuple[str, ...] = field(default=(), metadata=_help("the exchanges to tap, joined by commas"))
    bind: tuple[str, ...] = field(
        default=(), metadata=_help("routing keys to bind with; by default the keys of the existing bindings")
    )
    firehose: bool = field(default=False, metadata=_help("1 reads amq.rabbitmq.trace, if an operator traces"))
    stream: str | None = field(default=None, metadata=_help("the stream queue to read, without taking from it"))
    management: str | None = field(
        default=None, metadata=_help("the management API as HOST:PORT, by default the AMQP port + 10000; 0 for none")
    )
    auth: Mechanism = field(default=Mechanism.PLAIN, metadata=_help("plain, or external by client certificate"))
    cafile: Path | None = field(default=None, metadata=_help("certificates of the authorities to trust, PEM"))
    capath: Path | None = field(default=None, metadata=_help("a folder of certificates to trust"))
    certfile: Path | None = field(default=None, metadata=_help("the client certificate, PEM"))
    keyfile: Path | None = field(default=None, metadata=_help("the key of the client certificate, PEM"))
    server_name: str | None = field(default=None, metadata=_help("the name in the broker's certificate, if not HOST"))
    no_verify_ssl: bool = field(default=False, metadata=_help("1 trusts any certificate: anybody may listen in"))

    def __init__(self, **values: Any) -> None:
        for each in fields(self):
            if each.name not in values and each.default is MISSING:
                raise TypeError(f"{each.name} is missing")
            object.__setattr__(self, each.name, values.get(each.name, each.default))
        self._demand_one_thing()

    def _demand_one_thing(self) -> None:
        if {"", "amq.default"} & set(self.exchange):
            raise ValueError(DEFAULT_EXCHANGE)
        asked = bool(self.exchange) + self.firehose + bool(self.stream)
        if asked != 1:
            raise ValueError(f"{ONE_OF}, not several" if asked else ONE_OF)
        if self.bind and not self.exchange:
            raise ValueError("bind=KEY goes with exchange=NAME")
        if self.start is None:
            raise ValueError(f"from takes {STARTS}")

    @property
    def start(self) -> str | int | None:
        """`from` as brokers take it; None if it is not one of STARTS."""
        text = str(getattr(self, "from"))
        return int(text) if re.fullmatch(r"\d{1,18}", text) else text if text in ("first", "last", "next") else None

    @property
    def secret(self) -> str:
        """The password to use: from the URL, else from the environment, else that of a fresh broker."""
        given = self.password if self.password is not None else os.environ.get(PASSWORD_VARIABLE)
        return given if given is not None else GUEST if self.user == GUEST else ""

    def address(self, *, tls: bool) -> tuple[str, int]:
        """Host and port of the broker."""
        return self.host, self.port or (5671 if tls else 5672)

    def management_address(self, *, tls: bool) -> tuple[str, int] | None:
        """Host and port of the management API, None if it is not to be asked."""
        if self.management == "0":
            return None
        if self.management is None:
            host, port = self.address(tls=tls)
            return (host, port + 10_000) if port + 10_000 < 2**16 else None
        host, _, digits = self.management.removeprefix("https://").removeprefix("http://").rstrip("/").rpartition(":")
        return (host.strip("[]"), int(digits)) if host and digits.isdigit() else (self.management, 15_672)

    def tls(self) -> ssl.SSLContext:
        """How to check the broker's certificate and to show ours; raises OSError (ssl.SSLError is one)."""
        context = ssl.create_default_context(cafile=self.cafile, capath=self.capath)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certfile:
            context.load_cert_chain(self.certfile, self.keyfile)
        if self.no_verify_ssl:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

"""Options of `amqp:` and `amqps:`: which exchanges, firehose or stream to read, and how to log in."""

# ruff: noqa: RUF009  (option makes a dataclass field, as dataclasses.field does)
from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from connectors.envelopes.formats.schema_registry import (
    REGISTRY,
    REGISTRY_PASSWORD,
    REGISTRY_USER,
    SchemaRegistry,
    registry_named,
)
from connectors.login import Login
from connectors.options import option
from connectors.source_url import place_of
from connectors.tls import NamedTls

__all__ = ["Mechanism", "RabbitOptions"]

GUEST: Final = "guest"
"""The user and the password of a fresh broker."""

STARTS: Final = "first, last, next or an offset"
ONE_OF: Final = "write one of exchange=NAME, firehose=1 and stream=QUEUE"
DEFAULT_EXCHANGE: Final = (
    "the default exchange cannot be tapped, the broker lets nobody bind to it; "
    "an operator can switch on tracing, which firehose=1 reads"
)

READING: Final = "What to read"
LOGIN: Final = "Login"
TLS: Final = "Encryption (TLS)"
MORE: Final = "More"


class Mechanism(StrEnum):
    """How to log in: with user and password, or by the client certificate."""

    PLAIN = "plain"
    EXTERNAL = "external"


@dataclass(frozen=True)
class RabbitOptions(NamedTls):
    """Options of `amqp:`; `path` is the virtual host. Those of TLS and login have the names that aio-pika knows."""

    host: str = option("the broker", example="localhost")
    port: int | None = option("by default 5672, and 5671 with TLS", None)
    user: str = option("who logs in", GUEST, group=LOGIN)
    password: str | None = option("the password of that user", None, group=LOGIN, secret=True)
    path: str = option("the virtual host", "/")
    exchange: tuple[str, ...] = option(
        "the exchanges to tap, joined by commas", (), group=READING, example="orders,payments"
    )
    bind: tuple[str, ...] = option(
        "routing keys to bind with; by default the keys of the existing bindings", (), group=READING, example="order.#"
    )
    firehose: bool = option("1 reads amq.rabbitmq.trace, if an operator traces", False, group=READING)
    stream: str | None = option("the stream queue to read, without taking from it", None, group=READING)
    from_: str = option(f"where to begin in a stream: {STARTS}", "next", group=READING)
    management: str | None = option(
        "the management API as HOST:PORT, by default the AMQP port + 10000; 0 for none", None, group=MORE
    )
    map_: bool = option("0 does not ask it every 5 s what there is on the broker, for the map", True, group=MORE)
    auth: Mechanism = option("plain, or external by client certificate", Mechanism.PLAIN, group=LOGIN)
    cafile: Path | None = option("certificates of the authorities to trust, PEM", None, group=TLS)
    capath: Path | None = option("a folder of such certificates, as OpenSSL has it", None, group=TLS)
    cadata: str | None = option("such certificates themselves, PEM", None, group=TLS)
    certfile: Path | None = option("our own certificate, PEM", None, group=TLS)
    keyfile: Path | None = option("the key of our certificate, if not in the same file", None, group=TLS)
    keyfile_password: str | None = option("the password of that key", None, group=TLS, secret=True)
    server_name: str | None = option("the name in the broker's certificate, if not HOST", None, group=TLS)
    no_verify_ssl: bool = option("1 trusts any certificate: anybody may listen in", False, group=TLS)
    registry: str | None = option(REGISTRY, None, group=MORE, example="http://localhost:8081")
    registry_user: str | None = option(REGISTRY_USER, None, group=MORE)
    registry_password: str | None = option(REGISTRY_PASSWORD, None, group=MORE, secret=True)

    def __post_init__(self) -> None:
        self._demand_one_thing()
        _ = self.schema_registry

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
    def schema_registry(self) -> SchemaRegistry | None:
        """The registry to ask, if one is named; raises ValueError."""
        return registry_named(self.registry, self.registry_user, self.registry_password)

    @property
    def start(self) -> str | int | None:
        """`from` as brokers take it; None if it is not one of STARTS."""
        text = self.from_
        return int(text) if re.fullmatch(r"\d{1,18}", text) else text if text in ("first", "last", "next") else None

    @property
    def secret(self) -> str:
        """The password to use: the given one, else that of a fresh broker."""
        return self.password if self.password is not None else GUEST if self.user == GUEST else ""

    def login(self, *, tls: bool) -> Login | None:
        """What has to be known for the login; None where a certificate logs in."""
        if self.auth is Mechanism.EXTERNAL:
            return None
        place = place_of(*self.address(tls=tls))
        return Login(self.user, place, self.password, usual=GUEST if self.user == GUEST else None)

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

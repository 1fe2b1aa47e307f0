"""Options of `kafka:`: where, which topics, from when, and how to be let in."""

# ruff: noqa: RUF009  (_option makes a dataclass field, as dataclasses.field does)
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from connectors.source_url import SourceUrlError, host_and_port
from connectors.timestamps import read_time
from eventscope.step import UNKNOWN

__all__ = ["Isolation", "KafkaOptions", "Mechanism", "Protocol"]

DEFAULT_PORT: Final = 9092
STARTS: Final = "latest, earliest, -N for the last N of each partition, or a time such as 2026-01-31T12:00:00Z"

OptionsT = TypeVar("OptionsT")


class Isolation(StrEnum):
    """Which records of transactions are read."""

    UNCOMMITTED = "read_uncommitted"
    COMMITTED = "read_committed"


class Protocol(StrEnum):
    """How the connection is protected."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class Mechanism(StrEnum):
    """How we say who we are."""

    PLAIN = "PLAIN"
    SCRAM_256 = "SCRAM-SHA-256"
    SCRAM_512 = "SCRAM-SHA-512"
    OAUTHBEARER = "OAUTHBEARER"
    GSSAPI = "GSSAPI"


def _option(text: str, default: Any = None, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"help": text})


def _with_from(options: type[OptionsT]) -> type[OptionsT]:
    """Declare the option `from`, a name that Python does not let a class body use."""
    options.__annotations__["from"] = "str"
    setattr(options, "from", _option(f"where to begin: {STARTS}", "latest"))
    return options


@dataclass(frozen=True, init=False, repr=False, eq=False)
@_with_from
class KafkaOptions:
    """Options of `kafka:`. Those of TLS and SASL have the names that the Kafka clients for Python give them."""

    hosts: str = field(metadata={"help": "HOST:PORT of one or more brokers, joined by commas"})
    path: str = _option("names of topics, joined by commas", "")
    user: str | None = _option("user name for SASL")
    password: str | None = _option("password for SASL", secret=True)
    pattern: str | None = _option("a regular expression; topics whose whole name matches are read too")
    isolation: Isolation = _option("read_committed leaves out what is not committed", Isolation.UNCOMMITTED)
    security_protocol: Protocol | None = _option("by default PLAINTEXT, and SASL_SSL when a user is named")
    sasl_mechanism: Mechanism = _option("how to log in", Mechanism.PLAIN)
    sasl_plain_username: str | None = _option("user name for SASL")
    sasl_plain_password: str | None = _option("password for SASL", secret=True)
    sasl_oauth_token: str | None = _option("bearer token for OAUTHBEARER", secret=True)
    sasl_kerberos_service_name: str = _option("service name for GSSAPI", "kafka")
    sasl_kerberos_domain_name: str | None = _option("domain name for GSSAPI")
    ssl_cafile: Path | None = _option("certificates of those who may sign for the broker; by default the system's")
    ssl_certfile: Path | None = _option("our own certificate")
    ssl_keyfile: Path | None = _option("the key of our certificate")
    ssl_password: str | None = _option("password of that key", secret=True)
    ssl_check_hostname: bool = _option("0 accepts a certificate that was made out to another host", True)
    ssl_verify: bool = _option("0 accepts any certificate", True)
    fetch_max_wait_ms: int = _option("how long a broker may wait for new records before it answers", 20)

    def __init__(self, **values: Any) -> None:
        for each in fields(self):
            value = values.pop(each.name, each.default)
            if value is MISSING:
                raise TypeError(f"{each.name} is missing")
            object.__setattr__(self, each.name, value)
        if values:
            raise TypeError(f"no such options: {', '.join(values)}")
        self._examine()

    def _examine(self) -> None:
        """Raise ValueError with a sentence if something does not fit."""
        _ = self.brokers
        if not self.topics and not self.pattern:
            raise ValueError("name topics after the address, as in HOST:PORT/orders,payments, or give pattern=REGEX")
        self._examine_pattern()
        self._examine_start()
        if not 1 <= self.fetch_max_wait_ms <= 1_000:
            raise ValueError("fetch_max_wait_ms takes 1 to 1000")

    def _examine_pattern(self) -> None:
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            raise ValueError(f"pattern is no regular expression: {error.msg}") from error

    def _examine_start(self) -> None:
        start = self.start
        if start in ("latest", "earliest") or re.fullmatch(r"-\d{1,9}", start):
            return
        if len(start) < 10 or read_time(start) == UNKNOWN:
            raise ValueError(f"from takes {STARTS}")

    @property
    def start(self) -> str:
        """Where to begin in partitions that are there when we come."""
        return str(getattr(self, "from"))

    @property
    def isolation_level(self) -> int:
        """0 for all records, 1 for committed ones only, as the protocol has it."""
        return int(self.isolation is Isolation.COMMITTED)

    @property
    def brokers(self) -> tuple[tuple[str, int], ...]:
        """Hosts and ports; raises ValueError."""
        pairs = (host_and_port("kafka", text) for text in self.hosts.split(","))
        try:
            return tuple((host, int(port or DEFAULT_PORT)) for host, port in pairs)
        except SourceUrlError as error:
            raise ValueError(str(error).removeprefix("kafka: ")) from None

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that are named."""
        return tuple(dict.fromkeys(name for name in self.path.split(",") if name))

    @property
    def protocol(self) -> Protocol:
        """The security protocol, given or meant: a password never goes out in the clear unless that was said."""
        return self.security_protocol or (Protocol.SASL_SSL if self.username else Protocol.PLAINTEXT)

    @property
    def username(self) -> str | None:
        """The user name, from either place."""
        return self.sasl_plain_username or self.user

    @property
    def secret(self) -> str | None:
        """The password, from either place."""
        return self.sasl_plain_password or self.password

    @property
    def badges(self) -> Mapping[str, bool]:
        """What the user has to know all the time, and whether it holds."""
        encrypted = self.protocol in (Protocol.SSL, Protocol.SASL_SSL)
        return {
            "also uncommitted records": self.isolation is Isolation.UNCOMMITTED,
            "TLS not verified": encrypted and not self.ssl_verify,
            "host name not verified": encrypted and self.ssl_verify and not self.ssl_check_hostname,
            "password in the clear": self.protocol is Protocol.SASL_PLAINTEXT and self.sasl_mechanism == "PLAIN",
        }

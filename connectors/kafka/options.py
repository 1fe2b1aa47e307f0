"""Options of `kafka:`: where, which topics, from when, and how to be let in."""

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
from connectors.login import IN_THE_CLEAR, Login, is_this_machine
from connectors.options import option
from connectors.source_url import SourceUrlError, host_and_port, place_of
from connectors.timestamps import read_time
from connectors.tls import Tls
from eventscope.step import UNKNOWN

__all__ = ["Isolation", "KafkaOptions", "Mechanism", "Protocol"]

DEFAULT_PORT: Final = 9092
STARTS: Final = "latest, earliest, -N for the last N of each partition, or a time such as 2026-01-31T12:00:00Z"

READING: Final = "What to read"
LOGIN: Final = "Login (SASL)"
TLS: Final = "Encryption (TLS)"
MORE: Final = "More"


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


@dataclass(frozen=True)
class KafkaOptions:
    """Options of `kafka:`. Those of TLS and SASL have the names that the Kafka clients for Python give them."""

    hosts: str = option("HOST:PORT of one or more brokers, joined by commas", example="localhost:9092")
    path: str = option("names of topics, joined by commas", "", group=READING, example="orders,payments")
    user: str | None = option("user name for SASL", None, group=LOGIN)
    password: str | None = option("password for SASL", None, group=LOGIN, secret=True)
    pattern: str | None = option(
        "a regular expression; topics whose whole name matches are read too", None, group=READING, example="orders-.*"
    )
    from_: str = option(f"where to begin: {STARTS}", "latest", group=READING)
    isolation: Isolation = option(
        "read_committed leaves out what is not committed", Isolation.UNCOMMITTED, group=READING
    )
    security_protocol: Protocol | None = option(
        "by default PLAINTEXT, and SASL_SSL when a user is named", None, group=LOGIN
    )
    sasl_mechanism: Mechanism = option("how to log in", Mechanism.PLAIN, group=LOGIN)
    sasl_plain_username: str | None = option("user name for SASL", None, group=LOGIN)
    sasl_plain_password: str | None = option("password for SASL", None, group=LOGIN, secret=True)
    sasl_oauth_token: str | None = option("bearer token for OAUTHBEARER", None, group=LOGIN, secret=True)
    sasl_kerberos_service_name: str = option("service name for GSSAPI", "kafka", group=LOGIN)
    sasl_kerberos_domain_name: str | None = option("domain name for GSSAPI, if not HOST", None, group=LOGIN)
    ssl_cafile: Path | None = option(
        "certificates of those who may sign for the broker, PEM; by default the system's", None, group=TLS
    )
    ssl_capath: Path | None = option("a folder of such certificates, as OpenSSL has it", None, group=TLS)
    ssl_cadata: str | None = option("such certificates themselves, PEM", None, group=TLS)
    ssl_certfile: Path | None = option("our own certificate, PEM", None, group=TLS)
    ssl_keyfile: Path | None = option("the key of our certificate, if not in the same file", None, group=TLS)
    ssl_password: str | None = option("password of that key", None, group=TLS, secret=True)
    ssl_ciphers: str | None = option("ciphers for TLS 1.2, as OpenSSL lists them", None, group=TLS)
    ssl_check_hostname: bool = option("0 accepts a certificate that was made out to another host", True, group=TLS)
    ssl_verify: bool = option("0 accepts any certificate: anybody may listen in", True, group=TLS)
    fetch_max_wait_ms: int = option(
        "how long a broker may wait for new records before it answers", 20, group=MORE, example="20"
    )
    groups: bool = option(
        "1 asks all brokers every 3 s for groups, their members and offsets, for the map; needs Describe on groups",
        False,
        group=MORE,
    )

    registry: str | None = option(REGISTRY, None, group=MORE, example="http://localhost:8081")
    registry_user: str | None = option(REGISTRY_USER, None, group=MORE)
    registry_password: str | None = option(REGISTRY_PASSWORD, None, group=MORE, secret=True)

    def __post_init__(self) -> None:
        self._examine()

    def _examine(self) -> None:
        """Raise ValueError with a sentence if something does not fit."""
        _ = self.brokers
        if not self.topics and not self.pattern:
            raise ValueError("name topics after the address, as in HOST:PORT/orders,payments, or give pattern=REGEX")
        self._examine_pattern()
        self._examine_start()
        _ = self.schema_registry
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
    def schema_registry(self) -> SchemaRegistry | None:
        """The registry to ask, if one is named; raises ValueError."""
        return registry_named(self.registry, self.registry_user, self.registry_password)

    @property
    def start(self) -> str:
        """Where to begin in partitions that are there when we come."""
        return self.from_

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
    def tls(self) -> Tls | None:
        """How the connection is encrypted, None if it is not."""
        if self.protocol not in (Protocol.SSL, Protocol.SASL_SSL):
            return None
        return Tls(
            cafile=self.ssl_cafile,
            capath=self.ssl_capath,
            cadata=self.ssl_cadata,
            certfile=self.ssl_certfile,
            keyfile=self.ssl_keyfile,
            key_password=self.ssl_password,
            ciphers=self.ssl_ciphers,
            verify=self.ssl_verify,
            check_hostname=self.ssl_check_hostname,
            prefix="ssl_",
            key_password_option="ssl_password",  # noqa: S106  the name of an option
            other_name="connect by a name that is in it, or accept any name by ssl_check_hostname=0",
        )

    @property
    def logs_in(self) -> bool:
        """Whether the connection begins with a login."""
        return self.protocol in (Protocol.SASL_PLAINTEXT, Protocol.SASL_SSL)

    @property
    def login(self) -> Login | None:
        """What has to be known for the login; None where no secret is asked for, as by Kerberos."""
        if not self.logs_in or self.sasl_mechanism is Mechanism.GSSAPI:
            return None
        place, user = place_of(*self.brokers[0]), self.username or ""
        if self.sasl_mechanism is Mechanism.OAUTHBEARER:
            return Login(user, place, self.sasl_oauth_token, option="sasl_oauth_token", what="token")
        return Login(user, place, self.secret, option="sasl_plain_password") if user else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe: an encryption that is not verified, or a secret that others could read."""
        if self.tls:
            return self.tls.warnings
        spoken = {Mechanism.PLAIN: "password", Mechanism.OAUTHBEARER: "token"}.get(self.sasl_mechanism)
        if spoken and self.logs_in and not all(is_this_machine(host) for host, _ in self.brokers):
            return (IN_THE_CLEAR.format(what=spoken),)
        return ()

"""Who logs in at a source, and what is still to be known for that; and whether a secret could be overheard."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from connectors.source_url import host_and_port, place_of
from eventscope.connector import Connector, Refused

__all__ = ["IN_THE_CLEAR", "Login", "LoginRefused", "host_of", "is_this_machine", "login_of", "with_secrets"]

IN_THE_CLEAR: Final = "the {what} travels in the clear"
"""The warning for a secret that is sent to another machine without TLS."""


class LoginRefused(Refused):
    """The source does not accept this user with this password. Trying the same again could lock the account."""


@dataclass(frozen=True, slots=True)
class Login:
    """A login: `option` takes the secret, which is `given`, or `usual` if nobody knows another."""

    user: str
    place: str
    """HOST:PORT, or HOST."""

    given: str | None = field(default=None, repr=False)
    usual: str | None = field(default=None, repr=False)
    option: str = "password"
    what: str = "password"

    @property
    def who(self) -> str:
        """`USER@HOST:PORT`, which holds no secret."""
        return f"{self.user}@{self.place}" if self.user else self.place


def login_of(connector: Connector) -> Login | None:
    """The login of a connector, None if it needs none. Those that do not say have fields `user` and `password`."""
    if hasattr(connector, "login"):
        login = connector.login
        assert login is None or isinstance(login, Login)
        return login
    options = connector.options
    if not getattr(options, "user", None) or not hasattr(options, "password"):
        return None
    return Login(options.user, _place(options), options.password)


def with_secrets(connector: Connector, **secrets: str) -> Connector:
    """A new connector to the same source, run in the same place, with these options."""
    made = type(connector)(replace(connector.options, **secrets))
    if connector.runner != made.runner:
        made.runner = connector.runner
    return made


def is_this_machine(host: str) -> bool:
    """Whether what is sent to `host` stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def host_of(options: Any) -> str:
    """The host, or the first one, that options name; "" if they name none."""
    return host_and_port("", _hosts(options)[0])[0] if _hosts(options) else ""


def _place(options: Any) -> str:
    port = getattr(options, "port", None)
    return place_of(host_of(options), port) if port else ",".join(_hosts(options))


def _hosts(options: Any) -> list[str]:
    hosts = getattr(options, "hosts", None) or getattr(options, "host", None) or ()
    return hosts.split(",") if isinstance(hosts, str) else list(hosts)

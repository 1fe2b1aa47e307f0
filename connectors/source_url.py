"""A source URL taken apart: `scheme:PATH?name=value` or `scheme://USER:PASSWORD@HOST:PORT,…/PATH?name=value`.

Percent escapes are resolved and `+` stays a plus. No error repeats what may hold a password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

__all__ = ["PARTS", "SourceUrl", "SourceUrlError", "host_and_port", "place_of", "split_url"]

PARTS: Final = ("user", "password", "host", "port", "hosts", "path")
"""Names of what a URL says outside of its query."""

ESCAPES = "an @ / : or ? in a user name or password is written %40 %2F %3A %3F"


class SourceUrlError(ValueError):
    """A source URL that is wrong; one sentence that says how to write it."""


@dataclass(frozen=True, slots=True)
class SourceUrl:
    """`parts` by the names in PARTS (`host` and `port` only as `hosts`), `parameters` of the query."""

    scheme: str
    parts: dict[str, str] = field(repr=False)
    parameters: dict[str, str] = field(repr=False)


def split_url(url: str) -> SourceUrl:
    """Take a URL with a scheme apart; raises SourceUrlError."""
    scheme, _, rest = url.partition(":")
    location, _, query = rest.partition("?")
    return SourceUrl(scheme.lower(), _parts(scheme, location), _parameters(scheme, query))


def _parts(scheme: str, location: str) -> dict[str, str]:
    if not location.startswith("//"):
        return {"path": unquote(location)} if location else {}
    authority, slash, path = location[2:].partition("/")
    if "@" in path:
        raise SourceUrlError(f"{scheme}: {ESCAPES}")
    userinfo, _, hosts = authority.rpartition("@")
    user, colon, password = userinfo.partition(":")
    # Without a host the path is that of a file, and absolute.
    parts = {"user": unquote(user), "hosts": unquote(hosts), "path": unquote(path if authority else slash + path)}
    return {name: text for name, text in parts.items() if text} | ({"password": unquote(password)} if colon else {})


def _parameters(scheme: str, query: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, _, text = pair.partition("=")
        if not re.fullmatch(r"[A-Za-z_][\w.-]*", name):
            raise SourceUrlError(f"{scheme}: after ? write name=value, joined by &; {ESCAPES}")
        if name in parameters:
            raise SourceUrlError(f"{scheme}: {name} is given twice; join several values by commas")
        parameters[name] = unquote(text)
    return parameters


def host_and_port(scheme: str, text: str) -> tuple[str, str]:
    """`HOST`, `HOST:PORT` or `[IPv6]:PORT` taken apart; the port is "" when none is given."""
    found = re.fullmatch(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)]|(?P<host>[^\s:,@\[\]/]+))(?::(?P<port>\d{1,5}))?", text)
    if not found:
        raise SourceUrlError(f"{scheme}: write the host as HOST or HOST:PORT; {ESCAPES}")
    return found["six"] or found["host"], found["port"] or ""


def place_of(host: str, port: int) -> str:
    """Host and port as a URL has them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

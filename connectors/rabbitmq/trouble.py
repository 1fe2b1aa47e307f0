"""What can go wrong with RabbitMQ, each in one sentence that says what to do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Final

from aiormq.exceptions import AuthenticationError, ProbableAuthenticationError

from connectors.login import LoginRefused, is_this_machine
from connectors.rabbitmq.frames import NotAmqp
from connectors.rabbitmq.options import GUEST, Mechanism, RabbitOptions
from connectors.reach import unreachable
from eventscope.connector import ConnectorError, Refused

__all__ = ["Farewell", "connect_trouble", "lost_trouble"]

Farewell = tuple[int, str]
"""The code and the text with which a broker closes a connection."""

ACCESS_REFUSED, NOT_ALLOWED, CONNECTION_FORCED = 403, 530, 320

AGAIN: Final = "It is not tried again, so that no account is locked"


def connect_trouble(
    error: BaseException, place: str, farewell: Farewell | None, options: RabbitOptions
) -> ConnectorError | None:
    """Why a connection to `place` (HOST:PORT) did not come about, None if the error does not tell."""
    if farewell is not None:
        return _sent_away(farewell, options)
    for cause in _causes(error):
        if trouble := _known(cause, place, options):
            return trouble
    return None


def lost_trouble(place: str, farewell: Farewell | None) -> ConnectorError:
    """Why a connection that worked is gone."""
    if farewell is None:
        return ConnectorError(f"the connection to {place} was lost; check the network and that RabbitMQ runs")
    code, text = farewell
    if code in (ACCESS_REFUSED, NOT_ALLOWED):
        return Refused(f"the broker closed the connection: {text}")
    return ConnectorError(f"the broker closed the connection: {text}")


def _sent_away(farewell: Farewell, options: RabbitOptions) -> ConnectorError:
    code, text = farewell
    if code == ACCESS_REFUSED:
        return _bad_login(options)
    if code == NOT_ALLOWED:
        what = text.removeprefix("NOT_ALLOWED - ")
        return Refused(f"{what}; check the virtual host after the / of the URL and the user's permissions on it")
    return ConnectorError(f"the broker closed the connection: {text}")


def _bad_login(options: RabbitOptions) -> Refused:
    if options.auth is Mechanism.EXTERNAL:
        return Refused(
            "the broker knows no user of the name in our certificate; check certfile, or have it add the user"
        )
    if options.user == GUEST and not is_this_machine(options.host):
        return LoginRefused("the broker refused the login; guest may usually log in on the broker's own machine only")
    return LoginRefused(f"the broker refused the login; check user and password. {AGAIN}")


def _known(cause: BaseException, place: str, options: RabbitOptions) -> ConnectorError | None:
    match cause:
        case NotAmqp():
            return _foreign(bytes(cause.args[0]), place)
        case ProbableAuthenticationError():
            return _bad_login(options)
        case AuthenticationError():
            offered = str(cause.args[0]) if cause.args else "none that is known here"
            return Refused(f"the broker does not offer this way to log in; it offers {offered}: write another auth=")
        case ssl.SSLError():
            return unreachable(cause, place, options.tls)
        case TimeoutError() | UnicodeError():
            return unreachable(cause, place)
        case OSError() if cause.strerror and not isinstance(cause, ConnectionResetError):
            return unreachable(cause, place)
    return None


def _foreign(said: bytes, place: str) -> ConnectorError:
    if said.startswith(b"HTTP/"):
        return Refused(f"a web server answers on {place}; AMQP is usually on port 5672")
    if said.startswith(b"\x15\x03"):
        return Refused(f"{place} speaks TLS; write amqps:")
    if said.startswith(b"AMQP"):
        return Refused(f"{place} speaks another version of AMQP; RabbitMQ's AMQP 0-9-1 is needed")
    return Refused(f"what answers on {place} is not AMQP; check the port")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it. Errors that libraries keep may have come to lead to each other."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        yield error
        seen.append(error)
        error = error.__cause__ or error.__context__

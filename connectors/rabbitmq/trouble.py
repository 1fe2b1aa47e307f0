"""What can go wrong with RabbitMQ, each in one sentence that says what to do."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from aiormq.exceptions import AuthenticationError, ProbableAuthenticationError

from connectors.rabbitmq.frames import NotAmqp
from eventscope.connector import ConnectorError, Refused

__all__ = ["Farewell", "connect_trouble", "lost_trouble"]

Farewell = tuple[int, str]
"""The code and the text with which a broker closes a connection."""

ACCESS_REFUSED, NOT_ALLOWED, CONNECTION_FORCED = 403, 530, 320

BAD_LOGIN: Final = (
    "the broker refused the login; check user and password. It is not tried again, so that no account is locked"
)


def connect_trouble(error: BaseException, place: str, farewell: Farewell | None) -> ConnectorError:
    """Why a connection to `place` (HOST:PORT) did not come about."""
    if farewell is not None:
        return _sent_away(farewell)
    for cause in _causes(error):
        if trouble := _known(cause, place):
            return trouble
    return ConnectorError(f"{place} ended the connection during the greeting; check that it is RabbitMQ's AMQP port")


def lost_trouble(place: str, farewell: Farewell | None) -> ConnectorError:
    """Why a connection that worked is gone."""
    if farewell is None:
        return ConnectorError(f"the connection to {place} was lost; check the network and that RabbitMQ runs")
    code, text = farewell
    if code in (ACCESS_REFUSED, NOT_ALLOWED):
        return Refused(f"the broker closed the connection: {text}")
    return ConnectorError(f"the broker closed the connection: {text}")


def _sent_away(farewell: Farewell) -> ConnectorError:
    code, text = farewell
    if code == ACCESS_REFUSED:
        return Refused(BAD_LOGIN)
    if code == NOT_ALLOWED:
        what = text.removeprefix("NOT_ALLOWED - ")
        return Refused(f"{what}; check the virtual host after the / of the URL and the user's permissions on it")
    return ConnectorError(f"the broker closed the connection: {text}")


def _known(cause: BaseException, place: str) -> ConnectorError | None:
    host = place.rpartition(":")[0]
    match cause:
        case NotAmqp():
            return _foreign(bytes(cause.args[0]), place)
        case ProbableAuthenticationError():
            return Refused(BAD_LOGIN)
        case AuthenticationError():
            offered = str(cause.args[0]) if cause.args else "none that is known here"
            return Refused(f"the broker does not offer this way to log in; it offers {offered}: write another auth=")
        case ssl.SSLCertVerificationError():
            why = cause.verify_message or "it cannot be verified"
            advice = "name its authority by cafile=FILE, or the name in it by server_name=NAME"
            return Refused(f"the certificate of {host} is not trusted: {why.rstrip('.')}; {advice}")
        case ssl.SSLError():
            return Refused(f"{place} does not speak TLS as we do ({cause.reason}); without TLS write amqp:")
        case socket.gaierror():
            return ConnectorError(f"the host name {host} is not known; check its spelling and the DNS")
        case ConnectionRefusedError():
            return ConnectorError(f"nothing listens on {place}; check the port and that RabbitMQ runs")
        case asyncio.TimeoutError():
            return ConnectorError(f"{place} does not answer; check the address, the firewall, and that it is AMQP")
        case OSError() if cause.strerror and not isinstance(cause, ConnectionResetError):
            return ConnectorError(f"{place} cannot be reached: {cause.strerror}; check the address")
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
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__

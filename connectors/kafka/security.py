"""How we show up at a broker: our name, our login, and what we demand of its certificate."""

from __future__ import annotations

import getpass
import platform
import ssl
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from aiokafka.abc import AbstractTokenProvider

from connectors.kafka.options import KafkaOptions, Mechanism, Protocol
from eventscope.connector import Refused

__all__ = ["client_arguments", "ssl_context"]


def client_arguments(options: KafkaOptions, timeout_s: float) -> dict[str, Any]:
    """What both a client and a single connection take."""
    _demand_login(options)
    encrypted = options.protocol in (Protocol.SSL, Protocol.SASL_SSL)
    token = options.sasl_oauth_token
    return {
        "client_id": _client_id(),
        "request_timeout_ms": int(timeout_s * 1_000),
        "metadata_max_age_ms": 300_000,
        "retry_backoff_ms": 500,
        "security_protocol": str(options.protocol),
        "ssl_context": ssl_context(options) if encrypted else None,
        "sasl_mechanism": str(options.sasl_mechanism),
        "sasl_plain_username": options.username or "",
        "sasl_plain_password": options.secret or "",
        "sasl_kerberos_service_name": options.sasl_kerberos_service_name,
        "sasl_kerberos_domain_name": options.sasl_kerberos_domain_name,
        "sasl_oauth_token_provider": _Token(token) if token else None,
    }


def _demand_login(options: KafkaOptions) -> None:
    """Raise Refused if a login is wanted and something for it is missing."""
    mechanism = options.sasl_mechanism
    if options.protocol not in (Protocol.SASL_PLAINTEXT, Protocol.SASL_SSL) or mechanism is Mechanism.GSSAPI:
        return
    if mechanism is Mechanism.OAUTHBEARER:
        if not options.sasl_oauth_token:
            raise Refused("OAUTHBEARER needs a token; give sasl_oauth_token")
    elif not options.username or not options.secret:
        raise Refused(f"{mechanism} needs a user and a password; give sasl_plain_username and sasl_plain_password")


class _Token(AbstractTokenProvider):  # type: ignore[misc]
    """A bearer token that was given."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """The token."""
        return self._token


def _client_id() -> str:
    """By this name the broker's operators see us."""
    try:
        number = version("eventscope")
    except PackageNotFoundError:
        number = "dev"
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "unknown"
    return f"eventscope/{number} {user}@{platform.node()}"


def ssl_context(options: KafkaOptions) -> ssl.SSLContext:
    """What we demand of the broker's certificate, and our own; raises Refused that names the file."""
    try:
        context = ssl.create_default_context(cafile=_text(options.ssl_cafile))
        if options.ssl_certfile:
            context.load_cert_chain(
                options.ssl_certfile, options.ssl_keyfile, password=lambda: options.ssl_password or ""
            )
    except (OSError, ValueError) as error:
        files = filter(None, (options.ssl_cafile, options.ssl_certfile, options.ssl_keyfile))
        names = ", ".join(map(str, files))
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise Refused(f"the certificates {names} cannot be used ({reason}); check the files, PEM is wanted") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = options.ssl_check_hostname and options.ssl_verify
    if not options.ssl_verify:
        context.verify_mode = ssl.CERT_NONE
    return context


def _text(path: object) -> str | None:
    return None if path is None else str(path)

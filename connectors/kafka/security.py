"""How we show up at a broker: our name, our login, and the encryption that we want."""

from __future__ import annotations

import getpass
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from aiokafka import errors as kafka_errors
from aiokafka.abc import AbstractTokenProvider
from aiokafka.conn import OAuthAuthenticator

from connectors.kafka.options import KafkaOptions, Mechanism
from connectors.login import LoginRefused
from eventscope.connector import Refused

__all__ = ["LOGIN_ERRORS", "BearerLogin", "client_arguments", "login_trouble"]

REJECTED: Final = (kafka_errors.AuthenticationFailedError, kafka_errors.SaslAuthenticationFailed)
LOGIN_ERRORS: Final = (*REJECTED, kafka_errors.UnsupportedSaslMechanismError, kafka_errors.IllegalSaslStateError)
"""What aiokafka raises when a login does not come about."""


def client_arguments(options: KafkaOptions, timeout_s: float) -> dict[str, Any]:
    """What both a client and a single connection take."""
    _demand_login(options)
    token = options.sasl_oauth_token
    return {
        "client_id": _client_id(),
        "request_timeout_ms": int(timeout_s * 1_000),
        "metadata_max_age_ms": 300_000,
        "retry_backoff_ms": 500,
        "security_protocol": str(options.protocol),
        "ssl_context": options.tls.context() if options.tls else None,
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
    if not options.logs_in or mechanism is Mechanism.GSSAPI:
        return
    if mechanism is Mechanism.OAUTHBEARER:
        if not options.sasl_oauth_token:
            raise Refused("OAUTHBEARER needs a token; give sasl_oauth_token")
    elif not options.username or not options.secret:
        raise Refused(f"{mechanism} needs a user and a password; give sasl_plain_username and sasl_plain_password")


def login_trouble(error: Exception, place: str, options: KafkaOptions) -> Refused:
    """Why the broker at `place` does not let us in. A login is never tried again by itself: accounts get locked."""
    if isinstance(error, kafka_errors.UnsupportedSaslMechanismError):
        return Refused(f"{place} does not offer {options.sasl_mechanism}; try another sasl_mechanism")
    if isinstance(error, kafka_errors.IllegalSaslStateError):
        return Refused(f"{place} wants no login; leave out the user, or check the port")
    if options.sasl_mechanism is Mechanism.OAUTHBEARER:
        return LoginRefused(f"{place} does not accept this token; get a new one, it may have expired")
    return LoginRefused(f"{place} does not accept this user and password; check both")


class BearerLogin(OAuthAuthenticator):  # type: ignore[misc]
    """A broker that does not accept a token says so in an answer that aiokafka takes for a consent."""

    async def step(self, payload: bytes | None) -> tuple[bytes, bool] | None:
        """What to send next, None when all is said; raises SaslAuthenticationFailed."""
        if payload:
            raise kafka_errors.SaslAuthenticationFailed("the token is not accepted")
        answer: tuple[bytes, bool] | None = await super().step(payload)
        return answer


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

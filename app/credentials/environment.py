"""Secrets from the environment: `EVENTSCOPE_SCHEME_OPTION`, such as EVENTSCOPE_KAFKA_PASSWORD.

With `_HOST` at the end a variable is for one host only (EVENTSCOPE_KAFKA_PASSWORD_MQ_EXAMPLE_COM), and goes first.
The variables of `amqps:` are those of `amqp:`.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from typing import Any, Final

from connectors.login import host_of, login_of, with_secrets
from connectors.options import describe
from connectors.registry import scheme_of, schemes
from eventscope.connector import Connector

__all__ = ["from_environment", "variable"]

PREFIX: Final = "EVENTSCOPE"


def variable(scheme: str, option: str) -> str:
    """The variable for a secret option of a source."""
    plain = scheme.removesuffix("s")
    return _name(PREFIX, plain if plain in schemes() else scheme, option)


def from_environment(connector: Connector, environment: Mapping[str, str] = os.environ) -> Connector:
    """The connector with the secrets that its URL does not give and the environment does."""
    options = connector.options
    found = _found(scheme_of(connector), options, environment) if dataclasses.is_dataclass(options) else {}
    if not found:
        return connector
    made = with_secrets(connector, **found)
    said = login_of(connector)
    if said and said.given:  # the same secret may have two names, and what the URL says goes first
        return with_secrets(made, **{said.option: said.given})
    return made


def _found(scheme: str, options: Any, environment: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for option in describe(type(options)):
        name = variable(scheme, option.name)
        secret = environment.get(_name(name, host_of(options))) or environment.get(name)
        if option.secret and option.kind is str and secret and not getattr(options, option.field):
            found[option.field] = secret
    return found


def _name(*words: str) -> str:
    return "_".join(re.sub(r"\W", "_", word, flags=re.ASCII).upper() for word in words)

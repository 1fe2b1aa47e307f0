"""Names of secrets: which keys of payloads, headers and settings hold something that is not to be shown.

A name is looked at word by word, so that `access_token` and `apiKey` are secret while `token_id`, `token.created`
and `secretary` are not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

SECRET: Final = {
    "password": "password",
    "passwords": "password",
    "passwd": "password",
    "passphrase": "password",
    "passcode": "password",
    "pwd": "password",
    "secret": "secret",
    "secrets": "secret",
    "credential": "secret",
    "credentials": "secret",
    "authorization": "authorization",
    "authorisation": "authorization",
    "cookie": "cookie",
    "cookies": "cookie",
    "apikey": "api-key",
    "privatekey": "api-key",
    "accesskey": "api-key",
    "dsn": "dsn",
    "cvv": "card",
    "cvc": "card",
}
"""Words that make a name secret, with the pattern that the replacement is counted under."""

SECRET_PAIRS: Final = {
    ("api", "key"): "api-key",
    ("private", "key"): "api-key",
    ("access", "key"): "api-key",
    ("account", "key"): "api-key",
    ("signing", "key"): "api-key",
    ("encryption", "key"): "api-key",
    ("connection", "string"): "dsn",
    ("card", "number"): "card",
}

ABOUT: Final = re.compile(
    "ids?|types?|names?|kind|counts?|length|size|at|time|date|age|ttl|expires|expiry|expired|in|policy|version|required"
    "|present|enabled|changed|created|updated|valid|errors?|status|field|hint|scheme|domain|path"
)
"""Last words of names that tell something about a secret, such as `token_type` or `password_changed_at`."""

TOKEN: Final = "token"  # noqa: S105
"""Weaker than the others: in the systems that we watch a token is often a thing and not a secret."""

TOKEN_KINDS: Final = frozenset({"access", "refresh", "auth", "api", "session", "bearer", "csrf", "security"})


@lru_cache(maxsize=4096)
def secret_name(name: str) -> str | None:
    """The pattern that a name falls under, such as `password` or `token`, or None when it is not secret."""
    words = [word.lower() for word in WORDS.findall(name[-200:])]
    if not words or ABOUT.fullmatch(words[-1]):
        return None
    for pair in pairwise(words):
        if pair in SECRET_PAIRS:
            return SECRET_PAIRS[pair]
    if words[-1] == TOKEN or (words[-1] == "tokens" and words[-2:-1] and words[-2] in TOKEN_KINDS):
        return TOKEN
    return next((SECRET[word] for word in words if word in SECRET), None)

"""Redaction: secrets in events replaced by placeholders, before the events leave the program in a file.

Looked through are payloads (JSON, text, and the text in other bytes), headers, and every text field. Contents that
are compressed or encrypted are not looked into. The same secret gives the same placeholder, so that what
belongs together still does; a placeholder does not tell the secret, since its key never leaves this process.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import Counter
from typing import Any, Final

import msgspec

from app.payload import NotJson, header_pairs, json_value
from app.redaction.names import TOKEN, secret_name
from app.redaction.values import PLACEHOLDER, may_hold_secret, replace_secrets
from app.store.stored import StoredEvent

KEY: Final = secrets.token_bytes(32)
"""Placeholders are the same in all files that this process writes."""

TEXTS: Final = (
    "id",
    "type",
    "category",
    "source",
    "producer",
    "channel",
    "key",
    "correlation_id",
    "causation_id",
    "subscription",
    "error",
    "envelope",
)
"""The fields of an event that hold text."""

ESCAPES: Final = (b"\\u", b"\\/")
"""JSON may write any character in a way that a search does not find."""


class Redactor:
    """Replaces secrets; `replaced` counts them by pattern, such as `password` or `jwt`."""

    def __init__(self, key: bytes = KEY) -> None:
        self.replaced: Counter[str] = Counter()
        self._key = key

    def event(self, event: StoredEvent) -> StoredEvent:
        """The event without secrets."""
        changes: dict[str, Any] = self._texts(event)
        if event.headers:
            changes["headers"] = self.headers(event.headers)
        if event.payload:
            changes["payload"] = self.payload(event.payload)
        return msgspec.structs.replace(event, **changes) if changes else event

    def text(self, text: str) -> str:
        """Text without secrets."""
        return replace_secrets(text, self.placeholder) if may_hold_secret(text) else text

    def payload(self, payload: bytes) -> bytes:
        """A payload without secrets. One that may have some is written anew, with the same values."""
        readable = payload.decode("utf-8", "replace")
        if not may_hold_secret(readable) and not any(escape in payload for escape in ESCAPES):
            return payload
        try:
            value = json_value(payload, exactly=True)
        except NotJson:
            return self._bytes(payload)
        return msgspec.json.encode(self.value(value))

    def headers(self, headers: str) -> str:
        """Headers, a JSON array of [name, value] pairs, without secrets."""
        clean = [[self.text(name), self.value(value, secret_name(name))] for name, value in header_pairs(headers)]
        return msgspec.json.encode(clean).decode()

    def value(self, value: Any, secret: str | None = None) -> Any:
        """A JSON value without secrets. `secret` is the pattern of the name that it stands under, if that is one."""
        if isinstance(value, dict):
            inherited = None if secret == TOKEN else secret
            return {self.text(k): self.value(v, secret_name(k) or inherited) for k, v in value.items()}
        if isinstance(value, list):
            return [self.value(item, secret) for item in value]
        if value is None or isinstance(value, bool):
            return value
        return self._scalar(value, secret)

    def placeholder(self, pattern: str, secret: str) -> str:
        """What stands in place of a secret, and count it."""
        self.replaced[pattern] += 1
        digest = hmac.new(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"[redacted:{pattern}:{digest[:12]}]"

    def _texts(self, event: StoredEvent) -> dict[str, str]:
        found = {name: text for name in TEXTS if (text := getattr(event, name))}
        if not may_hold_secret("\n".join(found.values())):
            return {}
        clean = {name: self.text(text) for name, text in found.items()}
        return {name: text for name, text in clean.items() if text != found[name]}

    def _scalar(self, value: Any, secret: str | None) -> Any:
        is_text = isinstance(value, str)
        text = value if is_text else msgspec.json.encode(value).decode()
        if re.fullmatch(PLACEHOLDER, text):
            return value
        if secret and text and (is_text or secret != TOKEN):
            return self.placeholder(secret, text)
        clean = self.text(text)
        return value if clean == text else clean

    def _bytes(self, payload: bytes) -> bytes:
        try:
            return self.text(payload.decode()).encode()
        except UnicodeDecodeError:  # each byte as one character, and back again
            return self.text(payload.decode("latin-1")).encode("latin-1")

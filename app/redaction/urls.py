"""Source URLs without what is secret in them: the password, and parameters whose names are those of secrets."""

from __future__ import annotations

from app.redaction.names import secret_name


def without_secrets(url: str) -> str:
    """The URL without its password and its secret parameters; the user's name stays."""
    before, mark, query = url.partition("?")
    scheme, slashes, rest = before.partition("://")
    # Whatever stands before the last @ may be a password, also where it should have been escaped.
    userinfo, at, place = rest.rpartition("@")
    clean = scheme + slashes + userinfo.partition(":")[0] + at + place
    kept = [pair for pair in query.split("&") if not secret_name(pair.partition("=")[0])]
    return clean + mark + "&".join(kept) if kept else clean

"""Values of secrets: what is one by its looks, wherever it stands.

Every expression takes time in proportion to the text, whatever the text: words are matched whole (`++`), and each
looks for its beginning only where a word begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from app.secret_names import TOKEN, secret_name

Check = Callable[[re.Match[str], str], str | None]
"""Gives the pattern that a match and the secret in it are counted under, or None if it is no secret after all."""


class Kind(NamedTuple):
    """Secrets of one kind. The secret is the last group that matched; `check` decides."""

    expression: re.Pattern[str]
    check: Check


def always(pattern: str) -> Check:
    """A check that each match passes."""
    return lambda match, secret: pattern


def named(match: re.Match[str], secret: str) -> str | None:
    """Passes `name=value` when the name is that of a secret. A number called token is a count or an id."""
    pattern = secret_name(match["name"])
    return None if pattern == TOKEN and secret.isdecimal() else pattern


def whole_line(match: re.Match[str], secret: str) -> str | None:
    """Passes a header line whose whole rest is secret, spaces and semicolons and all."""
    pattern = secret_name(match["name"])
    return pattern if pattern in ("authorization", "cookie") else None


def card(match: re.Match[str], secret: str) -> str | None:
    """Passes digits that begin like a card, are as long as one, and end in the right check digit."""
    digits = re.sub(r"\D", "", secret)
    return "card" if ISSUERS.fullmatch(digits) and luhn(digits) else None


ISSUERS: Final = re.compile(
    r"4\d{12}(\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}|35\d{14}|6(?:011|5\d\d)\d{12}|62\d{14,17}"
)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    values = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in values) % 10 == 0


PLACEHOLDER: Final = r"\[redacted:[a-z-]+:[0-9a-f]{12}\]"
NEW: Final = rf"(?!{PLACEHOLDER})"
"""Here does not stand a placeholder."""

NAMED: Final = rf"""(?xi)
    (?<![\w.-]) (?P<name>[\w.-]++) (?:\\*+["'])? \s{{0,8}} (?:=>?|:) \s{{0,8}}+
    (?: "{NEW} ((?:[^"\\]|\\.)++)
      | '{NEW} ((?:[^'\\]|\\.)++)
      | \\++["'] {NEW} ([^"'\\]++)
      | (?:(?:bearer|basic|digest)\s{{1,8}}+)?+ {NEW} (?=[\[({{]*+[^\s"'&,;<>\\\[({{]) ([^\s"'&,;<>\\]++)
    )"""

KINDS: Final = (
    Kind(re.compile(r"(?s)(-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|\Z))"), always("pem")),
    Kind(re.compile(rf"(?im)^(?P<name>[\w-]*+)[ \t]{{0,8}}:[ \t]{{0,8}}+{NEW}([^\r\n]++)"), whole_line),
    Kind(
        re.compile(rf"""://[^\s/?\#"'<>@:]*+:{NEW}([^\s/?\#"'<>@]++(?:@[^\s/?\#"'<>@]++)*)@"""), always("url-password")
    ),
    Kind(re.compile(NAMED), named),
    Kind(re.compile(r"(?<![\w-])(eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?)"), always("jwt")),
    Kind(re.compile(r"(?i)\b(?:bearer|basic)\s{1,8}([\w.~+/=-]{16,}+)"), always("authorization")),
    Kind(re.compile(r"(?<!\w)((?:AKIA|ASIA)[0-9A-Z]{16})(?!\w)"), always("aws-key")),
    Kind(
        re.compile(
            r"(?<![\w-])(gh[pousr]_\w{30,}+|github_pat_\w{30,}+|xox[abeprs]-[\w-]{10,}+|glpat-[\w-]{20,}+"
            r"|[sr]k_(?:live|test)_\w{10,}+|sk-[\w-]{20,}+|AIza[\w-]{35})"
        ),
        always("api-key"),
    ),
    Kind(re.compile(r"(?<![\w.-])(\d(?:[ -]?\d){12,18})(?!\w|[.-]\w)"), card),
)
"""In the order in which they are looked for; what one has replaced, the next ones leave alone."""


GITHUB: Final = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")
NAME_HINTS: Final = ("pass", "pwd", "secret", "credential", "authori", "cookie", "key", "dsn", "cvv", "cvc", "token")
VALUE_HINTS: Final = ("://", "eyj", "bearer", "basic", "akia", "asia", "xox", "sk_", "rk_", "sk-", "glpat-", "aiza")
HINTS: Final = (*NAME_HINTS, *VALUE_HINTS, "connection", "card", "-----begin", "github_pat_", *GITHUB)
"""In lower case: text without any of these, and without a long run of digits, holds no secret that we know."""

DIGITS: Final = re.compile(r"\d(?:[ -]?\d){12}")


def may_hold_secret(text: str) -> bool:
    """Whether it is worth looking closer; far quicker than looking."""
    lower = text.lower()
    return any(hint in lower for hint in HINTS) or DIGITS.search(text) is not None


def replace_secrets(text: str, placeholder: Callable[[str, str], str]) -> str:
    """`text` with each secret in it replaced by `placeholder(pattern, secret)`."""
    for expression, check in KINDS:
        text = expression.sub(lambda match, check=check: replaced(match, check, placeholder), text)  # type: ignore[misc]
    return text


def replaced(match: re.Match[str], check: Check, placeholder: Callable[[str, str], str]) -> str:
    """What stands for a match: itself, or itself with the secret replaced."""
    whole, group = match[0], match.lastindex or 0
    secret = match[group]
    pattern = check(match, secret)
    if pattern is None:
        return whole
    start, end = (place - match.start() for place in match.span(group))
    return whole[:start] + placeholder(pattern, secret) + whole[end:]

"""Values of secrets: what is one by its looks, wherever it stands.

Every expression takes time in proportion to the text, whatever the text: words are matched whole (`++`), and each
looks for its beginning only where a word begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from app.redaction.names import TOKEN, secret_name

Check = Callable[[str], str | None]
"""Gives the pattern that a secret is counted under, or None if it is none after all."""

Placeholder = Callable[[str, str], str]
"""Gives what stands in place of a secret: (pattern, secret) -> text."""


class Kind(NamedTuple):
    """Secrets of one kind: the group of the expression, if `check` agrees."""

    expression: re.Pattern[str]
    check: Check


def always(pattern: str) -> Check:
    """A check that each match passes."""
    return lambda secret: pattern


def card(secret: str) -> str | None:
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

URL: Final = rf"""://[^\s/?\#"'<>@:]*+:{NEW}([^\s/?\#"'<>@]++(?:@[^\s/?\#"'<>@]++)*)@"""

VENDORS: Final = (
    r"(?<![\w-])(gh[pousr]_\w{30,}+|github_pat_\w{30,}+|xox[abeprs]-[\w-]{10,}+|glpat-[\w-]{20,}+"
    r"|[sr]k_(?:live|test)_\w{10,}+|sk-[\w-]{20,}+|AIza[\w-]{35})"
)

KINDS: Final = (
    Kind(re.compile(URL), always("url-password")),
    Kind(re.compile(r"(?<![\w-])(eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?)"), always("jwt")),
    Kind(re.compile(r"(?i)\b(?:bearer|basic)\s{1,8}([\w.~+/=-]{16,}+)"), always("authorization")),
    Kind(re.compile(r"(?<!\w)((?:AKIA|ASIA)[0-9A-Z]{16})(?!\w)"), always("aws-key")),
    Kind(re.compile(VENDORS), always("api-key")),
    Kind(re.compile(r"(?<![\w.-])(\d(?:[ -]?\d){12,18})(?!\w|[.-]\w)"), card),
    Kind(re.compile(r"(?s)(-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|\Z))"), always("pem")),
)

NAME: Final = re.compile(rf"""{PLACEHOLDER}|(?<![\w.-])([\w.-]++)(\\*+["'])?\s{{0,8}}(?:=>?|:)\s{{0,8}}+""")
"""The name before a value, quoted or not, at whatever depth of JSON within JSON; a placeholder holds none."""

VALUE: Final = re.compile(
    rf"""(?xi)
      "{NEW} ((?:[^"\\]|\\.)++)
    | '{NEW} ((?:[^'\\]|\\.)++)
    | \\++["'] {NEW} ([^"'\\]++)
    | (?:(?:bearer|basic|digest)\s{{1,8}}+)?+ {NEW} (?=[\[({{]*+[^\s"'&,;<>\\\[({{]) ([^\s"'&,;<>\\]++)
    """
)
REST_OF_LINE: Final = re.compile(rf"""{NEW}(?=[^\s"'\\])([^\r\n]++)""")
"""The value of a header, spaces and semicolons and all."""

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


def replace_secrets(text: str, placeholder: Placeholder) -> str:
    """`text` with each secret in it replaced; what stands under the name of a secret goes first."""
    text = replace_named(text, placeholder)
    for expression, check in KINDS:
        text = expression.sub(lambda match, check=check: replaced(match, check, placeholder), text)  # type: ignore[misc]
    return text


def replace_named(text: str, placeholder: Placeholder) -> str:
    """`text` with what stands under the names of secrets replaced, as in `password=…` or `"password": "…"`."""
    parts: list[str] = []
    done = 0
    for name in NAME.finditer(text):
        pattern = secret_name(name[1] or "") if name.start() >= done else None
        found = value_after(name, pattern) if pattern else None
        if pattern and found:
            start, stop = found.span(found.lastindex or 0)
            parts += text[done:start], placeholder(pattern, text[start:stop])
            done = stop
    return "".join(parts) + text[done:]


def value_after(name: re.Match[str], pattern: str) -> re.Match[str] | None:
    """The value that stands after a name. A number called token is a count or an id."""
    is_header = pattern in ("authorization", "cookie") and name[2] is None
    found = REST_OF_LINE.match(name.string, name.end()) if is_header else None
    found = found or VALUE.match(name.string, name.end())
    is_number = found is not None and found[found.lastindex or 0].isdecimal()
    return None if pattern == TOKEN and is_number else found


def replaced(match: re.Match[str], check: Check, placeholder: Placeholder) -> str:
    """What stands for a match: itself, or itself with the secret replaced."""
    secret, (start, stop) = match[1], match.span(1)
    pattern = check(secret)
    if pattern is None:
        return match[0]
    text = match.string
    return text[match.start() : start] + placeholder(pattern, secret) + text[stop : match.end()]

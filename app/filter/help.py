"""The help of the filter language, made from its fields: docs/filters.md, and the window's own help.

`python -m app.filter.help > docs/filters.md` brings the page up to date; a test checks that it is.
"""

from __future__ import annotations

from typing import Final

from app.filter.operators import FIELDS, OPEN_FIELDS, Field

SYNTAX: Final = (
    ("category:order", "events whose category is `order`"),
    ("type:order.*,payment.?", "any of several values; `*` is any text, `?` any one character"),
    ("category!=order", "events that have a category, but another one"),
    ("latency>50ms", "also `>=`, `<`, `<=`, where a field has an order"),
    (
        "timeout",
        "the word anywhere: type, category, producer, channel, subscription, ids, key, error, headers, payload",
    ),
    ('"no route"', "the same for a text with spaces or signs"),
    ("/time(d )?out/", "a regular expression anywhere, in any case; `(?-i)` at its beginning makes case count"),
    ("payload.total>100", "a place in the payload; a number compares with numbers, anything else as text"),
    ("error:*", "events that have the field"),
    ("category:order latency>50ms", "both; `and` may stand between"),
    ("category:order or category:payment", "either; `or` binds weaker than `and`"),
    ("-category:order", "every event that `category:order` does not select; also `not`"),
    ("(timeout or refused) -phase:handled", "parentheses group"),
)
"""What one can write, and what it selects."""

HEAD: Final = """\
# Filters

One language for the filter bar, `--filter`, colours and triggers. This page is made by `python -m app.filter.help`.

| write | to select |
|---|---|
"""

NOTES: Final = """
An event that lacks a field matches neither `FIELD:VALUE` nor `FIELD!=VALUE`; `-FIELD:VALUE` selects it.
Values are compared exactly; names of priorities and phases, and words to be found anywhere, in any case.
A word is found in payloads as they were sent; letters beyond ASCII also where JSON has them escaped.
A regular expression is one of RE2, and never slow; write `\\/` for a slash. `payload.tags:red` also finds
`red` in an array; of several values of `[*]` one is enough, and `!=` wants that there are some and none is equal.
Put a value in quotes if it has a space, a comma, a parenthesis, or a star that means itself; in quotes,
write `\\"` for a quote. So are names with spaces, dots or other signs: `header."my header":x`, `payload.a."b.c">1`.

| unit | of |
|---|---|
| `us` `ms` `s` `m` `h` `d` | time; a bare number is milliseconds |
| `B` `KB` `MB` `GB` | size; a KB is 1,024 bytes, a bare number is bytes |
| `2026-01-31T14:02:07Z` | a moment; without a zone it is local time, without a time midnight |
| `14:02` `14:02:07.5` | the last time that a local clock showed it, or will within the hour |
| `since:5m` | five minutes before the filter was set |

## Fields

| field | is | compares by | example |
|---|---|---|---|
"""


def helps() -> list[tuple[str, str]]:
    """What one can write and what it selects, the fields by their examples, without any markup."""
    fields = (*FIELDS.values(), *OPEN_FIELDS)
    rows = [*SYNTAX, *((field.example, f"{field.name}: {field.meaning}") for field in fields)]
    return [(text, meaning.replace("`", "")) for text, meaning in rows]


def signs(field: Field) -> str:
    """The operators that a field allows."""
    if field.only_equal:
        return "`:`"
    return "`:` `!=` `>` `>=` `<` `<=`" if field.ordered else "`:` `!=`"


def help_page() -> str:
    """The whole page in Markdown."""
    syntax = [f"| `{text}` | {meaning} |\n" for text, meaning in SYNTAX]
    rows = ((field.name, field.meaning, signs(field), field.example) for field in (*FIELDS.values(), *OPEN_FIELDS))
    fields = [f"| `{name}` | {meaning} | {allowed} | `{example}` |\n" for name, meaning, allowed, example in rows]
    return HEAD + "".join(syntax) + NOTES + "".join(fields)


if __name__ == "__main__":
    print(help_page(), end="")

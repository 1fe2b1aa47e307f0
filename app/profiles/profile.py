"""A profile: sources that belong together under one name, and how they are shown, without their secrets."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from app.redaction.redaction import Redactor
from app.redaction.urls import without_secrets
from app.table_setup import TableSetup
from connectors.options import describe
from connectors.registry import connector_class
from connectors.source_url import SourceUrlError

__all__ = ["LONGEST_NAME", "Profile", "SavedSource", "checked", "clean_url", "profile_name"]

LONGEST_NAME: Final = 80
MOST_SOURCES: Final = 50

Name = Annotated[str, Meta(max_length=LONGEST_NAME)]
Url = Annotated[str, Meta(min_length=1, max_length=4_000)]


class SavedSource(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source by its URL, and the name it is shown under; "" is its own."""

    url: Url
    name: Name = ""


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sources to attach together, in this order, and how the event table is arranged for them, if that was kept."""

    name: Name
    sources: Annotated[tuple[SavedSource, ...], Meta(min_length=1, max_length=MOST_SOURCES)]
    table: TableSetup | None = None

    @classmethod
    def of(cls, name: str, *sources: SavedSource, table: TableSetup | None = None) -> Profile:
        """A profile to be kept, with clean URLs and filters; raises ValueError with a sentence."""
        clean = [{"url": clean_url(each.url), "name": each.name} for each in sources]
        return checked({"name": name, "sources": clean}).with_table(table)

    def with_table(self, table: TableSetup | None) -> Profile:
        """With another arrangement of the table, without what its filters hold of secrets."""
        return msgspec.structs.replace(self, table=table and clean_table(table))


def profile_name(text: str) -> str:
    """A name as it is kept: one line without spaces around it; raises ValueError with a sentence."""
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise ValueError("a profile needs a name that can be read")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"the name of a profile has at most {LONGEST_NAME} characters")
    return name


def clean_url(url: str) -> str:
    """The URL without what is secret by its name, or because its connector says so."""
    clean = without_secrets(url)
    before, mark, query = clean.partition("?")
    secret = _secret_options(clean.partition(":")[0])
    kept = [pair for pair in query.split("&") if pair.partition("=")[0] not in secret]
    return before + mark + "&".join(kept) if any(kept) else before


def clean_table(table: TableSetup) -> TableSetup:
    """The arrangement without secrets: placeholders stand for them in its filters."""
    text = Redactor().text
    return table.with_(
        colours=tuple(msgspec.structs.replace(rule, filter=text(rule.filter)) for rule in table.colours),
        filters=tuple(msgspec.structs.replace(saved, filter=text(saved.filter)) for saved in table.filters),
        history=tuple(map(text, table.history)),
    )


def checked(value: Any) -> Profile:
    """A profile of plain data that anybody may have written; raises ValueError with a sentence."""
    try:
        profile = msgspec.convert(value, Profile)
    except msgspec.ValidationError as error:
        raise ValueError(re.sub(r" - at `\$(.*)`", r" at \1", str(error))) from error
    sources = tuple(SavedSource(without_secrets(each.url), " ".join(each.name.split())) for each in profile.sources)
    if not all((each.url + each.name).isprintable() for each in sources):
        raise ValueError("its text holds control characters")
    return Profile(profile_name(profile.name), sources, profile.table)


def _secret_options(scheme: str) -> set[str]:
    try:
        return {option.name for option in describe(connector_class(scheme).Options) if option.secret}
    except (SourceUrlError, KeyError):
        return set()

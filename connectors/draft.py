"""A draft: a source while it is being described, option by option or as a URL.

It may be wrong or incomplete: then `problems` says what, option by option. Texts are as in a URL, without escapes;
an option without a text has its default. Secrets are in `url` and never in `shown_url`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from connectors.options import Option, describe, read_value
from connectors.registry import connector_class, open_source, schemes
from connectors.source_url import SourceUrlError, host_and_port, split_url
from eventscope.connector import Connector, Refused, Runner

__all__ = ["LAST_GROUP", "MASK", "Draft", "draft_of", "empty_draft"]

MASK: Final = "••••"
"""Stands for a secret in a URL that is shown, and means that secret in one that was edited."""

LAST_GROUP: Final = "More"
"""The group of what is rarely needed."""

RUN: Final = Option(
    name="run",
    field="run",
    kind=Runner,
    takes=f"one of {', '.join(Runner)}",
    choices=tuple(Runner),
    default=None,
    required=False,
    secret=False,
    group=LAST_GROUP,
    example="",
    help="where it is read: in the window's loop, in a process of its own, or by how busy it is",
)
"""The option that every source has."""

PLACE: Final = ("user", "password", "host", "port", "hosts")


@dataclass(frozen=True)
class Draft:
    """What is known of a source so far. `general` in `problems` is what concerns no single option."""

    scheme: str
    options: tuple[Option, ...]
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def url(self) -> str:
        """As a URL, with its secrets."""
        return self._compose(self.texts)

    @property
    def shown_url(self) -> str:
        """As a URL to be shown: MASK in place of each secret."""
        secret = {option.name for option in self.options if option.secret}
        return self._compose({name: MASK if name in secret else text for name, text in self.texts.items()})

    def with_text(self, name: str, text: str) -> Draft:
        """With another text of an option; "" leaves it to its default."""
        return self.with_texts({name: text})

    def with_texts(self, changed: Mapping[str, str]) -> Draft:
        """With other texts of some options."""
        texts = {**self.texts, **changed}
        return Draft(self.scheme, self.options, {name: text for name, text in texts.items() if text})

    def connector(self) -> Connector:
        """The connector, not yet connected; raises SourceUrlError or Refused with one sentence."""
        return open_source(self.url)

    def problems(self) -> dict[str, str]:
        """What is wrong, in a sentence each, by the option that it concerns, or by "" for the whole."""
        wrong = {option.name: problem for option in self.options if (problem := self._problem(option))}
        if wrong:
            return wrong
        try:
            self.connector()
        except (SourceUrlError, Refused) as error:
            sentence = str(error).removeprefix(f"{self.scheme}: ")
            return {self._culprit(sentence): sentence}
        return {}

    def _problem(self, option: Option) -> str:
        text = self.texts.get(option.name, "")
        if not text:
            return "this is needed" if option.required else ""
        try:
            read_value(self.scheme, option, text)
        except SourceUrlError as error:
            return str(error).removeprefix(f"{self.scheme}: {option.name} ")
        return ""

    def _culprit(self, sentence: str) -> str:
        """The option that a sentence begins with, if it does."""
        first = sentence.partition(" ")[0].partition("=")[0]
        return first if first in {option.name for option in self.options} else ""

    def _compose(self, texts: Mapping[str, str]) -> str:
        location = self._location(texts)
        query = "&".join(
            f"{option.name}={_escaped(texts[option.name], '&')}"
            for option in self.options
            if not option.part and option.name in texts
        )
        return f"{self.scheme}:{location}" + (f"?{query}" if query else "")

    def _location(self, texts: Mapping[str, str]) -> str:
        path = _escaped(texts.get("path", ""), "?@")
        if not any(option.name in PLACE for option in self.options):
            return f"%2F{path[1:]}" if path.startswith("//") else path
        user = _escaped(texts.get("user", ""), "?@:/")
        password = f":{_escaped(texts['password'], '?@:/')}" if "password" in texts else ""
        hosts = texts.get("hosts", "") or _place(texts)
        at = "@" if user or password else ""
        return f"//{user}{password}{at}{_escaped(hosts, '?@/')}/{path}"


def _place(texts: Mapping[str, str]) -> str:
    host, port = texts.get("host", ""), texts.get("port", "")
    bare = f"[{host}]" if ":" in host else host
    return f"{bare}:{port}" if port else bare


def _escaped(text: str, special: str) -> str:
    """Percent escapes for what would be read as something else, and for what cannot be seen."""
    return "".join(quote(c, safe="") if c in special or c in "%# " or not c.isprintable() else c for c in text)


def empty_draft(scheme: str) -> Draft:
    """A source of which only the kind is known; raises SourceUrlError if there is none of that kind."""
    return Draft(scheme, (*describe(connector_class(scheme).Options), RUN))


def draft_of(url: str, before: Draft | None = None) -> Draft:
    """The draft that a URL describes; where it says MASK, the secret of `before`. Raises SourceUrlError."""
    url = url.strip()
    scheme = url.partition(":")[0].lower()
    if ":" not in url or scheme not in schemes():
        open_source(url)  # it knows what to say
    draft, split = empty_draft(scheme), split_url(url)
    texts = dict(split.parts) | split.parameters
    known = {option.name for option in draft.options}
    if "hosts" in texts and "hosts" not in known:
        host, port = host_and_port(scheme, texts.pop("hosts"))
        texts |= {"host": host} | ({"port": port} if port else {})
    for name in texts.keys() - known:
        raise SourceUrlError(f"{scheme}: has no option {name!r}")
    kept = before.texts if before is not None and before.scheme == scheme else {}
    return draft.with_texts({name: kept.get(name, "") if text == MASK else text for name, text in texts.items()})

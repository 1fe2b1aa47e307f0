"""Decoding: how the messages of a source are read, channel by channel, by what the user chose and a registry knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from connectors.envelopes.choices import NO_CHOICE, Choice, Choices, choices
from connectors.envelopes.formats.confluent import Confluent, mark_of
from connectors.envelopes.formats.schema_registry import SchemaRegistry
from connectors.envelopes.guard import GuardedDecoder
from connectors.envelopes.kinship import Kinship
from connectors.envelopes.plugins import plugins
from connectors.envelopes.readers import priority, time
from connectors.envelopes.recognise import Recogniser
from eventscope.decoder import Decoder, EnvelopeKind, Message, Rule, Strength

__all__ = ["Decoding", "chosen_kinds"]

MOST_CHANNELS: Final = 1_000
HEADER: Final = "header:"
READERS: Final = {"occurred_at": time, "priority": priority}

_kin: Final = Kinship()
"""Groups join across all sources of this process."""


class Decoding:
    """For the sources of one kind, `kind` being the scheme of their URLs."""

    def __init__(self, kind: str, registry: SchemaRegistry | None = None, known: Choices = choices) -> None:
        self._kind = kind
        self._choices = known
        self._generation = known.generation
        self._registry = registry
        self._plain: Recogniser | None = None
        self._recognisers: dict[str, Recogniser] = {}

    def recogniser(self, channel: str) -> Recogniser:
        """What recognises the messages of a channel, by what is chosen for it now."""
        if self._choices.look() != self._generation:
            self._generation = self._choices.generation
            self._recognisers.clear()
        found = self._recognisers.get(channel)
        if found is None:
            if len(self._recognisers) >= MOST_CHANNELS:
                self._recognisers.clear()
            self._recognisers[channel] = found = self._make(channel)
        return found

    def recogniser_for(self, channel: str, choice: Choice) -> Recogniser:
        """What would recognise the messages of a channel by a choice; joins nothing with anything."""
        kinds = (*chosen_kinds(choice), *plugins().kinds)
        return Recogniser(kinds, self._decoders(choice), channel=channel, choice=choice)

    def lacks(self, message: Message) -> bool:
        """Whether the registry may know a schema of this message that is not known here."""
        if self._registry is None:
            return False
        mark = mark_of(message)
        key = self._choices.of(self._kind, message.channel).schema or (mark.key if mark else None)
        return key is not None and self._registry.is_due(key)

    async def prepare(self, channel: str, messages: Iterable[tuple[Sequence[tuple[str, Any]], bytes | None]]) -> None:
        """Get the schemas that these messages (headers and payload) need and that are not known yet."""
        if self._registry is None:
            return
        schema = self._choices.of(self._kind, channel).schema
        marks = (mark_of(Message(headers, payload)) for headers, payload in messages if payload)
        await self._registry.prepare([schema] if schema else (mark.key for mark in marks if mark))

    def _make(self, channel: str) -> Recogniser:
        """A recogniser of its own for a channel that has something special, else the one for all."""
        choice = self._choices.of(self._kind, channel)
        kinds = plugins().kinds
        special = any(kind.channel_marks and channel.startswith(kind.channel_marks) for kind in kinds)
        special = special or any(isinstance(each, GuardedDecoder) for each in plugins().decoders)
        if choice != NO_CHOICE or special:
            kinds = (*chosen_kinds(choice), *kinds)
            return Recogniser(kinds, self._decoders(choice), channel=channel, choice=choice, kin=_kin)
        if self._plain is None:
            self._plain = Recogniser(kinds, self._decoders(choice), kin=_kin)
        return self._plain

    def _decoders(self, choice: Choice) -> list[Decoder]:
        """A decoder of each class; ours for registries knows the registry."""
        made: list[Decoder] = []
        for each in plugins().decoders:
            if each is Confluent:
                # Elsewhere a zero byte at the beginning means nothing.
                if self._kind == "kafka" or self._registry or choice.schema:
                    made.append(Confluent(self._registry, choice.schema))
            else:
                made.append(each() if isinstance(each, type) else each)
        return made


def chosen_kinds(choice: Choice) -> tuple[EnvelopeKind, ...]:
    """What the user chose, as kinds that need no marks and come before everything."""
    paths = [(column, path) for column, path in choice.paths.items()]
    own = EnvelopeKind(
        name="",
        headers=tuple(Rule(c, p[len(HEADER) :], READERS.get(c)) for c, p in paths if p.startswith(HEADER)),
        members=tuple(Rule(c, p, READERS.get(c)) for c, p in paths if not p.startswith(HEADER)),
        strength=Strength.CHOSEN,
    )
    forced = [
        replace(kind, header_marks=(), header_set=(), channel_marks=(), member_marks=(), strength=Strength.CHOSEN + 1)
        for kind in (plugins().kind(choice.envelope) if choice.envelope else ())
    ]
    return (own, *forced) if paths else tuple(forced)

"""Decoding as the window needs it: why an event is taken for what it is, and what the user chose for its channel."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import tomlkit
from tomlkit.items import Table

from app.channel import channel_name
from app.gaps import is_gap
from app.payload import header_pairs
from app.sources.supervisor import Source
from app.store.stored import StoredEvent
from app.toml_file import change_toml, reason
from connectors.envelopes.choices import NO_CHOICE, PATHS, Choice, choices
from connectors.envelopes.decoding import Decoding
from connectors.envelopes.envelope import Envelope
from connectors.envelopes.explain import Reason, as_it_came, explain
from connectors.envelopes.formats.pickle import Pickle
from connectors.envelopes.inside import Decoded, decode_with
from connectors.envelopes.plugins import plugins
from connectors.registry import scheme_of
from eventscope.decoder import Message
from eventscope.step import UNKNOWN

__all__ = [
    *("Place", "Recognition", "add_path", "choice_of", "envelope_names", "fetch_schema", "format_names", "place_of"),
    *("preview", "recognise", "save_choice"),
]

log = logging.getLogger(__name__)

KINDS: Final = {"kafka": "kafka", "amqp": "amqp", "amqps": "amqp", "redis": "redis", "rediss": "redis"}
"""Schemes whose messages are recognised, and the name under which choices for their channels are kept."""

TEXTS: Final = ("json", "text")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event came from, as choices are kept: the kind of source and the channel. `decoding` reads it anew."""

    kind: str
    channel: str
    decoding: Decoding


@dataclass(frozen=True, slots=True)
class Recognition:
    """What an event is taken for, and by which rule of which envelope each of its columns was filled."""

    envelope: str
    reasons: tuple[Reason, ...]
    decoded: Decoded | None
    choice: Choice
    message: Message | None
    lacks_schema: bool
    """Whether a registry may know the schema that it needs and that is not known yet."""
    anew: Mapping[str, Any]
    """Columns that would be filled differently by what is chosen now."""

    @property
    def badge(self) -> str:
        """A few words for the head of the detail."""
        return " · ".join(filter(None, (self.envelope, "as chosen" if self.choice != NO_CHOICE else "")))


def place_of(event: StoredEvent, sources: Sequence[Source]) -> Place | None:
    """Where an event came from; None if nothing is recognised there, or the source was removed."""
    source = next((each for each in sources if each.label == event.source), None)
    kind = KINDS.get(scheme_of(source.connector)) if source else None
    if source is None or kind is None or event.channel is None or is_gap(event):
        return None
    registry = getattr(source.connector.options, "schema_registry", None)
    return Place(kind, channel_name(event.channel), Decoding(kind, registry))


def recognise(event: StoredEvent, place: Place) -> Recognition:
    """Recognise a kept event once more, to say why its columns hold what they do."""
    recogniser = place.decoding.recogniser(place.channel)
    headers = headers_of(event)
    columns = {name: getattr(event, name) for name in event.__struct_fields__}
    message = Message(headers, event.payload, place.channel) if event.payload else None
    return Recognition(
        envelope=event.envelope or "",
        reasons=explain(recogniser, headers, event.payload, columns),
        decoded=decode_with(message, recogniser.decoders, recogniser.choice) if message else None,
        choice=recogniser.choice,
        message=message,
        lacks_schema=message is not None and place.decoding.lacks(message),
        anew=anew(event, place, recogniser.choice),
    )


def anew(event: StoredEvent, place: Place, choice: Choice) -> dict[str, Any]:
    """The columns that a choice would fill in another way than they were when the event came."""
    found = preview(event, place, choice) if choice != NO_CHOICE else {}
    return {name: value for name, value in found.items() if name in PATHS and value != getattr(event, name)}


async def fetch_schema(place: Place, recognition: Recognition) -> None:
    """Ask the registry for what an event needs to be shown; takes some seconds at most."""
    if message := recognition.message:
        await place.decoding.prepare(place.channel, [(message.headers, message.payload)])


def choice_of(place: Place) -> Choice:
    """What is chosen for a channel now."""
    return choices.of(place.kind, place.channel)


def save_choice(place: Place, choice: Choice) -> str | None:
    """Remember a choice, from now on for all who read; a sentence if that was not possible."""
    try:
        change_toml(choices.path, lambda document: put(document, place, choice))
    except OSError as error:
        log.warning("choices: %s", error)
        return f"The choice was not saved in {choices.path} ({reason(error)})."
    choices.look(now=True)
    return None


def add_path(place: Place, column: str, path: str) -> str | None:
    """Remember where a column's value is, beside what is chosen already; a sentence if that was not possible."""
    chosen = choice_of(place)
    return save_choice(place, replace(chosen, paths={**chosen.paths, column: path}))


def put(document: tomlkit.TOMLDocument, place: Place, choice: Choice) -> bool:
    """Put a choice into the file; an empty one takes it out."""
    channels = document.setdefault(place.kind, tomlkit.table())
    if not isinstance(channels, Table):
        return False
    channels.pop(place.channel, None)
    entry = {name: getattr(choice, name) for name in ("envelope", "format", "schema") if getattr(choice, name)}
    paths: dict[str, Any] = {name: choice.paths[name] for name in PATHS if choice.paths.get(name)}
    if entry or paths:
        channels[place.channel] = {**entry, **({"paths": paths} if paths else {})}
    return True


def preview(event: StoredEvent, place: Place, choice: Choice) -> dict[str, Any]:
    """What a choice would make of an event: the columns that it fills, by the names of a Record."""
    values: list[Any] = [*Envelope()]
    recogniser = place.decoding.recogniser_for(place.channel, choice)
    recogniser.fill(values, headers_of(event), event.payload)
    found = Envelope._make(values)._asdict()
    return {
        name: value
        for name, value in found.items()
        if name in (*PATHS, "name", "error") and value not in (None, UNKNOWN)
    }


def headers_of(event: StoredEvent) -> list[tuple[str, Any]]:
    """The headers of a kept event, as its connector saw them."""
    return [(name, as_it_came(value)) for name, value in header_pairs(event.headers or "[]")]


def envelope_names() -> list[str]:
    """The envelopes that can be chosen."""
    return sorted({kind.name for kind in plugins().kinds if kind.name and not kind.wrapping and kind.name != "headers"})


def format_names() -> list[str]:
    """The formats that can be chosen."""
    return [*TEXTS, *(each.name for each in plugins().decoders if each is not Pickle)]

"""Which kinds of envelopes and which decoders there are: ours, and those of installed packages, by one door.

An entry point of the group `eventscope.decoders` names an EnvelopeKind, a Decoder or its class.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, NamedTuple

from connectors.envelopes.guard import GuardedDecoder, guarded_kind
from eventscope.decoder import COLUMNS, Decoder, EnvelopeKind

__all__ = ["Plugins", "plugins"]

log = logging.getLogger(__name__)

GROUP: Final = "eventscope.decoders"
KINDS: Final = "connectors.envelopes.kinds"
FORMATS: Final = "connectors.envelopes.formats"

# A checkout that is not installed has no entry points; these are also in pyproject.toml.
OURS: Final = {
    "masstransit": f"{KINDS}.dotnet:MASSTRANSIT",
    "masstransit-raw": f"{KINDS}.dotnet:MASSTRANSIT_RAW",
    "nservicebus": f"{KINDS}.dotnet:NSERVICEBUS",
    "rebus": f"{KINDS}.dotnet:REBUS",
    "cap": f"{KINDS}.dotnet:CAP",
    "celery": f"{KINDS}.python:CELERY",
    "celery-event": f"{KINDS}.python:CELERY_EVENT",
    "bubus": f"{KINDS}.python:BUBUS",
    "faststream": f"{KINDS}.python:FASTSTREAM",
    "debezium": f"{KINDS}.kafka:DEBEZIUM",
    "connect-json": f"{KINDS}.kafka:CONNECT_JSON",
    "debezium-outbox": f"{KINDS}.kafka:DEBEZIUM_OUTBOX",
    "spring": f"{KINDS}.kafka:SPRING",
    "spring-dead-letter": f"{KINDS}.kafka:SPRING_DLT",
    "spring-retry": f"{KINDS}.kafka:SPRING_RETRY",
    "connect-dead-letter": f"{KINDS}.kafka:CONNECT_DLQ",
    "cloudevents": f"{KINDS}.cloudevents:CLOUDEVENTS",
    "trace-context": f"{KINDS}.cloudevents:TRACE_CONTEXT",
    "domain-event": f"{KINDS}.plain:DOMAIN_EVENT",
    "event-store": f"{KINDS}.plain:EVENT_STORE",
    "headers": f"{KINDS}.plain:PLAIN",
    "message-id": f"{KINDS}.plain:MESSAGE_ID",
    "members": f"{KINDS}.plain:MEMBERS_ALONE",
    "pickle": f"{FORMATS}.pickle:Pickle",
    "messagepack": f"{FORMATS}.messagepack:MessagePack",
    "cbor": f"{FORMATS}.cbor:Cbor",
    "protobuf": f"{FORMATS}.protobuf:Protobuf",
    "schema-registry": f"{FORMATS}.confluent:Confluent",
}
"""In the order in which decoders are asked, the surest first."""


class Plugins(NamedTuple):
    """Kinds of envelopes, and classes of decoders or decoders; those of others are guarded."""

    kinds: tuple[EnvelopeKind, ...]
    decoders: tuple[Any, ...]

    def kind(self, name: str) -> tuple[EnvelopeKind, ...]:
        """The kinds that go by a name."""
        return tuple(kind for kind in self.kinds if kind.name == name)


@cache
def plugins() -> Plugins:
    """All that can be loaded; what cannot is logged and left out."""
    found = [*_loaded()]
    return Plugins(
        kinds=tuple(each for each in found if isinstance(each, EnvelopeKind)),
        decoders=tuple(each for each in found if not isinstance(each, EnvelopeKind)),
    )


def _loaded() -> Iterator[Any]:
    for name, value in OURS.items():
        yield EntryPoint(name, value, GROUP).load()
    for point in entry_points(group=GROUP):
        if OURS.get(point.name) != point.value:
            try:
                yield _foreign(point.name, point.load())
            except Exception as error:  # somebody else's module may raise anything
                log.warning("the decoder %s cannot be used: %s", point.name, error, exc_info=True)


def _foreign(name: str, found: Any) -> EnvelopeKind | Decoder:
    if isinstance(found, EnvelopeKind):
        unknown = {rule.column for rule in (*found.headers, *found.members)} - {*COLUMNS}
        if unknown:
            raise ValueError(f"it fills unknown columns: {', '.join(sorted(unknown))}")
        return guarded_kind(found, name)
    decoder = found() if isinstance(found, type) else found
    if not isinstance(decoder, Decoder):
        raise TypeError(f"{found!r} is neither an EnvelopeKind nor a Decoder")
    return GuardedDecoder(decoder, name)

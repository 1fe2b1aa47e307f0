"""Facts: what headers and payload of an event say about the process it belongs to, whatever library wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import msgspec

__all__ = ["HINT", "NO_FACTS", "Facts", "about", "facts_of", "fields_of", "plain", "squeezed", "text"]

MOST_BYTES: Final = 64 * 1024
"""A larger payload is not read: what is looked for stands in small ones."""
MOST_FIELDS: Final = 200

HINT: Final = re.compile(rb"ompensat|saga|undoes|reverses|executionId|_id\"|Id\"|\"id\"|\"step\"|ersion\"")
"""A payload without any of these has nothing to tell."""

INSIDE: Final = ("message", "data", "payload", "body", "detail", "metadata", "headers")
"""Where envelopes keep what they carry."""

COMPENSATES: Final = frozenset(
    {"compensates", "compensationfor", "compensationof", "compensatedstep", "compensatedevent", "compensatingfor"}
    | {"undoes", "reverses", "reversalof", "cecompensates", "sagacompensates", "originaleventid"}
)
STEPS: Final = frozenset({"step", "sagastep", "stepnumber", "stepname", "activityname"})
SAGAS: Final = frozenset(
    {"saga", "sagaid", "sagatype", "saganame", "sagaexecutionid", "nservicebussagaid", "nservicebussagatype"}
    | {"processid", "processmanager", "processinstanceid", "workflowid"}
)
LEADERS: Final = frozenset({"nservicebusoriginatingsagatype", "orchestrator", "sagaorchestrator", "processmanager"})
LED: Final = frozenset({"orchestration", "orchestrated", "orchestrator"})
ATTEMPTS: Final = frozenset(
    {"attempt", "attempts", "xretrycount", "retrycount", "xretries", "deliveryattempt", "xdeliverycount"}
    | {"nservicebusretries", "mtredeliverycount", "rbsretrycount", "retrytopicattempts", "kafkadltattempts"}
)
DEATHS: Final = frozenset({"xdeath", "xfirstdeathqueue", "kafkadltoriginaltopic", "originaltopic"})
SQUEEZE: Final = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class Facts:
    """`compensates` and `step` are as they are written. `ids` are the identities in the payload, by squeezed name.

    `leader` is who leads the process, "" when it is led by somebody who is not named, None when nothing says so.
    """

    compensates: str | None = None
    step: str | None = None
    saga: str | None = None
    leader: str | None = None
    attempts: int | None = None
    died: bool = False
    reason: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)


NO_FACTS: Final = Facts()


def facts_of(headers: str | None, payload: bytes | None) -> Facts:
    """What these say."""
    named = plain(headers)
    body = list(fields_of(payload))
    if not named and not body:
        return NO_FACTS
    told = {squeezed(name): value for name, value in (*body, *named)}
    return Facts(
        compensates=text(first(told, COMPENSATES)),
        step=text(first(told, STEPS)),
        saga=text(first(told, SAGAS)),
        leader=leader_of(told),
        attempts=whole(first(told, ATTEMPTS)) or deaths(told.get("xdeath")),
        died=not DEATHS.isdisjoint(told),
        reason=text(first(told, frozenset({"reason", "error", "errormessage", "exceptionmessage", "faultreason"}))),
        ids={name: found for name, value in told.items() if name.endswith("id") and (found := text(value))},
    )


def plain(headers: str | None) -> list[tuple[str, Any]]:
    """Headers as pairs; none where they cannot be read."""
    if not headers:
        return []
    try:
        return [(str(pair[0]), pair[1]) for pair in msgspec.json.decode(headers) if len(pair) == 2]
    except (msgspec.MsgspecError, TypeError, RecursionError):
        return []


def fields_of(payload: bytes | None) -> Iterator[tuple[str, Any]]:
    """The fields of a JSON object and of what it carries, the outer ones last."""
    if not payload or len(payload) > MOST_BYTES or payload[:1] != b"{" or not HINT.search(payload):
        return
    try:
        outer = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return
    for name in INSIDE:
        if isinstance(inner := outer.get(name), dict):
            yield from list(inner.items())[:MOST_FIELDS]
    yield from list(outer.items())[:MOST_FIELDS]


def leader_of(told: Mapping[str, Any]) -> str | None:
    """Who leads the process, if it is led."""
    if name := text(first(told, LEADERS)):
        return name.split(",")[0].rpartition(".")[2]
    return "" if any(text(told.get(key)) in LED for key in ("saga", "sagatype", "sagastyle")) else None


def deaths(told: Any) -> int | None:
    """How often RabbitMQ saw a message die."""
    entries = told if isinstance(told, list) else []
    counts = [entry.get("count") for entry in entries if isinstance(entry, dict)]
    return sum(count for count in counts if isinstance(count, int)) or None


def first(told: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The value of the first of these names that is there."""
    return next((told[name] for name in names if told.get(name) is not None), None)


@lru_cache(maxsize=8_192)
def squeezed(name: str) -> str:
    """`NServiceBus.SagaId`, `saga-id` and `saga_id` alike, as far as that is possible."""
    return SQUEEZE.sub("", name.lower())


def about(name: str, type_: str) -> bool:
    """Whether an identity is that of what a type is about: `orderid` of `order.created`, or of an aggregate."""
    return name in ("aggregateid", "streamid") or (name.endswith("id") and squeezed(type_).startswith(name[:-2] or "?"))


def text(value: Any) -> str | None:
    """A short text or a number as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)[:256] or None


def whole(value: Any) -> int | None:
    """A number that is written in whatever way."""
    shown = text(value)
    return int(shown) if shown and shown.isdecimal() and len(shown) < 6 else None

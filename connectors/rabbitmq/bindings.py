"""Which bindings a tap makes: those that the queues of an exchange have, or the keys that were asked for.

A binding of ours counts as a route. With the keys of the existing queues nothing changes for publishers; other keys
keep unroutable messages from being returned or sent to the alternate exchange, which is said while it lasts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from connectors.rabbitmq.management import Management, Unavailable
from connectors.rabbitmq.options import RabbitOptions
from connectors.wording import many
from eventscope.connector import ConnectorError, Refused

__all__ = ["OUR_QUEUES", "TRACE_EXCHANGE", "Binding", "Bindings", "Missing", "Wanted"]

OUR_QUEUES: Final = "evscope."
"""How the names of our temporary queues begin."""

TRACE_EXCHANGE: Final = "amq.rabbitmq.trace"

COPYING: Final = ("fanout", "topic", "headers", "direct")
"""Kinds of exchanges that give every bound queue its copy. Others would give us what belongs to somebody else."""


class Missing(ConnectorError):
    """What shall be tapped is not there now; it may come, or come back."""


class Binding(NamedTuple):
    """A routing key, and the arguments as JSON."""

    key: str
    arguments: str = "{}"


class Wanted(NamedTuple):
    """The bindings to have on an exchange, and what the user has to know of them."""

    bindings: frozenset[Binding]
    notes: tuple[str, ...] = ()


class Bindings:
    """Decides what to bind, again and again: what is mirrored may change at any time."""

    def __init__(self, options: RabbitOptions, management: Management | None) -> None:
        self._options = options
        self._management = management
        self._known: dict[str, Wanted] = {}

    async def wanted(self, exchange: str) -> Wanted:
        """The bindings to have on `exchange`; raises Missing, Refused or ConnectorError."""
        try:
            wanted = await self._ask(exchange)
        except Unavailable as error:
            wanted = self._known.get(exchange) or self._unasked(exchange, str(error))
        self._known[exchange] = wanted
        return wanted

    async def _ask(self, exchange: str) -> Wanted:
        if self._options.firehose:
            return Wanted(frozenset({Binding("#")}), await self._tracing())
        if self._management is None:
            raise Unavailable("it is not to be asked")
        facts = await self._management.exchange(exchange)
        if facts is None:
            raise Missing(missing(exchange, self._options.path))
        demand_copying(exchange, str(facts.get("type")))
        others = _others(await self._management.bindings(exchange))
        if not self._options.bind:
            return _mirrored(exchange, others)
        if facts.get("auto_delete") and not others:
            raise Missing(
                f"the exchange {exchange} is deleted when its last binding goes, and that would be ours; "
                "start what consumes from it first"
            )
        return self._asked_for(exchange, {_binding(other) for other in others})

    async def _tracing(self) -> tuple[str, ...]:
        try:
            on = await self._management.tracing() if self._management else None
        except Unavailable:
            on = None
        vhost = self._options.path
        return (
            (f"tracing is off: an operator switches it on by rabbitmqctl trace_on -p {vhost}",) if on is False else ()
        )

    def _asked_for(self, exchange: str, existing: set[Binding]) -> Wanted:
        bindings = frozenset(Binding(key) for key in self._options.bind)
        extra = ",".join(sorted(binding.key for binding in bindings - existing))
        effect = "what only this key matches is no longer returned or sent to the alternate exchange"
        return Wanted(bindings, (f"{exchange}: bound by {extra}, {effect}",) if extra else ())

    def _unasked(self, exchange: str, why: str) -> Wanted:
        if not self._options.bind:
            raise ConnectorError(
                f"the existing bindings of {exchange} cannot be read, the management API: {why}; "
                "write its address as management=HOST:PORT, or the keys to bind as bind=KEY"
            )
        note = f"{exchange}: unchecked, as the management API is not available ({why}); its type must be one of "
        return Wanted(frozenset(map(Binding, self._options.bind)), (note + ", ".join(COPYING),))


def missing(exchange: str, vhost: str) -> str:
    """The sentence for an exchange that is not there."""
    return f"there is no exchange {exchange} in the virtual host {vhost}; check the name, or start what declares it"


def demand_copying(exchange: str, kind: str) -> None:
    """Raise Refused unless every queue that is bound to the exchange gets its own copy."""
    if kind not in COPYING:
        raise Refused(
            f"the exchange {exchange} is of type {kind} and deals its messages out: a tap would take some away from "
            f"their consumers; tap one of type {', '.join(COPYING)}"
        )


def _others(bindings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [binding for binding in bindings if not str(binding.get("destination")).startswith(OUR_QUEUES)]


def _binding(row: Mapping[str, Any]) -> Binding:
    return Binding(str(row.get("routing_key", "")), json.dumps(row.get("arguments") or {}, sort_keys=True))


def _mirrored(exchange: str, others: list[Mapping[str, Any]]) -> Wanted:
    queues = [row for row in others if row.get("destination_type") == "queue"]
    notes = []
    if not queues:
        notes.append(f"{exchange}: no queue is bound to it, so there is nothing to copy yet")
    if onward := len(others) - len(queues):
        notes.append(f"{exchange}: {many(onward, 'binding')} to other exchanges left out, tap those")
    return Wanted(frozenset(map(_binding, queues)), tuple(notes))

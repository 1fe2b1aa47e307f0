"""Explaining: by which rule each column of a row was filled. Nothing is kept for it: the row is recognised anew."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from connectors.envelopes.envelope import COLUMN, Envelope
from connectors.envelopes.plan import Slot
from connectors.envelopes.recognise import Recogniser
from eventscope.decoder import Strength

__all__ = ["Reason", "as_it_came", "explain"]

EXPLAINED: Final = (
    *("type", "id", "correlation_id", "causation_id", "occurred_at", "producer", "key", "category", "priority"),
    *("phase", "attempt", "subscription", "error"),
)
PROPERTIES: Final = {"type": "type", "id": "message_id", "correlation_id": "correlation_id", "producer": "app_id"}
"""AMQP properties that fill columns, and are not kept as headers."""

KEPT_PROPERTIES: Final = ("priority", "timestamp")
ESCAPE: Final = re.compile(rb"\\x([0-9a-f]{2})")
STAND_INS: Final = (("correlation_id", "alias"), ("causation_id", "span"))
"""Where nothing names the first, the second stands for it."""

JOINABLE: Final = ("correlation_id", "occurred_at", "priority")
"""Columns that may hold something else than what the message says: a group's first name, a time made sharper."""

RECORD: Final = re.compile(r"\[\d+\]@\d+$")
"""How the channel of a record of Kafka ends."""
REDIS: Final = {"type": "name of the channel or stream", "occurred_at": "id of the entry"}
"""Where values come from there that no field and no member gives."""

NUMBERS: Final = {"phase": 0, "attempt": 0, "priority": -1}
"""What these hold when nobody filled them."""


Winner = tuple[Slot, Any]


class Reason(NamedTuple):
    """Why a column holds what it holds: the envelope whose rule it was, and the place that it names."""

    column: str
    envelope: str
    place: str


def explain(
    recogniser: Recogniser, headers: Sequence[tuple[str, Any]], payload: bytes | None, row: Mapping[str, Any]
) -> tuple[Reason, ...]:
    """The reasons for the columns of `row` (by the names of a Record), as far as they are filled."""
    plan, cells, _ = recogniser.plan(headers, payload)
    won = winners(plan.slots, cells)
    won |= {column: won[stand_in] for column, stand_in in STAND_INS if stand_in in won and column not in won}
    if "trace" in won:
        won["correlation_id"] = won["trace"]
    won |= winners(plan.chosen, cells)
    filled = [name for name in EXPLAINED if row.get(name) is not None and row[name] != NUMBERS.get(name)]
    return tuple(reason_of(column, row, won.get(column)) for column in filled)


def winners(slots: Sequence[Slot], cells: Sequence[Any]) -> dict[str, Winner]:
    """For each column the strongest slot that found a value, and that value."""
    found = ((slot, slot.read(cells[slot.cell])) for slot in slots)
    return {Envelope._fields[slot.column]: (slot, value) for slot, value in found if value is not None}


def reason_of(column: str, row: Mapping[str, Any], winner: Winner | None) -> Reason:
    """Why a column holds what it does, seen from the rule that should have won."""
    value, channel = row[column], row.get("channel") or ""
    is_amqp = " → " in channel
    if winner is not None and (winner[1] == value or column in JOINABLE):
        slot, told = winner
        joined = column == "correlation_id" and told != value
        tail = f", joined with {told}" if joined else ""
        return Reason(column, slot.kind.name or plain_name(slot), place_of(slot, is_amqp) + tail)
    if is_amqp or RECORD.search(channel):
        return Reason(column, "", default_place(column, row, is_amqp))
    return Reason(column, "", REDIS.get(column, "Redis"))


def plain_name(slot: Slot) -> str:
    """What a rule without an envelope is called."""
    return "chosen by you" if slot.kind.strength < Strength.FRAMEWORK else "usual name"


def place_of(slot: Slot, is_amqp: bool) -> str:
    """Where the value stands."""
    name = slot.rule.name
    if not slot.in_header:
        return f"payload {name}" if name else "payload"
    if is_amqp and (name in PROPERTIES.values() or name in KEPT_PROPERTIES):
        return f"AMQP property or header {name}"
    return f"header {name}" if name else "headers"


def default_place(column: str, row: Mapping[str, Any], is_amqp: bool) -> str:
    """Where a value comes from that no header and no member gives."""
    if column == "type" and not is_amqp:
        return "name of the topic"
    if column == "type" and row["type"] == (row.get("channel") or "").partition(" → ")[2]:
        return "routing key"
    if column == "key":
        return "routing key" if is_amqp else "record key"
    if column in ("phase", "attempt", "subscription", "error") and is_amqp:
        return "header x-death or the firehose"
    if is_amqp:
        return f"AMQP property {PROPERTIES.get(column, 'timestamp' if column == 'occurred_at' else column)}"
    return "time of the record" if column == "occurred_at" else "the broker"


def as_it_came(value: Any) -> Any:
    """A header's value out of the text in which a row keeps it: bytes that were no text are written as escapes."""
    if not isinstance(value, str):
        return value
    return ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), value.encode("utf-8", "surrogatepass"))


assert set(EXPLAINED) <= set(COLUMN)

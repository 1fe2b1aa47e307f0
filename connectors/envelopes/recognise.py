"""Envelopes: what the headers and the payload of a broker's message say of the event inside.

What is known of a kind of envelope is data (connectors/envelopes/kinds/); here it is applied. Of the values that
compete for a column the strongest kind's wins: what the user chose, the framework's own names, CloudEvents, the
broker's properties, the usual names of headers, and at last names in the payload. A W3C trace id comes before the
correlation id of any kind, its parent id after the cause that any kind names. The payload itself is never changed.
Nothing here raises, whatever the bytes are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final

from connectors.envelopes.batch import events_in
from connectors.envelopes.choices import NO_CHOICE, Choice
from connectors.envelopes.envelope import COLUMN, NAME_AT, Envelope
from connectors.envelopes.inside import Inside, look_inside
from connectors.envelopes.kinship import Kinship
from connectors.envelopes.members import Cells, Members
from connectors.envelopes.plan import Outer, Plan, Shape, headers_by_name, outer_of, plan_of
from connectors.envelopes.plugins import plugins
from connectors.envelopes.readers import LONGEST_TEXT
from connectors.envelopes.readers import text as text_header
from eventscope.decoder import Decoder, EnvelopeKind, Message

__all__ = ["Envelope", "Recogniser", "default_recogniser", "fill_envelope", "read_envelope", "text_header"]

NOTHING: Final = Envelope()
NO_CELLS: Final[Cells] = ()
BRACKET: Final = ord("[")
MOST_PLANS: Final = 512
MOST_HEADERS: Final = 64

CORRELATION, CAUSATION = COLUMN["correlation_id"], COLUMN["causation_id"]
ERROR = COLUMN["error"]
TRACE, SPAN, ALIAS = COLUMN["trace"], COLUMN["span"], COLUMN["alias"]

_name = itemgetter(0)
_value = itemgetter(1)

Headers = Sequence[tuple[str, Any]]


class Recogniser:
    """Recognises the messages of a channel, and learns what they look like.

    `choice` is what the user wants of them. With `kin` it also joins groups that are known by several names.
    """

    def __init__(
        self,
        kinds: Sequence[EnvelopeKind],
        decoders: Sequence[Decoder] = (),
        *,
        channel: str = "",
        choice: Choice = NO_CHOICE,
        kin: Kinship | None = None,
    ) -> None:
        self.decoders = decoders
        self.choice = choice
        self._kinds = kinds
        self._channel = channel
        self._kin = kin
        self._members = Members(kinds)
        self._outers: dict[tuple[str, ...], Outer] = {}
        self._bare = outer_of((), kinds, channel)
        self._bare_cells: Cells = ({},) if self._bare.whole else ()

    def fill(self, values: list[Any], headers: Headers, payload: bytes | None) -> None:
        """Fill in what headers and payload say; `values` are the fields of an envelope."""
        outer, cells, shape, inside = self._bare, self._bare_cells, None, None
        if headers:
            outer = self._outers.get(tuple(map(_name, headers))) or self._outer(headers)
            cells = NO_CELLS
            if outer.width:
                cells = [*map(_value, headers), headers_by_name(headers)] if outer.whole else [*map(_value, headers)]
        if payload and not outer.suffices:
            found = None if self.choice.format else self._members.look(payload)
            if found is None:
                inside = self._look_inside(headers, payload)
                found = inside.found
            if found is not None:
                shape, inner = found
                cells = [*cells, *inner] if cells else inner
        plan = outer.plans.get(shape) or make_plan(outer, shape)
        for column, cell in plan.texts:
            value = cells[cell]
            if value.__class__ is bytes:
                try:  # as text_header does, without a call for each: this runs for every message
                    value = value.decode()
                except UnicodeDecodeError:
                    value = text_header(value)
            if value.__class__ is not str or len(value) > LONGEST_TEXT:
                value = text_header(value)
            if value:
                values[column] = value
        for column, cell, read in plan.others:
            if (value := read(cells[cell])) is not None:
                values[column] = value
        if plan.name is not None:
            values[NAME_AT] = plan.name
        if inside is not None or plan.last:
            self._finish(plan, cells, values, inside)
        elif self._kin is not None and (group := values[CORRELATION]) is not None:
            values[CORRELATION] = self._kin.name_of(group)

    def events(self, payload: bytes | None) -> Sequence[bytes] | None:
        """The events of a batch, to be filled one by one; None for all that is no batch."""
        is_array = payload and payload[0] == BRACKET and not self.choice.format
        return events_in(payload, self._members) if payload and is_array else None

    def plan(self, headers: Headers, payload: bytes | None) -> tuple[Plan, Cells, Inside | None]:
        """What is done with a message, the cells it is done with, and what lies inside; learns nothing."""
        outer = outer_of([*map(_name, headers)], self._kinds, self._channel)
        cells = [*map(_value, headers), *([headers_by_name(headers)] if outer.whole else [])] if outer.width else []
        found, inside = None, None
        if payload and not outer.suffices:
            found = None if self.choice.format else self._members.look_closely(payload)
            if found is None:
                inside = self._look_inside(headers, payload)
                found = inside.found
        shape, inner = found or (None, NO_CELLS)
        return plan_of(outer, shape), [*cells, *inner], inside

    def _look_inside(self, headers: Headers, payload: bytes) -> Inside:
        return look_inside(Message(headers, payload, self._channel), self._members, self.decoders, self.choice)

    def _outer(self, headers: Headers) -> Outer:
        names = tuple(map(_name, headers))
        outer = outer_of(names, self._kinds, self._channel)
        if len(names) <= MOST_HEADERS:
            if len(self._outers) >= MOST_PLANS:
                self._outers.clear()
            self._outers[names] = outer
        return outer

    def _finish(self, plan: Plan, cells: Cells, values: list[Any], inside: Inside | None) -> None:
        """Name the format and the group; then what the user chose comes before everything."""
        if inside is not None and inside.form is not None:
            values[NAME_AT] = plan.name if plan.known else inside.form
            values[ERROR] = values[ERROR] or inside.error
        if plan.ties:
            join(values, self._kin)
        elif self._kin is not None and values[CORRELATION] is not None:
            values[CORRELATION] = self._kin.name_of(values[CORRELATION])
        for slot in plan.chosen:
            if (value := slot.read(cells[slot.cell])) is not None:
                values[slot.column] = value


def make_plan(outer: Outer, shape: Shape | None) -> Plan:
    """The plan for these headers and members, kept for all messages like this one."""
    if len(outer.plans) >= MOST_PLANS:
        outer.plans.clear()
    outer.plans[shape] = plan = plan_of(outer, shape)
    return plan


def join(values: list[Any], kin: Kinship | None) -> None:
    """Choose between the names of a group: the trace id, what the envelope calls it, and an alias."""
    ids = [value for value in (values[TRACE], values[CORRELATION], values[ALIAS]) if value is not None]
    if ids:
        values[CORRELATION] = kin.join(ids) if kin else ids[0]
    if values[CAUSATION] is None:
        values[CAUSATION] = values[SPAN]


@cache
def default_recogniser() -> Recogniser:
    """For messages of which nothing is known but themselves."""
    found = plugins()
    decoders = [each() if isinstance(each, type) else each for each in found.decoders]
    return Recogniser(found.kinds, decoders)


def read_envelope(headers: Iterable[tuple[str, Any]], payload: bytes | None, defaults: Envelope = NOTHING) -> Envelope:
    """What headers (properties of the protocol among them) and payload say, completed by `defaults`."""
    values: list[Any] = list(defaults)
    default_recogniser().fill(values, [*headers], payload)
    return Envelope._make(values)


def fill_envelope(values: list[Any], headers: Headers, payload: bytes | None) -> None:
    """The same for a list with the fields of an envelope, which is changed, and headers that are a sequence."""
    default_recogniser().fill(values, headers, payload)

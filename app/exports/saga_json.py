"""What the document of a trace says besides its rows: the saga that it is, and where messages were passed on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from app.channel import channel_name
from app.exports.selection import Selection
from app.traces.events import TracedEvent
from app.traces.hops import way_of
from app.traces.nodes import Trace
from app.traces.sagas import name_of
from app.traces.undo import Undo

__all__ = ["hops_json", "saga_json"]

DONE: Final = "done"
UNDONE: Final = "undone"
LEFT: Final = "left"
"""How a step stands: nothing asked for it to be undone, it was undone, or it should have been and was not."""


def saga_json(selection: Selection, trace: Trace) -> dict[str, Any] | None:
    """The saga that a trace is, None for an ordinary one; what is unknown is absent."""
    saga, outcome = trace.saga, trace.outcome
    if trace.meaning is None or saga is None or outcome is None:
        return None
    undone = {event: undo for undo in saga.undos for event in (undo.target, *undo.covers)}
    left = {step for step in saga.left if trace.nodes[trace.index_of(step)].left}
    done = DONE if not (saga.failures or saga.undos) else UNDONE
    states = {step: LEFT if step in left else DONE if step in saga.left else done for step in saga.steps}
    return known(
        {
            "name": selection.text(name_of(trace.meaning.ordered)),
            "state": str(outcome.state(trace.state)),
            "style": str(saga.style),
            "leader": selection.text(saga.leader),
            "reason": selection.text(outcome.reason),
            "steps": [step_json(selection, step, states[step], undone.get(step)) for step in saga.steps],
            "undone": [undo_json(selection, undo) for undo in saga.undos],
            "failures": [event_json(selection, event) for event in saga.failures],
            "left": [event.row.seq for event in saga.left if event in left],
        }
    )


def step_json(selection: Selection, step: TracedEvent, state: str, undo: Undo | None) -> dict[str, Any]:
    """A step, how it stands, and the event that undid it."""
    fields = event_json(selection, step) | {"state": state}
    return fields if undo is None else fields | {"undone_by": undo.event.row.seq}


def undo_json(selection: Selection, undo: Undo) -> dict[str, Any]:
    """An event and the events that it took back."""
    taken_back = sorted(event.row.seq for event in (undo.target, *undo.covers))
    return event_json(selection, undo.event) | {"undoes": taken_back}


def event_json(selection: Selection, event: TracedEvent) -> dict[str, Any]:
    """An event in few words; its row has the rest."""
    names = {"type": event.row.type, "producer": event.row.producer}
    return {"seq": event.row.seq} | {name: selection.text(text) for name, text in names.items() if text}


def hops_json(selection: Selection, ordered: Iterable[TracedEvent]) -> list[dict[str, Any]]:
    """Where messages were passed on from one place to another, and whether because they had failed."""
    return [hop_json(selection, event) for event in ordered if event.is_hop]


def hop_json(selection: Selection, event: TracedEvent) -> dict[str, Any]:
    """One message that was passed on."""
    came = event.parent.row.channel if event.parent else None
    return known(
        {
            "seq": event.row.seq,
            "from": selection.text(channel_name(came or "")),
            "to": selection.text(channel_name(event.row.channel or "")),
            "way": way_of(event),
            "attempts": event.facts.attempts,
        }
    )


def known(fields: dict[str, Any]) -> dict[str, Any]:
    """These without what is not known; empty lists say that there is nothing."""
    return {name: value for name, value in fields.items() if value not in (None, "")}

"""Traces as Mermaid sequence diagrams, which Markdown pages show: who said what to whom, and what was taken back.

Of several traces each has a diagram of its own, in a fenced block.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import IO, Final

from app.display import display
from app.exports.selection import Selection
from app.store.store import Evicted
from app.traces.delivery import DeliveryState
from app.traces.hops import DEAD_LETTER
from app.traces.lanes import Lane, Message, lanes_of
from app.traces.nodes import Trace, TraceNode
from app.traces.trace import build_trace

LOST: Final = frozenset({DeliveryState.FAILED, DeliveryState.DEAD_LETTERED, DeliveryState.DROPPED})
SPECIAL: Final = str.maketrans({"#": "#35;", ";": "#59;", ":": "#58;", "<": "#lt;", ">": "#gt;", "%": "#37;"})
"""Characters that mean something to Mermaid."""


def write(selection: Selection, out: IO[bytes]) -> None:
    """Write one diagram, or a page of them."""
    traces = [selection.trace] if selection.trace else list(traces_in(selection))
    for trace in traces:
        text = "\n".join(diagram(trace, selection))
        out.write(f"{text}\n".encode() if len(traces) == 1 else f"```mermaid\n{text}\n```\n\n".encode())
    for _ in selection.events():
        pass  # what is written besides is counted and redacted as rows are


def traces_in(selection: Selection) -> Iterator[Trace]:
    """The traces of a selection of rows, in the order of their first ones."""
    for correlation in dict.fromkeys(row[0] for row in selection.cells(("correlation_id",))):
        if correlation is not None:
            with contextlib.suppress(Evicted):
                yield build_trace(selection.store, correlation)


def diagram(trace: Trace, selection: Selection) -> Iterator[str]:
    """The lines of one diagram."""
    lanes = lanes_of(trace)
    yield "sequenceDiagram"
    for number, lane in enumerate(lanes.lanes):
        yield f"    participant p{number} as {shown(selection.text(lane.name))}"
    for message in lanes.messages:
        yield from lines_of(message, lanes.lanes, trace, selection)


def lines_of(message: Message, lanes: list[Lane], trace: Trace, selection: Selection) -> Iterator[str]:
    """An event: an arrow for each lane that it goes to, or a note where nobody hears it."""
    node = trace.nodes[message.node]
    title, origin = shown(selection.text(node.title)), f"p{message.origin}"
    if message.passed_from is not None:
        way, tip = f" ({node.way})" if node.way else "", "--x" if node.way == DEAD_LETTER else "--)"
        yield f"    p{message.passed_from}{tip}{origin}: {title}{way}"
    arrow = "--)" if node.undoes is not None else "-)"
    for lane in dict.fromkeys(head.lane for head in message.heads):
        heard = [trace.nodes[head.node] for head in message.heads if head.lane == lane]
        yield f"    {origin}{arrow_to(arrow, heard)}p{lane}: {title}{times(heard)}"
    if not message.heads:
        yield f"    Note over {origin}: {title}"
    if node.undoes is not None:
        yield f"    Note over {origin}: takes back {shown(selection.text(trace.nodes[node.undoes].title))}"


def arrow_to(arrow: str, heard: list[TraceNode]) -> str:
    """The arrow, with a cross at its end where it was lost."""
    return arrow.replace(")", "x") if any(node.state in LOST for node in heard) else arrow


def times(heard: list[TraceNode]) -> str:
    """How often it was tried, if more than once."""
    most = max(node.attempts for node in heard)
    return f" ({most} attempts)" if most > 1 else ""


def shown(text: str) -> str:
    """Text that means nothing to Mermaid."""
    return display(text).translate(SPECIAL) or "(no name)"

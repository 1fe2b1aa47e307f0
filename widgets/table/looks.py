"""Looks: what of a row on screen depends on the window and on what was noted, not on the event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.colours import Colour
from app.listing.listing import Listing, lists
from app.marks import Mark
from app.session import Session
from widgets.focus import Focus
from widgets.table.cells import Row
from widgets.table.source_icons import source_icons

__all__ = ["Look", "looks_of"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a row is to be drawn. `colour` is that of a rule or of its conversation, `chip` the latter alone."""

    time: str = ""
    selected: bool = False
    in_trace: bool = False
    colour: Colour | None = None
    chip: Colour | None = None
    marked: bool = False
    fired: bool = False
    """Whether a trigger met it."""
    reference: bool = False
    ignored: bool = False
    faint: bool = False
    """Whether the row steps back behind the others: it is ignored, or not among those that are lit."""
    found: bool = False
    """Whether somebody looks for rows like it, without hiding the others."""
    icon: str = ""
    """That of the source which the row came from, as far as it is attached."""
    comment: str = ""
    repeats: str = ""
    """How many rows it stands for, where these are more than one."""


def looks_of(session: Session, focus: Focus, rows: Sequence[tuple[Row, str]], lit: Listing | None = None) -> list[Look]:
    """The looks of rows, each given with the text of its time; those that are not `lit` are faint."""
    colours, marks = session.colours, session.marks
    seqs = [row.seq for row, _ in rows]
    tones = colours.of(seqs)
    marked, ignored = marks.chosen(seqs, Mark.MARKED), marks.chosen(seqs, Mark.IGNORED)
    fired = marks.chosen(seqs, Mark.TRIGGER)
    reference = marks.reference.seq if marks.reference else None
    icons = source_icons(session)
    looks = []
    for row, text in rows:
        seq, trace = row.seq, row.correlation_id
        chip = colours.conversation(trace)
        looks.append(
            Look(
                time=text,
                selected=seq == focus.seq,
                in_trace=trace is not None and trace == focus.correlation_id,
                colour=chip or tones.get(seq),
                chip=chip,
                marked=seq in marked,
                fired=seq in fired,
                reference=seq == reference,
                ignored=seq in ignored,
                faint=seq in ignored or (lit is not None and not lists(lit, seq)),
                icon=icons.get(row.texts.get("source", ""), ""),
                comment=marks.comment(seq),
            )
        )
    return looks

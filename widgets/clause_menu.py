"""The part of a menu that makes filters of what was clicked on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, Literal

from PySide6.QtWidgets import QMenu

from app.display import display
from app.filter.clause import negated
from widgets.focus import Focus

__all__ = ["WAYS", "Way", "act", "add_filters", "shown"]

LIMIT = 60
"""Characters of a text in a menu."""

Way = Literal["alone", "opposite", "and", "or", "not", "or not"]

ALONE: Final[Way] = "alone"
NO_KEYS: Final[Mapping[Way, str]] = {}

WAYS: Final[dict[str, Way]] = {
    "Not this": "opposite",
    "… and this": "and",
    "… or this": "or",
    "… and not this": "not",
    "… or not this": "or not",
}
"""How a clause may act on what is filtered already, beside taking its place."""


def add_filters(menu: QMenu, focus: Focus, clause: str | None, keys: Mapping[Way, str] = NO_KEYS) -> None:
    """Apply and prepare a filter, and join it with what is filtered already; `keys` do the same."""
    if not clause:
        entry = menu.addAction("Apply as filter")
        entry.setEnabled(False)
        entry.setToolTip("No filter can name this field, or it holds more than one value.")
        return
    for text, way in {f"Apply as filter: {shown(clause)}": ALONE, **WAYS}.items():
        menu.addAction(f"{text}\t{keys.get(way, '')}".rstrip("\t"), partial(act, focus, clause, way))
    prepare = menu.addMenu("Prepare as filter")
    prepare.addAction("This", partial(act, focus, clause, "alone", apply=False))
    for text, way in WAYS.items():
        prepare.addAction(text, partial(act, focus, clause, way, apply=False))


def act(focus: Focus, clause: str, way: Way, *, apply: bool = True) -> None:
    """Filter by a clause alone, by its opposite alone, or join it with what is filtered; or only write that down."""
    match way:
        case "and" | "or" | "not":
            focus.join_filter(clause, way, apply=apply)
        case "or not":
            focus.join_filter(negated(clause), "or", apply=apply)
        case _:
            wanted = negated(clause) if way == "opposite" else clause
            (focus.propose_filter if apply else focus.prepare_filter)(wanted)


def shown(text: str) -> str:
    """Hostile text fit for a menu, where `&` would underline and a tab would begin a shortcut."""
    return display(text, limit=LIMIT).replace("&", "&&").replace("\t", " ")

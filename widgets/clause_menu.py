"""The part of a menu that makes filters of what was clicked on."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu

from app.display import display
from app.filter.clause import negated
from widgets.focus import Focus

__all__ = ["add_filters", "shown"]

LIMIT = 60
"""Characters of a text in a menu."""


def add_filters(menu: QMenu, focus: Focus, clause: str | None) -> None:
    """Apply and prepare a filter, and join it with what is filtered already."""
    if not clause:
        entry = menu.addAction("Apply as filter")
        entry.setEnabled(False)
        entry.setToolTip("No filter can name this field, or it holds more than one value.")
        return
    menu.addAction(f"Apply as filter: {shown(clause)}", partial(focus.propose_filter, clause))
    menu.addAction("… and this", partial(focus.join_filter, clause, "and"))
    menu.addAction("… or this", partial(focus.join_filter, clause, "or"))
    menu.addAction("… and not this", partial(focus.join_filter, clause, "not"))
    prepare = menu.addMenu("Prepare as filter")
    prepare.addAction("This", partial(focus.prepare_filter, clause))
    prepare.addAction("Not this", partial(focus.prepare_filter, negated(clause)))
    prepare.addAction("… and this", partial(focus.join_filter, clause, "and", apply=False))
    prepare.addAction("… or this", partial(focus.join_filter, clause, "or", apply=False))
    prepare.addAction("… and not this", partial(focus.join_filter, clause, "not", apply=False))


def shown(text: str) -> str:
    """Hostile text fit for a menu, where `&` would underline and a tab would begin a shortcut."""
    return display(text, limit=LIMIT).replace("&", "&&").replace("\t", " ")

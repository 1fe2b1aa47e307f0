"""Keys of the views that cannot be changed, since lists, lines and buttons have them everywhere: told on the sheet."""

from __future__ import annotations

from typing import Final

from widgets.keys.binding import Binding

__all__ = ["VIEW_KEYS"]

KEYS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "In the filter's line": (
        ("Enter", "Apply the filter now, and keep it in the history"),
        ("Esc", "Stop the search, then clear the line, then leave it"),
        ("↑ ↓", "Filters used before, from an empty line"),
        ("↓", "What the text could go on to"),
    ),
    "On a button of the filter": (
        ("Space", "Choose it, or no longer"),
        ("Shift+Space", "Add it to those that are chosen"),
        ("Alt+Enter", "Exclude it"),
        ("Menu", "What can be done with it"),
    ),
    "In the find line": (
        ("Enter  Shift+Enter", "To the next hit, to the one before"),
        ("Esc", "End the search"),
    ),
    "In the table": (
        ("← →", "From cell to cell; → opens folded rows and ← folds them"),
        ("↑ ↓  PgUp PgDn", "From row to row, from page to page"),
        ("Menu", "What can be done with the cell"),
        ("any other letter", "Begins a filter"),
    ),
    "In the trace": (("← →", "Close or open a branch, to its parent or its first child"),),
    "In the detail": (
        ("Enter  Shift+Enter", "In its find line: to the next hit, to the one before"),
        ("Esc", "In its find line: end the search"),
        ("Ctrl+C", "Copy the value, or the bytes that are selected"),
        ("Ctrl+A", "Select all bytes"),
        ("Shift+← → ↑ ↓", "Select bytes"),
        ("Menu", "What can be done with the field"),
    ),
    "In the map": (
        ("← → ↑ ↓", "From node to node"),
        ("Enter", "Show only the events of the node"),
        ("Menu", "What can be done with the node"),
        ("any letter", "Look for a node; Enter goes to the next one"),
        ("Esc", "Select nothing"),
    ),
    "On the start page": (("Enter", "Start what is selected"),),
    "In a list of rules": (
        ("Alt+↑  Alt+↓", "Move the rule up or down"),
        ("Space", "Switch it on or off"),
        ("Del", "Delete it"),
    ),
}

VIEW_KEYS: Final = tuple(Binding("", name, key, group=group) for group, keys in KEYS.items() for key, name in keys)
"""Told on the sheet of keys, after those that can be changed."""

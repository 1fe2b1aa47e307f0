"""Keys of the views: those that belong to a view while one is in it, and that cannot be changed."""

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
    "In the trace": (
        ("← →", "Close or open a branch, to its parent or its first child"),
        ("[  ]", "Close all branches, open all"),
        ("o  p", "Open one level more, close the lowest"),
        ("e  E", "To the next line where something went wrong, to the one before"),
        ("f  b", "To the next event, to the one before"),
        ("z", "Count times from the line, or from the start again"),
        ("0", "Fold the pauses again that were opened"),
    ),
    "In the detail": (
        ("Ctrl+F", "Find in the event"),
        ("F3  Shift+F3", "To the next hit, to the one before"),
        ("Ctrl+C", "Copy the value, or the bytes that are selected"),
        ("Ctrl+A", "Select all bytes"),
    ),
    "In the map": (
        ("← → ↑ ↓", "From node to node"),
        ("Enter", "What can be done with the node"),
        ("+  -  0", "Larger, smaller, all of it"),
        ("any letter", "Look for a node"),
        ("Esc", "Select nothing"),
    ),
    "In the latency": (("Home", "Slide with now again"),),
}

VIEW_KEYS: Final = tuple(Binding("", name, key, group=group) for group, keys in KEYS.items() for key, name in keys)
"""Told on the sheet of keys, after those that can be changed."""

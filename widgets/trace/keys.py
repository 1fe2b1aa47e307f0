"""The keys of the trace: those of all its pages, those of its tree, and those of its lanes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from widgets.keys.place_keys import PlaceKey

if TYPE_CHECKING:
    from widgets.trace.lane_table import LaneTable
    from widgets.trace.pages import TracePages
    from widgets.trace.table import TraceTable

__all__ = ["LANE_KEYS", "TRACE_KEYS", "TREE_KEYS"]


def go_error(step: int) -> Callable[[TracePages], None]:
    """To the next line where something went wrong, or with -1 to the one before."""
    return lambda pages: pages.next_error(step)


def go_event(step: int) -> Callable[[TraceTable], None]:
    """To the next event, or with -1 to the one before."""
    return lambda table: table.next_event(step)


def open_all(opened: bool) -> Callable[[TraceTable], None]:
    """All branches open, or closed."""
    return lambda table: table.open_all(opened)


def open_level(table: TraceTable) -> None:
    """One level more."""
    table.open_level()


def close_level(table: TraceTable) -> None:
    """One level less."""
    table.close_level()


def count_from_here(table: TraceTable) -> None:
    """Times from the current line, or from the start again."""
    table.count_from_here()


def unfold_pauses(table: TraceTable) -> None:
    """All pauses to scale."""
    table.unfold_all()


def fold_pauses(table: TraceTable) -> None:
    """All pauses short again."""
    table.unfold(None)


def go_undone(lanes: LaneTable) -> None:
    """To what is taken back, or to what takes it back."""
    lanes.go_to_undone()


def toggle_spread(lanes: LaneTable) -> None:
    """A lane for each listener, or one for all."""
    lanes.toggle_spread()


TRACE_KEYS: Final = (
    PlaceKey("Next error of the trace", "E", go_error(1), id="trace.next-error"),
    PlaceKey("Previous error of the trace", "Shift+E", go_error(-1), id="trace.previous-error"),
)
TREE_KEYS: Final = (
    PlaceKey("Open all branches", "]", open_all(True), id="tree.open-all"),
    PlaceKey("Close all branches", "[", open_all(False), id="tree.close-all"),
    PlaceKey("Open one level more of the trace", "O", open_level, id="tree.open-level"),
    PlaceKey("Close the lowest level of the trace", "P", close_level, id="tree.close-level"),
    PlaceKey("Next event of the trace", "F", go_event(1), id="tree.next-event"),
    PlaceKey("Previous event of the trace", "B", go_event(-1), id="tree.previous-event"),
    PlaceKey("Count the trace's times from its current line", "Z", count_from_here, id="tree.count-from-here"),
    PlaceKey("Draw the trace's pauses to scale", "X", unfold_pauses, id="tree.unfold-pauses"),
    PlaceKey("Fold the trace's pauses again", "0", fold_pauses, id="tree.fold-pauses"),
)
LANE_KEYS: Final = (
    PlaceKey("Go to what is taken back, or to what takes it back", "U", go_undone, id="lanes.undone"),
    PlaceKey("A lane for each listener, or one for all", "L", toggle_spread, id="lanes.spread"),
)

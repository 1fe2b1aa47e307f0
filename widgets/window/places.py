"""Places: the parts of the window that have keys of their own, and the way to each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from widgets.detail.keys import DETAIL_KEYS, WINDOW_KEYS
from widgets.keys.binding import Binding
from widgets.keys.place_keys import PlaceKey
from widgets.latency.keys import LATENCY_KEYS
from widgets.map.keys import MAP_KEYS
from widgets.sources.keys import PROFILE_KEYS
from widgets.table.keys import TABLE_GROUPS
from widgets.trace.keys import LANE_KEYS, TRACE_KEYS, TREE_KEYS
from widgets.trace.pages import LANES, TREE

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from widgets.window.main_window import MainWindow

__all__ = ["Place", "lanes_of", "latency_of", "map_of", "places", "trace_of", "tree_of"]


class Place(NamedTuple):
    """A part of the window: what its keys act on, and what brings it into sight.

    `path` leads to it from the largest part, such as "trace/tree": keys of one inside the other could act together.
    """

    path: str
    groups: Mapping[str, Sequence[PlaceKey]]
    target: QObject
    show: Callable[[], object]

    def bindings(self) -> list[Binding]:
        """Its keys as the dialog and the sheet list them."""
        return [
            Binding(key.id, key.name, key.key, key.also, group, self.path, key.before)
            for group, keys in self.groups.items()
            for key in keys
        ]

    @property
    def keys(self) -> list[PlaceKey]:
        """All of its keys."""
        return [key for keys in self.groups.values() for key in keys]

    def do(self, key: PlaceKey) -> None:
        """What a key does, from anywhere."""
        self.show()
        key.act(self.target)


def places(window: MainWindow) -> list[Place]:
    """All places, in the order of the sheet of keys."""
    trace = (trace_of(window), tree_of(window), lanes_of(window))
    return [
        table_of(window), *detail_of(window), *trace, map_of(window), latency_of(window), *start_page_of(window),
    ]  # fmt: skip


def table_of(window: MainWindow) -> Place:
    """The table of events."""
    return Place("table", TABLE_GROUPS, window.views.work.table, bool)


def detail_of(window: MainWindow) -> list[Place]:
    """The detail, beside the table and in windows of its own."""
    views = window.views
    return [
        Place("detail", {"In the detail": DETAIL_KEYS}, views.detail, partial(window.open_dock, views.detail)),
        Place("detail/window", {"In the detail": WINDOW_KEYS}, views.detail_windows, bool),
    ]


def trace_of(window: MainWindow) -> Place:
    """The trace, whatever it is shown as."""
    view = window.views.traces
    return Place("trace", {"In the trace": TRACE_KEYS}, view.pages, partial(window.open_dock, view))


def tree_of(window: MainWindow) -> Place:
    """The tree of the trace."""
    return Place("trace/tree", {"In the trace": TREE_KEYS}, window.views.traces.table, partial(turn, window, TREE))


def lanes_of(window: MainWindow) -> Place:
    """The lanes of the trace."""
    lanes = window.views.traces.pages.lanes
    return Place("trace/lanes", {"In the trace's lanes": LANE_KEYS}, lanes, partial(turn, window, LANES))


def turn(window: MainWindow, page: int) -> None:
    """Show the trace in another way."""
    window.open_dock(window.views.traces)
    window.views.traces.pages.choice.choose(page)


def map_of(window: MainWindow) -> Place:
    """The map of subscriptions."""
    view = window.views.map

    def show() -> None:
        window.open_dock(view)
        view.choice.choose(0)

    return Place("map", {"In the map": MAP_KEYS}, view, show)


def latency_of(window: MainWindow) -> Place:
    """The latency view."""
    view = window.views.latency
    return Place("latency", {"In the latency": LATENCY_KEYS}, view, partial(window.open_dock, view))


def start_page_of(window: MainWindow) -> list[Place]:
    """The profiles on the start page; a window that is not yet filled has none."""
    lists = window.start_page.lists
    groups = {"On the start page": PROFILE_KEYS}
    return [] if lists is None else [Place("start", groups, lists, window.show_start)]

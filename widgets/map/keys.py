"""The keys of the map, beside those that walk from node to node."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from widgets.keys.place_keys import PlaceKey

if TYPE_CHECKING:
    from widgets.map.view import MapView

__all__ = ["MAP_KEYS"]


def find_node(view: MapView) -> None:
    """Into the line that looks for nodes."""
    view.search.setFocus()


def arrange(view: MapView) -> None:
    """New places for all nodes."""
    view.canvas.arrange()


def fit(view: MapView) -> None:
    """All of it."""
    view.canvas.fit()


def zoom(steps: int) -> Callable[[MapView], None]:
    """Larger, or below 0 smaller."""
    return lambda view: view.canvas.zoom(steps)


def explain(view: MapView) -> None:
    """Show the legend, or hide it."""
    view.explain.toggle()


def copy_name(view: MapView) -> None:
    """The selected node's name to the clipboard."""
    view.canvas.copy_name()


MAP_KEYS: Final = (
    PlaceKey("Find a node…", "/", find_node, id="map.find"),
    PlaceKey("Arrange the map", "", arrange, id="map.arrange"),
    PlaceKey("Show the whole map", "0", fit, id="map.fit"),
    PlaceKey("Larger map", "+", zoom(1), also="=", id="map.larger"),
    PlaceKey("Smaller map", "-", zoom(-1), id="map.smaller"),
    PlaceKey("Explain shapes and lines, or no longer", "", explain, id="map.explain"),
    PlaceKey("Copy the name of the node", "Ctrl+C", copy_name, id="map.copy-name"),
)

"""The keys of the latency view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from widgets.keys.place_keys import PlaceKey

if TYPE_CHECKING:
    from widgets.latency.view import LatencyView

__all__ = ["LATENCY_KEYS", "PLOT_KEYS"]

PART: Final = 0.25
"""What is moved at once, of the time that is shown."""
ZOOM_STEP: Final = 1.5


def go_live(view: LatencyView) -> None:
    """Slide with now again."""
    view.go_live()


def move(part: float) -> Callable[[LatencyView], None]:
    """Show what was later, or below 0 earlier."""
    return lambda view: view.look(moved=part)


def zoom(factor: float) -> Callable[[LatencyView], None]:
    """Show a shorter time, or below 1 a longer one."""
    return lambda view: view.look(zoom=factor)


PLOT_KEYS: Final = (
    PlaceKey("Earlier latencies", ",", move(-PART), id="latency.earlier"),
    PlaceKey("Later latencies", ".", move(PART), id="latency.later"),
    PlaceKey("A shorter time of latencies", "+", zoom(ZOOM_STEP), also="=", id="latency.shorter"),
    PlaceKey("A longer time of latencies", "-", zoom(1 / ZOOM_STEP), id="latency.longer"),
)
LATENCY_KEYS: Final = (PlaceKey("Slide with now again", "Home", go_live, id="latency.live"), *PLOT_KEYS)

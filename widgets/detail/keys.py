"""The keys of the detail, and of the windows that show an event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from widgets.keys.place_keys import PlaceKey

if TYPE_CHECKING:
    from widgets.detail.detail import DetailView
    from widgets.detail.windows import DetailWindow, DetailWindows

__all__ = ["DETAIL_KEYS", "WINDOW_KEYS"]


def find(view: DetailView) -> None:
    """Look for a text in the event."""
    view.open_find()


def go_hit(step: int) -> Callable[[DetailView], None]:
    """To the next hit, or with -1 to the one before."""
    return lambda view: view.step(step)


def close(window: DetailWindow | DetailWindows) -> None:
    """Close one window, or all of them."""
    window.close()


DETAIL_KEYS: Final = (
    PlaceKey("Find in the event…", "Ctrl+F", find, id="detail.find", before="view.find-without-hiding-the-others"),
    PlaceKey("Next hit in the event", "F3", go_hit(1), id="detail.next-hit"),
    PlaceKey("Previous hit in the event", "Shift+F3", go_hit(-1), id="detail.previous-hit"),
)
WINDOW_KEYS: Final = (PlaceKey("Close the windows of events", "Ctrl+W", close, also="Esc", id="detail.close-window"),)

"""The keys of the profiles on the start page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from widgets.keys.place_keys import PlaceKey

if TYPE_CHECKING:
    from widgets.sources.start_lists import StartLists

__all__ = ["PROFILE_KEYS"]


def rename(lists: StartLists) -> None:
    """Ask for another name of the selected profile."""
    if start := lists.saved.current():
        lists.rename_asked.emit(start.key)


def delete(lists: StartLists) -> None:
    """Ask whether the selected profile shall go."""
    if start := lists.saved.current():
        lists.delete_asked.emit(start.key)


def move(by: int) -> Callable[[StartLists], None]:
    """The selected profile down, or up."""
    return lambda lists: lists.shift(by)


PROFILE_KEYS: Final = (
    PlaceKey("Rename the profile…", "F2", rename, id="start.rename"),
    PlaceKey("Move the profile up", "Alt+Up", move(-1), id="start.move-up"),
    PlaceKey("Move the profile down", "Alt+Down", move(1), id="start.move-down"),
    PlaceKey("Delete the profile…", "Del", delete, id="start.delete"),
)

"""Where tokens lie: a grid of cells over the first three coordinates."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from math import dist, floor
from typing import Any, Final

from eventscope import Event, EventBus, EventCategory, EventHandler, EventPriority
from examples.component import Component
from examples.neurograph.event_type import EventType
from examples.neurograph.latest import Latest

__all__ = ["Grid", "SpatialIndex"]

CELL: Final = 4.0
MOST_NEIGHBOURS: Final = 2
AROUND: Final = tuple(product((-1, 0, 1), repeat=3))

Place = tuple[float, ...]
Cell = tuple[int, ...]


class Grid:
    """Finds the nearest tokens by looking into a cell and those around it."""

    def __init__(self) -> None:
        self._places: Latest[str, Place] = Latest()
        self._cells: defaultdict[Cell, dict[str, Place]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._places)

    def cell_of(self, place: Place) -> Cell:
        """The cell that a place lies in."""
        return tuple(floor(each / CELL) for each in place[:3])

    def add(self, token_id: str, place: Place) -> None:
        """Remember where a token lies."""
        self.remove(token_id)
        if gone := self._places.add(token_id, place):
            self._leave(*gone)
        self._cells[self.cell_of(place)][token_id] = place

    def remove(self, token_id: str) -> None:
        """Forget a token."""
        place = self._places.pop(token_id, None)
        if place is not None:
            self._leave(token_id, place)

    def _leave(self, token_id: str, place: Place) -> None:
        cell = self.cell_of(place)
        self._cells[cell].pop(token_id, None)
        if not self._cells[cell]:
            del self._cells[cell]

    def nearest(self, place: Place, most: int = MOST_NEIGHBOURS) -> list[tuple[float, str]]:
        """The nearest tokens within a cell's width, with their distances, the nearest first."""
        home = self.cell_of(place)
        near = [self._cells.get(tuple(h + s for h, s in zip(home, step, strict=False)), {}) for step in AROUND]
        away = [(dist(place[:3], there[:3]), token) for cell in near for token, there in cell.items()]
        return sorted(each for each in away if each[0] <= CELL)[:most]


class SpatialIndex(Component):
    """Emits `spatial.indexed`."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "spatial_index")
        self.grid = Grid()
        self._withdrawn: Latest[str, None] = Latest()

    @EventHandler.on(EventType.TOKEN_CREATED, subscription_name="spatial_index")
    async def index(self, event: Event) -> None:
        """Find the cell and the neighbours of a new token, unless it was withdrawn meanwhile: that is more urgent."""
        await self.work(12)
        token_id, place = event.payload["token_id"], tuple(event.payload["coordinates"])
        if token_id in self._withdrawn:
            return
        self.grid.remove(token_id)
        neighbours: list[dict[str, Any]] = [
            {"token_id": other, "distance": round(distance, 4)} for distance, other in self.grid.nearest(place)
        ]
        self.grid.add(token_id, place)
        found = {"token_id": token_id, "cell": list(self.grid.cell_of(place)), "neighbours": neighbours}
        await self.emit(EventType.SPATIAL_INDEXED, found, category=EventCategory.SPATIAL, priority=EventPriority.LOW)

    @EventHandler.on(EventType.TOKEN_DELETED, subscription_name="spatial_cleanup")
    async def forget(self, event: Event) -> None:
        """A token that was withdrawn lies nowhere."""
        self._withdrawn.add(event.payload["token_id"], None)
        self.grid.remove(event.payload["token_id"])

    @EventHandler.on(EventType.SPATIAL_REBUILD_REQUESTED, subscription_name="spatial_rebuild")
    async def rebuild(self, event: Event) -> None:
        """Begin anew. Nothing in this system asks for it, which the map of subscriptions shows."""
        self.grid = Grid()

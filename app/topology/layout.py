"""Layout: nodes in layers from left to right, with few crossings, at places that stay.

Crossings are reduced by the barycentre method: each layer is sorted by where its neighbours stand,
layer after layer, forth and back. Pure numbers: a place is a layer and a height in rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

SWEEPS: Final = 12
"""Rounds of sorting, then of straightening; more change little on maps of a few hundred nodes."""

Edges = Iterable[tuple[str, str]]


class Layout:
    """Where each node stands: `layer[node]` from the left, `height[node]` from the top, 1 apart at least.

    Places stay until `arrange` is called. A node that is new enters at the end of its layer.
    """

    def __init__(self) -> None:
        self.layer: dict[str, int] = {}
        self.height: dict[str, float] = {}

    def update(self, layers: Mapping[str, int]) -> bool:
        """Let exactly these nodes stand, each in its layer; True if any came, went or changed its layer."""
        gone = [node for node in self.layer if layers.get(node) != self.layer[node]]
        for node in gone:
            del self.layer[node], self.height[node]
        new = [node for node in layers if node not in self.layer]
        for node in new:
            self.height[node] = self._end(layers[node])
            self.layer[node] = layers[node]
        return bool(gone or new)

    def arrange(self, edges: Edges) -> None:
        """Find new places for all nodes, such that edges cross little and run straight.

        What no edge connects stands one below the other: a bus, a broker, another broker.
        """
        beside = self._neighbours(edges)
        bottom = 0.0
        for island in islands(self.layer, beside):
            self._arrange_island(island, beside)
            top = min(self.height[node] for node in island)
            for node in island:
                self.height[node] += bottom - top
            bottom = max(self.height[node] for node in island) + 1

    def _arrange_island(self, island: Collection[str], beside: Mapping[str, list[str]]) -> None:
        columns = self._columns(island)
        order = {node: float(i) for column in columns for i, node in enumerate(column)}
        for sweep in range(SWEEPS):
            for column in columns if sweep % 2 == 0 else reversed(columns):
                sort_column(column, order, beside)
        self.height |= order
        for _ in range(SWEEPS):
            for column in columns:
                self._straighten(column, beside)

    def _end(self, layer: int) -> float:
        return max((self.height[node] + 1 for node, at in self.layer.items() if at == layer), default=0.0)

    def _columns(self, nodes: Collection[str]) -> list[list[str]]:
        """These nodes by layer, from top to bottom."""
        columns: dict[int, list[str]] = {}
        for node in sorted(nodes, key=lambda node: self.height[node]):
            columns.setdefault(self.layer[node], []).append(node)
        return [columns[layer] for layer in sorted(columns)]

    def _neighbours(self, edges: Edges) -> dict[str, list[str]]:
        beside: dict[str, list[str]] = {node: [] for node in self.layer}
        for one, other in edges:
            if one in beside and other in beside:
                beside[one].append(other)
                beside[other].append(one)
        return beside

    def _straighten(self, column: Sequence[str], beside: Mapping[str, list[str]]) -> None:
        """Move the nodes of a layer towards their neighbours, keeping order and distance."""
        wished = [mean([self.height[n] for n in beside[node]], self.height[node]) for node in column]
        for node, height in zip(column, spaced(wished), strict=True):
            self.height[node] = height


def islands(nodes: Iterable[str], beside: Mapping[str, list[str]]) -> list[list[str]]:
    """The nodes in parts between which there is no edge, in their order; those without any edge are the last part."""
    found: list[list[str]] = []
    alone: list[str] = []
    seen: set[str] = set()
    for node in nodes:
        if node in seen:
            continue
        island, waiting = [], [node]
        seen.add(node)
        while waiting:
            island.append(waiting.pop())
            fresh = [other for other in dict.fromkeys(beside[island[-1]]) if other not in seen]
            seen.update(fresh)
            waiting += fresh
        if len(island) > 1:
            found.append(island)
        else:
            alone += island
    return [*found, alone] if alone else found


def sort_column(column: list[str], order: dict[str, float], beside: Mapping[str, list[str]]) -> None:
    """Sort a layer by the mean place of its neighbours; nodes without any go last."""
    end = float(len(order))
    column.sort(key=lambda node: mean([order[n] for n in beside[node]], end))
    order.update({node: float(i) for i, node in enumerate(column)})


def mean(values: Sequence[float], otherwise: float) -> float:
    """The mean of `values`, or `otherwise` of none."""
    return sum(values) / len(values) if values else otherwise


def spaced(wished: Sequence[float]) -> list[float]:
    """The heights nearest to those wished (least squares) that rise by 1 at least from one to the next."""
    blocks: list[tuple[float, int]] = []  # mean and size: runs that stand close together
    for i, height in enumerate(wished):
        block = (height - i, 1)
        while blocks and blocks[-1][0] > block[0]:
            before = blocks.pop()
            size = before[1] + block[1]
            block = ((before[0] * before[1] + block[0] * block[1]) / size, size)
        blocks.append(block)
    level = [value for value, size in blocks for _ in range(size)]
    return [value + i for i, value in enumerate(level)]

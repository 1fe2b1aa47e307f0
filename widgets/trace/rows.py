"""Trace rows: which lines of a trace are visible, when branches are opened and closed while the trace still grows."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Final

from app.traces.delivery import DeliveryState
from app.traces.trace import Trace, TraceNode

__all__ = ["Line", "TraceRows", "counted", "is_error", "key_of"]

OPEN_LEVELS: Final = 3
OPEN_NODES: Final = 50
"""A trace of more nodes shows its first levels, and the way to its errors."""

ERRORS: Final = frozenset({DeliveryState.FAILED, DeliveryState.DEAD_LETTERED, DeliveryState.DROPPED})

Key = Hashable


@dataclass(frozen=True, slots=True)
class Line:
    """A visible node; `key` stays the same while the trace grows."""

    key: Key
    node: TraceNode
    opened: bool


def is_error(node: TraceNode) -> bool:
    """Whether something went wrong here."""
    return node.fails or node.state in ERRORS or (node.error is not None and node.state is not DeliveryState.HANDLED)


def counted(number: int, noun: str) -> str:
    """`1 event`, `8 events`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class TraceRows:
    """The tree of one trace. Siblings keep the order in which they were first shown; new ones come after them."""

    def __init__(self) -> None:
        self.trace = Trace("")
        self._keys: list[Key] = []
        self._children: list[list[int]] = []
        self._roots: list[int] = []
        self._ranks: dict[Key, int] = {}
        self._chosen: dict[Key, bool] = {}
        """Which branches the developer opened or closed; all others are open by default or not."""
        self._by_default: set[int] = set()

    def show(self, trace: Trace) -> None:
        """Show a trace, or what one that is shown has become."""
        if trace.correlation_id != self.trace.correlation_id:
            self._ranks.clear()
            self._chosen.clear()
        self.trace = trace
        self._keys = [key_of(node) for node in trace.nodes]
        for key in self._keys:
            self._ranks.setdefault(key, len(self._ranks))
        self._children = [[] for _ in trace.nodes]
        self._roots = []
        for node in trace.nodes:
            (self._roots if node.parent is None else self._children[node.parent]).append(node.index)
        for family in (self._roots, *self._children):
            family.sort(key=lambda index: self._ranks[self._keys[index]])
        self._by_default = self._opened_by_default()

    def visible(self) -> list[Line]:
        """The lines from top to bottom."""
        return [
            Line(self._keys[index], self.trace.nodes[index], self._opened(index)) for index in self._walk(closed=False)
        ]

    def toggle(self, key: Key) -> None:
        """Open a closed branch, close an open one."""
        index = self._keys.index(key)
        self._chosen[key] = not self._opened(index)

    def set_open(self, key: Key, opened: bool) -> None:
        """Open or close a branch."""
        self._chosen[key] = opened

    def open_all(self, opened: bool) -> None:
        """Open or close every branch."""
        self._chosen = dict.fromkeys(self._keys, opened)

    def open_level(self) -> None:
        """Open one level more: the closed branches that are nearest to the roots."""
        closed = [n for n in self._walk(closed=False) if self._children[n] and not self._opened(n)]
        self._turn(closed, min((self.trace.nodes[n].depth for n in closed), default=0), opened=True)

    def close_level(self) -> None:
        """Close one level: the open branches that are farthest from the roots."""
        opened = [n for n in self._walk(closed=False) if self._opened(n)]
        self._turn(opened, max((self.trace.nodes[n].depth for n in opened), default=0), opened=False)

    def _turn(self, branches: list[int], depth: int, *, opened: bool) -> None:
        self._chosen.update({self._keys[n]: opened for n in branches if self.trace.nodes[n].depth == depth})

    def reveal(self, seq: int) -> Key | None:
        """Open the way to the node that stands for a row; its key, or None when the trace has no such row."""
        node = self.trace.node_of(seq)
        return None if node is None else self._reveal(node)

    def next_error(self, after: Key | None, step: int = 1) -> Key | None:
        """The error after (or with -1 before) a node, with the way to it opened; after the last comes the first."""
        order = list(self._walk(closed=True))
        errors = [place for place, index in enumerate(order) if is_error(self.trace.nodes[index])]
        if not errors:
            return None
        here = next((place for place, index in enumerate(order) if self._keys[index] == after), -1)
        ahead = [place for place in errors if (place - here) * step > 0]
        found = (ahead or errors)[0 if step > 0 else -1]
        return self._reveal(self.trace.nodes[order[found]])

    def parent_of(self, key: Key) -> Key | None:
        """The key of the node above; None for a root and for a node of another trace."""
        parent = self.trace.nodes[self._keys.index(key)].parent if key in self._keys else None
        return None if parent is None else self._keys[parent]

    def _reveal(self, node: TraceNode) -> Key:
        for above in self.trace.ancestors(node.index):
            self._chosen[self._keys[above.index]] = True
        return self._keys[node.index]

    def _walk(self, *, closed: bool) -> Iterator[int]:
        """All nodes in order; those below closed branches only if `closed`."""
        waiting = self._roots[::-1]
        while waiting:
            index = waiting.pop()
            yield index
            if closed or self._opened(index):
                waiting += self._children[index][::-1]

    def _opened(self, index: int) -> bool:
        if not self._children[index]:
            return False
        return self._chosen.get(self._keys[index], index in self._by_default)

    def _opened_by_default(self) -> set[int]:
        nodes = self.trace.nodes
        if len(nodes) <= OPEN_NODES:
            return set(range(len(nodes)))
        opened = {node.index for node in nodes if node.depth < OPEN_LEVELS - 1}
        for node in nodes:
            if is_error(node):
                opened.update(above.index for above in self.trace.ancestors(node.index))
        return opened


def key_of(node: TraceNode) -> Key:
    """What a node is known by while the trace grows: its first row, or of a ghost, the missing id."""
    if node.seqs:
        return node.kind, min(node.seqs)
    return node.kind, node.title if node.seq is None else node.seq

"""Trace rows: which lines of a trace are visible, when branches are opened and closed while the trace still grows."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Final, NamedTuple

from app.traces.delivery import DeliveryState
from app.traces.trace import Trace, TraceNode

__all__ = ["Line", "TraceRows", "counted", "errors_in", "is_error"]

OPEN_LEVELS: Final = 3
OPEN_NODES: Final = 50
"""A trace of more nodes shows its first levels, and the way to its errors."""

ERRORS: Final = (DeliveryState.FAILED, DeliveryState.DEAD_LETTERED, DeliveryState.DROPPED)

Key = Hashable


class Line(NamedTuple):
    """A visible node; `key` stays the same while the trace grows."""

    key: Key
    node: TraceNode
    opened: bool


def is_error(node: TraceNode) -> bool:
    """Whether something went wrong here."""
    return node.fails or node.state in ERRORS or (node.error is not None and node.state is not DeliveryState.HANDLED)


def errors_in(nodes: Sequence[TraceNode]) -> list[TraceNode]:
    """Those of these nodes where something went wrong; what is calm is passed over quickly."""
    return [node for node in nodes if (node.fails or node.error is not None or node.state in ERRORS) and is_error(node)]


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
        self._lines: dict[Key, Line] = {}

    def show(self, trace: Trace) -> None:
        """Show a trace, or what one that is shown has become."""
        if trace.correlation_id != self.trace.correlation_id:
            self._ranks.clear()
            self._chosen.clear()
            self._lines.clear()
        self.trace = trace
        self._keys = [node.key for node in trace.nodes]
        self._children = [[] for _ in trace.nodes]
        self._roots = []
        for index, node in enumerate(trace.nodes):
            (self._roots if node.parent is None else self._children[node.parent]).append(index)
        self._rank()
        self._by_default = self._opened_by_default()

    def _rank(self) -> None:
        """Put siblings into the order in which they were first shown."""
        ranks = self._ranks
        for key in self._keys:
            if key not in ranks:
                ranks[key] = len(ranks)
        place = [ranks[key] for key in self._keys].__getitem__
        for family in (self._roots, *self._children):
            if len(family) > 1:
                family.sort(key=place)

    def visible(self) -> list[Line]:
        """The lines from top to bottom."""
        keys, nodes, children, by_default = self._keys, self.trace.nodes, self._children, self._by_default
        known, lines = self._lines, list[Line]()
        waiting = self._roots[::-1]
        while waiting:  # in one loop: it goes over thousands of lines at each refresh
            index = waiting.pop()
            below = children[index]
            opened = bool(below) and self._chosen.get(keys[index], index in by_default)
            line = known.get(keys[index])
            if line is None or line.opened is not opened or line.node is not nodes[index]:
                line = known[keys[index]] = Line(keys[index], nodes[index], opened)
            lines.append(line)
            if opened:
                waiting += below[::-1]
        return lines

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
        opened = {index for index, node in enumerate(nodes) if node.depth < OPEN_LEVELS - 1}
        for node in errors_in(nodes):
            above = node.parent
            while above is not None and above not in opened:
                opened.add(above)
                above = nodes[above].parent
        return opened

"""Branch: a row of the tree of an event's fields. Branches are made when they are opened.

What has more than `MOST_CHILDREN` members shows ranges of them instead, so that an array of a million elements costs
nothing, and the last of them is as near as the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from app.detail.json_text import JsonValue
from app.filter.json_path import path_text
from widgets.detail.value_text import value_text

__all__ = ["MOST_CHILDREN", "Branch", "Key", "Pairs", "Range", "range_size"]

MOST_CHILDREN: Final = 200
RANGE: Final = 100
"""Members of the smallest range; larger ones hold a hundred times as many, and so on."""

Key = str | int


class Pairs:
    """Names and values of which names may repeat."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self.pairs = tuple(pairs)


@dataclass(frozen=True, slots=True)
class Range:
    """Members `first` to `stop` of a value, under one row."""

    value: JsonValue
    first: int
    stop: int


class Branch:
    """A row of the tree. `key` is the name of a member or the number of an element, None for a range."""

    __slots__ = ("_children", "key", "parent", "row", "value")

    def __init__(self, key: Key | None, value: Any, parent: Branch | None = None, row: int = 0) -> None:
        self.key = key
        self.value = value
        self.parent = parent
        self.row = row
        self._children: list[Branch] | None = None

    @property
    def children(self) -> list[Branch]:
        """The branches below; made when first asked for."""
        if self._children is None:
            self._children = [Branch(key, value, self, row) for row, (key, value) in enumerate(entries(self.value))]
        return self._children

    def fell(self) -> None:
        """Forget the branches below. They know this one: all would stay in memory until garbage is looked for."""
        for branch in self._children or ():
            branch.fell()
        self._children = None

    @property
    def has_children(self) -> bool:
        """Whether there are any, without making them."""
        match self.value:
            case Range():
                return True
            case JsonValue():
                return len(self.value) > 0
            case Pairs():
                return bool(self.value.pairs)
        return False

    @property
    def name(self) -> str:
        """What stands in the first column."""
        if isinstance(self.value, Range):
            return f"[{self.value.first:,} … {self.value.stop - 1:,}]"
        return f"[{self.key}]" if isinstance(self.key, int) else str(self.key)

    @property
    def text(self) -> str:
        """The value as one line."""
        if isinstance(self.value, Pairs | Range):
            return "…" if isinstance(self.value, Range) else ""
        return value_text(self.value)

    @property
    def group(self) -> Branch:
        """The outermost branch that it belongs to, itself if it is one."""
        branch = self
        while branch.parent is not None and branch.parent.parent is not None:
            branch = branch.parent
        return branch

    @property
    def keys(self) -> list[Key]:
        """Names and numbers from its group down to it."""
        found: list[Key] = []
        branch = self
        while branch.parent is not None and branch.parent.parent is not None:
            if branch.key is not None:
                found.insert(0, branch.key)
            branch = branch.parent
        return found

    @property
    def path(self) -> str:
        """How to reach it in its group, such as `items[0].sku`."""
        return path_text(self.keys)


def entries(value: Any) -> Iterator[tuple[Key | None, Any]]:
    """Keys and values below a value."""
    match value:
        case Pairs():
            yield from value.pairs
        case JsonValue():
            yield from members(value, 0, len(value))
        case Range():
            yield from members(value.value, value.first, value.stop)


def members(value: JsonValue, first: int, stop: int) -> Iterator[tuple[Key | None, Any]]:
    """Members `first` to `stop` of a value, or ranges of them."""
    if stop - first <= MOST_CHILDREN:
        yield from value.members(first, stop)
        return
    size = range_size(stop - first)
    for begin in range(first, stop, size):
        yield None, Range(value, begin, min(begin + size, stop))


def range_size(count: int) -> int:
    """How many of `count` members stand under one row; 1 when each has its own."""
    size = 1
    while count > size * MOST_CHILDREN:
        size *= RANGE
    return size

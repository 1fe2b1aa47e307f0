"""Aggregates: things whose state follows from their history, and rules that decide what may be added to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar

from examples.orders.plain import from_plain, to_plain

__all__ = ["Aggregate", "RuleBroken", "demand"]

S = TypeVar("S")


class RuleBroken(ValueError):
    """A command that the state of the aggregate does not allow; the sentence says why."""


def demand(condition: object, sentence: str) -> None:
    """Raise RuleBroken unless a rule is kept."""
    if not condition:
        raise RuleBroken(sentence)


class Aggregate(ABC, Generic[S]):
    """A base: `FACTS` are the classes of its facts by event type, `State` is a frozen dataclass.

    `version` counts the facts of its history, those in `changes` included, which are not stored yet.
    """

    id_name: ClassVar[str]
    """What its id is called in payloads."""

    FACTS: ClassVar[Mapping[str, type[Any]]]
    State: ClassVar[type[Any]]

    def __init__(self, id: str, state: S | None = None, version: int = 0) -> None:  # noqa: A002
        self.id = id
        self.state: S = self.State() if state is None else state
        self.version = version
        self.changes: list[Any] = []

    @abstractmethod
    def evolve(self, state: S, fact: Any) -> S:
        """The state after `fact`; it never fails, since what has happened has happened."""

    def record(self, fact: Any) -> None:
        """Add a new fact to the history."""
        self._apply(fact)
        self.changes.append(fact)

    def replay(self, history: Iterable[tuple[str, Mapping[str, Any]]]) -> Self:
        """Take in facts that are stored, as types and payloads, and return the aggregate."""
        for type_, payload in history:
            self._apply(from_plain(self.FACTS[type_], payload))
        return self

    def snapshot(self) -> dict[str, Any]:
        """The state as plain data."""
        plain: dict[str, Any] = to_plain(self.state)
        return plain

    @classmethod
    def of_snapshot(cls, id: str, version: int, plain: Mapping[str, Any]) -> Self:  # noqa: A002
        """An aggregate as it was at `version`."""
        return cls(id, from_plain(cls.State, plain), version)

    @classmethod
    def type_of(cls, fact: Any) -> str:
        """The event type of a fact."""
        return next(name for name, kind in cls.FACTS.items() if kind is type(fact))

    def _apply(self, fact: Any) -> None:
        self.state = self.evolve(self.state, fact)
        self.version += 1

"""`python -m examples.roles.compare`: the event-driven cache beside a TTL cache, under the same questions.

Both are asked by the same people at the same moments of a made-up hour, over a SQLite table each, and after
every answer the table is looked up to see whether it was true. Figures are what came out here; the document's
are beside them.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from eventscope import EventBus, EventHandler
from examples.roles.cache import EventDrivenRoleCache
from examples.roles.system import Roles
from examples.roles.ttl_cache import CLEAN_EVERY_S, TtlRoleCache
from examples.roles.users import ADMIN, USER
from examples.timeline import settled

__all__ = ["Figures", "Load", "compare", "main", "table"]

Row = tuple[str, str, str, str, str]
Cache = EventDrivenRoleCache | TtlRoleCache

HEAD: Final[Row] = ("measure", "document: TTL", "document: events", "here: TTL", "here: events")


@dataclass(frozen=True)
class Load:
    """How many people ask how often, and how often a role changes, in how many seconds."""

    users: int = 200
    questions: int = 12_000
    changes: int = 60
    seconds: float = 3_600.0
    seed: int = 1

    def moments(self) -> Iterator[tuple[float, str, int]]:
        """When somebody (by number) asks or is changed, in order. A few ask much, many seldom."""
        chance = Random(self.seed)  # noqa: S311
        each = [("ask", int(self.users * chance.random() ** 3)) for _ in range(self.questions)]
        each += [("change", int(self.users * chance.random() ** 3)) for _ in range(self.changes)]
        return iter(sorted((chance.uniform(0, self.seconds), what, who) for what, who in each))


@dataclass(slots=True)
class Figures:
    """What came out for one cache. `longest_stale_s` is in seconds of the made-up hour."""

    hit_rate: float = 0.0
    queries: int = 0
    cleanings: int = 0
    wrong: int = 0
    longest_stale_s: float = 0.0
    events: int = 0
    bytes_each: float = 0.0
    answer_us: float = 0.0


class Clock:
    """The time of the made-up hour."""

    now = 0.0

    def __call__(self) -> float:
        """Seconds since its beginning."""
        return self.now


async def compare(load: Load) -> tuple[Figures, Figures]:
    """The figures of the TTL cache and of the event-driven one."""
    return await measured(load, by_events=False), await measured(load, by_events=True)


async def measured(load: Load, *, by_events: bool) -> Figures:
    """One cache through the whole hour."""
    async with EventBus(name="roles") as bus, Roles(bus) as system:
        clock = Clock()
        cache = system.cache if by_events else TtlRoleCache(clock)
        if by_events:
            EventHandler.register_all(bus, *system.components)
        run = Run(load, clock, cache, system)
        await run.play()
        await settled(bus)
        return run.result()


class Run:
    """Asks a cache, changes roles, and checks each answer."""

    def __init__(self, load: Load, clock: Clock, cache: Cache, system: Roles) -> None:
        self._load = load
        self._clock = clock
        self._cache = cache
        self._system = system
        self._true: dict[int, str] = {}
        self._changed_at: dict[int, float] = {}
        self._figures = Figures()
        self._queries = 0
        self._asked_s = 0.0

    async def play(self) -> None:
        """The whole hour."""
        for user_id in range(self._load.users):
            await self._system.users.upsert(user_id, f"user {user_id}")
            self._true[user_id] = USER
        do: dict[str, Callable[[int], Awaitable[None]]] = {"ask": self._ask, "change": self._change}
        for at, what, who in self._load.moments():
            self._pass(at)
            await do[what](who)

    def _pass(self, at: float) -> None:
        """Let time pass, and the background task of the TTL cache run when it is due."""
        if isinstance(self._cache, TtlRoleCache):
            for _ in range(int(self._clock.now // CLEAN_EVERY_S), int(at // CLEAN_EVERY_S)):
                self._cache.clean()
        self._clock.now = at

    async def _ask(self, who: int) -> None:
        users, began = self._system.users, time.perf_counter()
        before = users.queries
        role = await self._cache.get_role(who, users.get)
        self._asked_s += time.perf_counter() - began
        self._queries += users.queries - before
        if role != self._true[who]:
            self._figures.wrong += 1
            stale = self._clock.now - self._changed_at[who]
            self._figures.longest_stale_s = max(self._figures.longest_stale_s, stale)

    async def _change(self, who: int) -> None:
        role = USER if self._true[who] == ADMIN else ADMIN
        await self._system.actions.set_role(who, role)
        self._true[who], self._changed_at[who] = role, self._clock.now

    def result(self) -> Figures:
        """The figures at the end."""
        figures, cache = self._figures, self._cache
        figures.hit_rate = cache.get_stats()["hit_rate_percent"]
        figures.queries = self._queries
        figures.answer_us = 1e6 * self._asked_s / self._load.questions
        figures.bytes_each = size_of(cache) / max(1, len(cache))
        if isinstance(cache, TtlRoleCache):
            figures.cleanings = cache.cleanings
        else:
            figures.events = cache.events_processed
        return figures


def size_of(cache: Cache) -> int:
    """Bytes of the entries and the table that holds them; user ids and roles belong to others as well."""
    known = cache._known
    return sys.getsizeof(known) + sum(map(sys.getsizeof, known.values()))


def table(ttl: Figures, events: Figures) -> str:
    """The document's table, with our figures beside it."""
    changed = "up to 5 min old"
    rows: list[Row] = [
        HEAD,
        ("answers from the cache", "50 %", "75 %", f"{ttl.hit_rate} %", f"{events.hit_rate} %"),
        ("background tasks run", "every minute", "none", f"{ttl.cleanings}", f"{events.cleanings}"),
        ("queries for answers", "periodic", "on a miss", f"{ttl.queries:,}", f"{events.queries:,}"),
        ("wrong answers", "", "", f"{ttl.wrong:,}", f"{events.wrong:,}"),
        ("oldest answer", changed, "never old", f"{ttl.longest_stale_s:.0f} s", f"{events.longest_stale_s:.0f} s"),
        ("events processed", "0", "6", f"{ttl.events}", f"{events.events}"),
        ("bytes per user", "about 26", "about 26", f"{ttl.bytes_each:.0f}", f"{events.bytes_each:.0f}"),
        ("microseconds per answer", "medium load", "minimal load", f"{ttl.answer_us:.0f}", f"{events.answer_us:.0f}"),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join((lines[0], "-" * len(lines[0]), *lines[1:]))


def main(argv: Sequence[str] | None = None) -> int:
    """Compare and print the table."""
    parser = argparse.ArgumentParser(prog="python -m examples.roles.compare", description=__doc__)
    parser.add_argument("--users", type=int, default=Load.users, help="how many people (default %(default)s)")
    parser.add_argument("--questions", type=int, default=Load.questions, help="(default %(default)s)")
    parser.add_argument("--changes", type=int, default=Load.changes, help="changed roles (default %(default)s)")
    parser.add_argument("--seed", type=int, default=Load.seed, help="another seed, another hour")
    given = parser.parse_args(argv)
    load = Load(given.users, given.questions, given.changes, seed=given.seed)
    print(table(*asyncio.run(compare(load))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Profiles in the order in which the user keeps them; each change makes a new list."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import count
from typing import Final

import msgspec

from app.profiles.profile import LONGEST_NAME, Profile, profile_name

__all__ = ["MOST_PROFILES", "Profiles"]

MOST_PROFILES: Final = 200


class Profiles:
    """No two profiles have the same name."""

    def __init__(self, profiles: tuple[Profile, ...] = ()) -> None:
        self._profiles = profiles

    def __iter__(self) -> Iterator[Profile]:
        return iter(self._profiles)

    def __len__(self) -> int:
        return len(self._profiles)

    def __contains__(self, name: object) -> bool:
        return any(profile.name == name for profile in self)

    def named(self, name: str) -> Profile:
        """The profile of that name; raises ValueError with a sentence that says which there are."""
        for profile in self:
            if profile.name == name:
                return profile
        names = [profile.name for profile in self]
        if not names:
            raise ValueError(f"there is no profile {name!r}; none is saved yet")
        close = get_close_matches(name, names, 1)
        advice = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(map(repr, names[:20]))}"
        raise ValueError(f"there is no profile {name!r}; {advice}")

    def with_profile(self, profile: Profile) -> Profiles:
        """With a profile in place of the one with its name, or at the end; raises ValueError when it is full."""
        if profile.name in self:
            return Profiles(tuple(profile if each.name == profile.name else each for each in self))
        if len(self) >= MOST_PROFILES:
            raise ValueError(f"there are {MOST_PROFILES} profiles already; delete some")
        return Profiles((*self, profile))

    def without(self, name: str) -> Profiles:
        """Without a profile."""
        return Profiles(tuple(each for each in self if each.name != name))

    def renamed(self, old: str, new: str) -> Profiles:
        """With another name for a profile; raises ValueError with a sentence."""
        name = profile_name(new)
        if name != old and name in self:
            raise ValueError(f"there is a profile {name!r} already")
        return Profiles(tuple(msgspec.structs.replace(each, name=name) if each.name == old else each for each in self))

    def moved(self, name: str, by: int) -> Profiles:
        """With a profile `by` places further down, or up, as far as there are places."""
        order = list(self)
        at = order.index(self.named(name))
        profile = order.pop(at)
        order.insert(min(max(at + by, 0), len(order)), profile)
        return Profiles(tuple(order))

    def free_name(self, name: str) -> str:
        """The name, with a number behind it if it is taken."""
        wanted = name[: LONGEST_NAME - 5]
        numbered = (name if n == 1 else f"{wanted} {n}" for n in count(1))
        return next(each for each in numbered if each not in self)

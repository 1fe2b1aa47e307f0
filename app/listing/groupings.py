"""Groupings: the ways in which rows can be grouped, by the names that the settings know them by."""

from __future__ import annotations

from functools import partial

from app.listing.folded import Folded
from app.listing.latest import Latest
from app.listing.layers import Make
from app.store.store import Store
from app.table_setup import Grouping

__all__ = ["make_of"]


def make_of(grouping: Grouping, store: Store) -> Make | None:
    """What groups the rows of a listing so; None when each is to be shown."""
    if not grouping:
        return None
    if grouping == "repeats":
        return partial(Folded, store=store)
    return partial(Latest, store=store, field=grouping)

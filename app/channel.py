"""What a channel is called, without the place in it: `orders[3]@1042`, `orders[0]@7` and `orders@17-0` are `orders`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["channel_name"]

PARTITION: Final = re.compile(r"\[\d+\]$")


def channel_name(channel: str) -> str:
    """The topic, stream, exchange or bus of a channel as rows state it."""
    place, at, offset = channel.rpartition("@")
    return _name_of(place if at and offset.replace("-", "", 1).isdecimal() else channel)


@lru_cache(maxsize=4_096)
def _name_of(place: str) -> str:
    """What is before a routing key and a partition. There are few of these, and an offset for each row."""
    return PARTITION.sub("", place.partition(" → ")[0])

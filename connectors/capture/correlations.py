"""Correlations: in which leaves an id occurs, without reading their dictionaries.

A settled leaf has a hash of each of its correlation ids in one of its **buckets**, beside the code. The hash says
which bucket, so one small piece of each leaf is read. Two ids may share a hash: what is found is then looked up
in the dictionary.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from connectors.capture.codec import Damaged

IDS: Final = 512
"""In a bucket, about."""

ENTRY: Final = np.dtype([("hash", "<u4"), ("code", "<u2")])


def bucket_count(texts: int) -> int:
    """How many buckets there are for a dictionary of so many texts: a power of two."""
    return 1 << (texts // IDS).bit_length()


def hash_of(text: str) -> int:
    """32 bits that are the same for the same text; the first of them say which bucket."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def bucket_of(text: str, buckets: int) -> int:
    """The bucket that a text is in."""
    return hash_of(text) * buckets >> 32


def buckets_of(texts: Sequence[str | None]) -> list[bytes]:
    """The buckets of a dictionary, whose first text is None."""
    count = bucket_count(len(texts))
    hashes = np.fromiter((hash_of(text or "") for text in texts[1:]), np.uint32, len(texts) - 1)
    order = np.argsort(hashes)  # to sort the entries themselves would keep other threads waiting, ten times as long
    entries: Any = np.empty(len(hashes), ENTRY)
    entries["hash"], entries["code"] = hashes[order], order + 1
    firsts = np.arange(1, count, dtype=np.uint64) * np.uint64(2**32 // count)
    return [bucket.tobytes() for bucket in np.split(entries, np.searchsorted(entries["hash"], firsts))]


def codes_in(bucket: bytes, text: str) -> list[int]:
    """The codes that stand in a bucket beside the hash of a text. Raises Damaged."""
    if len(bucket) % ENTRY.itemsize:
        raise Damaged("a bucket that is cut")
    entries = np.frombuffer(bucket, ENTRY)
    return [int(code) for code in entries["code"][entries["hash"] == hash_of(text)]]

"""Which topics are read: those that are named, and those whose whole name matches the pattern."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from connectors.kafka.metadata import ClusterView, Partition
from connectors.wording import many

__all__ = ["Topics"]


class Topics:
    """The user's choice. It is matched here, against the list of all topics, so that the broker is asked nothing."""

    def __init__(self, names: Sequence[str], pattern: str | None) -> None:
        self._names = names
        self._pattern = re.compile(pattern) if pattern else None
        self._text = pattern

    def partitions(self, view: ClusterView) -> list[Partition]:
        """All partitions that are to be read."""
        chosen = [topic for topic in view.known.values() if self._chosen(topic.name, internal=topic.internal)]
        return [Partition(topic.name, number) for topic in chosen for number in sorted(topic.leaders)]

    def _chosen(self, name: str, *, internal: bool) -> bool:
        matches = self._pattern is not None and not internal and self._pattern.fullmatch(name) is not None
        return matches or name in self._names

    def missing(self, view: ClusterView) -> list[str]:
        """A sentence for each name that there is no topic of."""
        return [_sentence(name, view) for name in self._names if name not in view.known]

    @property
    def promise(self) -> str:
        """What is read, as the safety badge says it."""
        named = many(len(self._names), "topic") if self._names else ""
        matching = f"topics matching {_plain(self._text)}" if self._text else ""
        return "reads " + " and ".join(filter(None, (named, matching)))

    @property
    def title(self) -> str:
        """The choice as a short name."""
        first, *others = [*self._names, *([self._text] if self._text else [])]
        return _plain(first) + (f" +{len(others)}" if others else "")


def _sentence(name: str, view: ClusterView) -> str:
    close = get_close_matches(name, view.known, 1)
    advice = f"; did you mean {_plain(close[0])}?" if close else ""
    return f"waiting for topic {_plain(name)}, which does not exist or may not be seen{advice}"


def _plain(text: str | None) -> str:
    """A name on one line, and not too long."""
    clean = "".join(c if c.isprintable() else "?" for c in text or "").strip() or "?"
    return clean if len(clean) <= 40 else clean[:39] + "…"

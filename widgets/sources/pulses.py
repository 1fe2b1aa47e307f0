"""Pulses: how the sources are doing that were attached from a URL, for those who see only the URL."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.redaction.urls import without_secrets
from app.session import Session
from app.sources.supervisor import Source
from widgets.look.sparkline import SECONDS
from widgets.sources.card import TONES

__all__ = ["Pulse", "Pulses"]

SAMPLE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """State and rate of one or several sources."""

    word: str
    tone: str
    figure: str
    curve: Sequence[float]


class Followed:
    """A source and its rates of the last half minute."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.rates: deque[float] = deque([0.0] * SECONDS, maxlen=SECONDS)
        self._seen = source.seen

    def sample(self, seconds: float) -> None:
        """Take the rate since the last sample."""
        self.rates.append((self.source.seen - self._seen) / seconds)
        self._seen = self.source.seen


class Pulses:
    """Follows sources by the URLs that they were attached by."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._followed: dict[str, Followed] = {}
        self._sampled = time.monotonic()

    def follow(self, url: str, source: Source) -> None:
        """Remember which source a URL has become."""
        self._followed[without_secrets(url)] = Followed(source)

    def attached(self) -> list[tuple[str, str]]:
        """URL and name of the sources that are followed and still attached."""
        here = [(url, each.source) for url, each in self._followed.items() if each.source in self._session.sources]
        return [(url, "" if source.label == source.connector.label else source.label) for url, source in here]

    def sample(self) -> bool:
        """Take all rates, when a second has passed; whether that was done."""
        passed = time.monotonic() - self._sampled
        if passed < SAMPLE_S:
            return False
        self._sampled = time.monotonic()
        for each in self._followed.values():
            each.sample(passed)
        return True

    def of(self, urls: Sequence[str]) -> Pulse | None:
        """The pulse of what these URLs have become; None if none is attached."""
        known = [self._followed.get(without_secrets(url)) for url in urls]
        here = [each for each in known if each is not None and each.source in self._session.sources]
        if not here:
            return None
        worst = min(here, key=lambda each: each.source.state in TONES and TONES[each.source.state] == "ok")
        curve = [sum(rates) for rates in zip(*(each.rates for each in here), strict=True)]
        state = worst.source.state
        return Pulse(state.value, TONES.get(state, "muted"), f"{curve[-1]:,.0f} rows/s", curve)

"""Charts: what all sources have charted of their brokers, as one picture for each broker, with its recent past."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Final

from app.topology.changes import Change, changes
from app.topology.map import Snapshot
from app.topology.trend import Trend
from eventscope.connector import Chart, Figures, Link, Place, PlaceKind, Spot

MOST_PLACES: Final = 2_000
MOST_LINKS: Final = 10_000
"""Of one source; the rest is left out, and the map says so."""

MOST_CHANGES: Final = 200
TWICE_NS: Final = 10_000_000_000
"""Two sources that watch one broker both notice a change, within this time."""

CARRIERS: Final = (PlaceKind.TOPIC, PlaceKind.EXCHANGE, PlaceKind.QUEUE)
"""What the channel of a row may name, the likeliest first."""

WATCHED: Final = ("depth", "unacked", "lag", "dead_letters", "done")
"""The figures whose movement matters."""


@dataclass
class Charted:
    """A place, since when it is known, when its figures were told last, and how they have moved."""

    broker: str
    place: Place
    since: int
    taken_at: int
    trends: dict[str, Trend] = field(default_factory=dict)
    alone_since: int | None = None
    """Since when nobody reads from it."""
    had_readers: bool = False

    def take(self, place: Place, at: int) -> None:
        """It is this now."""
        self.place, self.taken_at = place, at
        for name in WATCHED:
            if (value := getattr(place.figures, name)) < 0:
                self.trends.pop(name, None)
            elif (trend := self.trends.get(name)) is None:
                self.trends[name] = Trend(value, at)
            else:
                trend.take(value, at)
        readers = place.figures.consumers
        self.had_readers = self.had_readers or readers > 0
        self.alone_since = None if readers else self.alone_since or at


class Charts:
    """The latest chart of each source, merged by broker. In whatever order they came, the same picture."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, Spot], Charted] = {}
        self.links: dict[str, tuple[Link, ...]] = {}
        """By broker, each once, sorted."""
        self.log: deque[Change] = deque(maxlen=MOST_CHANGES)
        self.full = False
        self._charts: dict[str, Chart] = {}
        self._usual: dict[str, PlaceKind] = {}
        """What the channels of each source mostly are."""

    def take(self, source: str, chart: Chart) -> None:
        """This is what `source` charts now."""
        if len(chart.places) > MOST_PLACES or len(chart.links) > MOST_LINKS:
            self.full = True
            chart = replace(chart, places=chart.places[:MOST_PLACES], links=chart.links[:MOST_LINKS])
        before = self._charts.get(source)
        self._charts[source] = chart
        topics = any(place.kind is PlaceKind.TOPIC for place in chart.places)
        self._usual[source] = PlaceKind.TOPIC if topics else PlaceKind.EXCHANGE
        for broker in {chart.broker, before.broker if before else chart.broker}:
            self._merge(broker)
        if before and before.broker == chart.broker and before.places:
            self._note(changes(before, chart))

    def snapshots(self) -> tuple[Snapshot, ...]:
        """How old each broker's picture is, and what it lacks."""
        brokers: dict[str, list[Chart]] = defaultdict(list)
        for chart in self._charts.values():
            brokers[chart.broker].append(chart)
        return tuple(
            Snapshot(broker, max(c.taken_at for c in charts), " · ".join(sorted({c.note for c in charts if c.note})))
            for broker, charts in sorted(brokers.items())
        )

    def home(self, source: str, channel: str) -> tuple[str, Spot] | None:
        """The place that a channel of this source's rows names, declared or not; None if it charts nothing."""
        chart = self._charts.get(source)
        if chart is None:
            return None
        known = [spot for kind in CARRIERS if (chart.broker, spot := Spot(kind, channel)) in self.places]
        return chart.broker, known[0] if known else Spot(self._usual[source], channel)

    def _merge(self, broker: str) -> None:
        told = sorted((c.taken_at, source) for source, c in self._charts.items() if c.broker == broker)
        charts = [self._charts[source] for _, source in told]
        fresh: dict[Spot, tuple[Place, int, int]] = {}
        for chart in charts:
            for place in chart.places:
                before, since, _ = fresh.get(place.spot, (place, chart.taken_at, 0))
                fresh[place.spot] = (_merged(before, place), since, chart.taken_at)
        for key in [key for key in self.places if key[0] == broker and key[1] not in fresh]:
            del self.places[key]
        for spot, (place, since, at) in fresh.items():
            known = self.places.setdefault((broker, spot), Charted(broker, place, since, at))
            known.since = min(known.since, since)
            known.take(place, at)
        self.links[broker] = tuple(sorted({link for chart in charts for link in chart.links}))

    def _note(self, found: list[Change]) -> None:
        for change in found:
            if not any(change.text == old.text and change.at - old.at < TWICE_NS for old in self.log):
                self.log.append(change)


def _merged(older: Place, newer: Place) -> Place:
    """One place as two sources see it: what one of them cannot know is taken from the other."""
    return Place(
        newer.kind,
        newer.name,
        Figures(*_latest(older.figures, newer.figures)),
        newer.text or older.text,
        ours=older.ours or newer.ours,
        idle=older.idle or newer.idle,
    )


def _latest(older: Figures, newer: Figures) -> Iterator[int]:
    for each in fields(Figures):
        value = getattr(newer, each.name)
        yield value if value >= 0 else getattr(older, each.name)

"""Topology: who publishes what and who gets it, from traffic, from declarations, and from what brokers tell."""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.channel import channel_name
from app.phases import ERRORS
from app.store.backlog import Backlog
from app.store.chunk import Chunk
from app.store.codes import ABSENT, OTHERS, Codes
from app.topology.changes import Change
from app.topology.charts import Charts
from app.topology.findings import Finding, find
from app.topology.graph import MOST_EDGES, MOST_NODES, OTHER_EDGE, Graph
from app.topology.map import NodeKind, Talker, TopologyMap
from app.topology.picture import picture
from app.topology.place_findings import find_at_places
from app.topology.talkers import list_talkers
from eventscope.connector import Chart, Declaration
from eventscope.step import Phase

Ints = NDArray[np.int64]

BITS: Final = 13
"""Room for the number of any text of one column in the key of a row."""
MASK: Final = (1 << BITS) - 1
LAST_KEY: Final = np.iinfo(np.int64).max

NO_PRODUCER: Final = "(unknown producers)"
NO_TYPE: Final = "(no type)"


class Topology:
    """The map, kept up to date row by row and chart by chart; it holds 5,000 nodes and says so when more come.

    A row belongs to one edge: producer → type when it was published (or dropped before anybody got
    it), else type → subscription. The edge is found by a key made of the numbers of its texts.
    """

    def __init__(self, most_nodes: int = MOST_NODES, most_edges: int = MOST_EDGES) -> None:
        self._graph = Graph(most_nodes, most_edges)
        self._charts = Charts()
        self._backlog = Backlog(self._take)
        self._most_keys = most_edges
        self._keys = np.array([LAST_KEY])
        self._edges = np.array([OTHER_EDGE])
        self._sources = Codes("source", MOST_NODES)
        self._channels = Codes("channel", MOST_NODES, channel_name)
        self._types = Codes("type", MOST_NODES)
        self._producers = Codes("producer", MOST_NODES)
        self._subscriptions = Codes("subscription", MOST_NODES)

    def add(self, chunk: Chunk, start: int, stop: int) -> None:
        """Take in rows `start` to `stop` of a chunk."""
        self._backlog.add(chunk, start, stop)

    def declare(self, source: str, declaration: Declaration, at: int | None = None) -> None:
        """Replace what `source` declared on this channel, at `at` (ns since the epoch; by default now)."""
        at = time.time_ns() if at is None else at
        self._graph.declare(source, channel_name(declaration.channel), declaration.subscriptions, at)

    def chart(self, source: str, chart: Chart) -> None:
        """Replace what `source` charted of its broker."""
        self._charts.take(source, chart)

    @property
    def changes(self) -> list[Change]:
        """What changed at the brokers since they are watched, newest first."""
        return list(reversed(self._charts.log))

    def map(self, now: int | None = None) -> TopologyMap:
        """The map as it stands at `now` (ns since the epoch)."""
        self._catch_up(now)
        return picture(self._graph, self._charts)

    def talkers(self, now: int | None = None) -> list[Talker]:
        """Each producer of each type, in the order in which they were first seen."""
        self._catch_up(now)
        return list_talkers(self._graph)

    def findings(self, now: int | None = None, drawn: TopologyMap | None = None) -> list[Finding]:
        """What is probably wrong: with subscriptions, with events that nobody handles, with places of brokers.

        `drawn` is the map at `now`, for callers who have it.
        """
        now = time.time_ns() if now is None else now
        drawn = self.map(now) if drawn is None else drawn
        return [*find(drawn, now), *find_at_places(self._charts, drawn, now)]

    def _catch_up(self, now: int | None) -> None:
        self._backlog.flush()
        self._graph.table.advance(time.time_ns() if now is None else now)

    def _take(self, chunk: Chunk, start: int, stop: int) -> None:
        rows = slice(start, stop)
        # A silence before these rows must not be spread over them, nor they over a silence.
        self._graph.table.advance(int(chunk.observed[start]))
        phase = chunk.phase[rows]
        place = self._sources.of(chunk, rows) << BITS | self._channels.of(chunk, rows)
        place = (place << BITS | self._types.of(chunk, rows)) << BITS
        producers, subscriptions = self._producers.of(chunk, rows), self._subscriptions.of(chunk, rows)
        out = (phase == Phase.PUBLISHED) | (subscriptions == ABSENT)
        keys = (place | np.where(out, producers, subscriptions)) << 1 | out
        self._graph.table.count(self._edges_of(chunk, np.arange(start, stop), keys), chunk, rows)
        failed = np.flatnonzero(ERRORS[phase] & ~out)
        if failed.size:
            edges = self._edges_of(chunk, failed + start, (place | producers)[failed] << 1 | 1)
            self._graph.table.count_failures(edges, phase[failed], chunk.observed[rows][failed])

    def _edges_of(self, chunk: Chunk, rows: Ints, keys: Ints) -> Ints:
        """The edge of each row, new ones as far as there is room."""
        places = np.searchsorted(self._keys, keys)
        known = self._keys[places] == keys
        if not known.all() and len(self._keys) <= self._most_keys:
            self._learn(chunk, rows[~known], keys[~known])
            places = np.searchsorted(self._keys, keys)
            known = self._keys[places] == keys
        self._graph.full |= not known.all()
        return np.where(known, self._edges[places], OTHER_EDGE)

    def _learn(self, chunk: Chunk, rows: Ints, keys: Ints) -> None:
        first: dict[int, int] = {}
        for key, row in zip(keys.tolist(), rows.tolist(), strict=True):
            first.setdefault(key, row)
        edges = [self._edge(chunk, row, key) for key, row in first.items()]
        keys = np.concatenate((self._keys, np.fromiter(first, np.int64)))
        order = np.argsort(keys)
        self._keys, self._edges = keys[order], np.concatenate((self._edges, edges))[order]

    def _edge(self, chunk: Chunk, row: int, key: int) -> int:
        """The edge that a key stands for; `row` has that key."""
        graph = self._graph
        who, type_, channel = key >> 1 & MASK, key >> 1 + BITS & MASK, key >> 1 + 2 * BITS & MASK
        place, source = self._channels.texts[channel] or "", self._sources.texts[key >> 1 + 3 * BITS] or ""
        category = chunk.dictionaries["category"].values[int(chunk.category[row])]
        type_node = graph.node(NodeKind.TYPE, place, self._types.texts[type_] or NO_TYPE, category, source)
        if key & 1:
            producer = self._producers.texts[who] or NO_PRODUCER
            return graph.edge(graph.node(NodeKind.PRODUCER, "", producer), type_node)
        subscription = self._subscriptions.texts[who] or OTHERS
        return graph.edge(type_node, graph.node(NodeKind.SUBSCRIPTION, place, subscription, source=source))

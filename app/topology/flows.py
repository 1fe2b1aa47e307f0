"""Flows: the numbers of the graph's edges, added up for the edges that the map draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.topology.edges import ERRORS, FLOW, MEASURED, TOTAL_NS, EdgeTable
from app.topology.graph import Graph
from app.topology.map import NodeKind
from eventscope.step import Phase

__all__ = ["Flows", "flows_between"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEAST_RATE: Final = 1e-3
"""A rate below this is a memory, not traffic."""


@dataclass
class Flows:
    """Columns, one row for each pair of homes with an edge between them, in order of appearance."""

    source: Ints
    target: Ints
    flow: Ints
    errors: Ints
    unhandled: Ints
    counts: Ints
    rates: Floats
    last_seen: Ints

    def error_shares(self) -> Floats:
        """Which part of the latest attempts failed."""
        rates = self.rates
        flow = np.maximum(rates[:, FLOW], rates[:, ERRORS])
        shares: Floats = np.divide(rates[:, ERRORS], flow, out=np.zeros(len(rates)), where=flow > 0)
        return shares

    def mean_ms(self) -> Floats:
        """How long handlings took lately, NaN where none was measured."""
        measured = self.rates[:, MEASURED]
        unknown = np.full(len(measured), np.nan)
        means: Floats = np.divide(self.rates[:, TOTAL_NS] / 1e6, measured, out=unknown, where=measured > 1e-9)
        return means

    def without(self, rows: NDArray[np.bool_]) -> Flows:
        """All but these."""
        return Flows(*(getattr(self, each.name)[~rows] for each in fields(self)))

    def turn_deaths(self, kinds: Sequence[NodeKind]) -> None:
        """A message that died in a queue went from there to where it was seen, not the other way."""
        queues = np.array([kind in (NodeKind.QUEUE, NodeKind.GROUP) for kind in kinds], np.bool_)
        lived = self.counts[:, [Phase.DELIVERED, Phase.HANDLED, Phase.FAILED, Phase.RETRIED]].any(axis=1)
        dead = np.flatnonzero(queues[self.target] & ~lived & (self.counts[:, Phase.DEAD_LETTERED] > 0))
        self.source[dead], self.target[dead] = self.target[dead], self.source[dead]


def flows_between(graph: Graph, homes: Sequence[int]) -> Flows:
    """All edges of the graph, between the homes of its nodes."""
    table, size = graph.table, graph.table.size
    ends = np.array(homes, np.int64)[np.array(graph.ends, np.int64)]
    _, first, belongs = np.unique(ends @ [len(homes) + 1, 1], return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    belongs, first = place[belongs], np.sort(first)
    last_seen = np.zeros(len(first), np.int64)
    np.maximum.at(last_seen, belongs, table.last_seen[:size])

    def summed(column: NDArray[Any]) -> Any:
        sums = np.zeros((len(first), *column.shape[1:]), column.dtype)
        np.add.at(sums, belongs, column)
        return sums

    return Flows(
        ends[first, 0],
        ends[first, 1],
        summed(table.flow()),
        summed(table.errors()),
        summed(table.unhandled[:size]),
        summed(table.counts[:size]),
        summed(living_rates(table)),
        last_seen,
    )


def living_rates(table: EdgeTable) -> Floats:
    """The rates of all edges, without those that are a memory."""
    rates = table.rates[: table.size]
    return np.where(rates < LEAST_RATE, 0.0, rates)

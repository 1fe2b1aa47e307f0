"""Top talkers: who publishes how much of which type."""

from __future__ import annotations

from app.topology.charts import Charts
from app.topology.edges import BYTES, FLOW
from app.topology.flows import flows_between
from app.topology.graph import Graph
from app.topology.homes import homes
from app.topology.map import NodeKind, Talker


def list_talkers(graph: Graph) -> list[Talker]:
    """The edges that leave producers."""
    numbers, residents = homes(graph.nodes, Charts())
    nodes, flows = list(residents), flows_between(graph, numbers)
    whole = sum(
        rate
        for source, rate in zip(flows.source.tolist(), flows.rates[:, FLOW].tolist(), strict=True)
        if nodes[source][0] is NodeKind.PRODUCER
    )
    columns = (flows.source, flows.target, flows.flow, flows.rates, flows.errors, flows.last_seen)
    return [
        Talker(
            type=nodes[target][2],
            producer=nodes[source][2],
            channel=nodes[target][1],
            count=count,
            rate=rates[FLOW],
            bytes_per_s=rates[BYTES],
            share=rates[FLOW] / whole if whole else 0.0,
            errors=errors,
            last_seen=last_seen,
        )
        for source, target, count, rates, errors, last_seen in zip(*(c.tolist() for c in columns), strict=True)
        if last_seen and nodes[source][0] is NodeKind.PRODUCER
    ]

"""Late: which deliveries of a trace took longer than their priority allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.latency.budgets import DEFAULT_BUDGETS_MS
from app.traces.delivery import DeliveryState
from app.traces.nodes import NodeKind, TraceNode

__all__ = ["mark_budgets"]


def mark_budgets(nodes: Sequence[TraceNode], budgets_ms: Mapping[int, float]) -> None:
    """Mark the deliveries that took longer than their priority allows."""
    limits = {priority: ms * 1e6 for priority, ms in {**DEFAULT_BUDGETS_MS, **budgets_ms}.items()}
    for node in nodes:
        if node.kind is NodeKind.DELIVERY and node.total_ns is not None and node.state is not DeliveryState.RUNNING:
            node.over = node.total_ns > limits.get(node.priority, float("inf"))

"""The events of NeuroGraph, in one place: a component imports the types, never another component."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["EventType"]


class EventType(StrEnum):
    """What happens; the first word is the category."""

    TOKEN_CREATED = "token.created"  # noqa: S105
    TOKEN_UPDATED = "token.updated"  # noqa: S105
    TOKEN_DELETED = "token.deleted"  # noqa: S105
    SPATIAL_INDEXED = "spatial.indexed"
    SPATIAL_REBUILD_REQUESTED = "spatial.rebuild_requested"
    GRAPH_CONNECTION_ADDED = "graph.connection_added"
    GRAPH_CLUSTER_DETECTED = "graph.cluster_detected"
    DNA_CONSTRAINT_VIOLATED = "dna.constraint_violated"
    DNA_MUTATED = "dna.mutated"
    EVOLUTION_GENERATION_COMPLETED = "evolution.generation_completed"
    EXPERIENCE_BATCH_STORED = "experience.batch_stored"

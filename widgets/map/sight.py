"""Sight: the topology at one instant, as map and table show it; a held window shows the same one on and on."""

from __future__ import annotations

from typing import NamedTuple

from app.topology.findings import Finding
from app.topology.map import Talker, TopologyMap
from app.topology.topology import Topology
from widgets.map.scene import Findings

__all__ = ["Sight", "sight_of"]


class Sight(NamedTuple):
    """What was known `at` an instant (ns since the epoch); findings by the id of their node."""

    at: int
    picture: TopologyMap
    talkers: list[Talker]
    findings: Findings


def sight_of(topology: Topology, now: int) -> Sight:
    """What is known `now` (ns since the epoch)."""
    picture = topology.map(now)
    found: dict[str, list[Finding]] = {}
    for finding in topology.findings(now, picture):
        found.setdefault(finding.node, []).append(finding)
    return Sight(now, picture, topology.talkers(now), found)

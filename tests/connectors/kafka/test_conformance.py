"""The Kafka connector through the suite that every connector passes."""

from __future__ import annotations

import pytest
from kafka_world import Cluster, KafkaWorld

from tests.connectors.conformance import DeliveryConformance, World


class TestKafka(DeliveryConformance):
    @pytest.fixture
    async def world(self, cluster: Cluster, name: str) -> World:
        await cluster.create(name)
        return KafkaWorld(cluster, name)


class TestKafkaInAProcess(TestKafka):
    in_a_process = True

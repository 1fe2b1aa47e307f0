"""The RabbitMQ connector, put through the conformance suite on a real node."""

from __future__ import annotations

import pytest
from rabbitmq_world import Application, RabbitWorld

from tests.connectors.conformance import DeliveryConformance, World


class TestRabbit(DeliveryConformance):
    @pytest.fixture
    def world(self, application: Application, fanout: str) -> World:
        return RabbitWorld(application, fanout)


class TestRabbitInAProcess(TestRabbit):
    in_a_process = True

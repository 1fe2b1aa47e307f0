"""compose.yaml gives a user the brokers that the examples expect, and gives them to nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from kafka_broker import VERSION

from connectors.kafka.options import DEFAULT_PORT
from connectors.registry import open_source
from examples.story.addresses import reader


@pytest.fixture(scope="module")
def services(root: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((root / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return loaded


def ports(service: dict[str, Any]) -> set[str]:
    return {str(text) for text in service["ports"]}


def test_every_port_is_reachable_from_this_machine_alone(services: dict[str, Any]) -> None:
    published = [text for service in services.values() for text in ports(service)]
    assert len(published) == 3
    for text in published:
        host, outside, inside = text.split(":")
        assert (host, outside) == ("127.0.0.1", inside)


def test_the_versions_are_named_and_kafka_is_the_one_that_is_tested(services: dict[str, Any]) -> None:
    assert services["kafka"]["image"] == f"apache/kafka:{VERSION}"
    assert services["rabbitmq"]["image"] == "rabbitmq:4-management"


def test_the_ports_are_those_that_urls_and_examples_have_by_default(services: dict[str, Any]) -> None:
    amqp = open_source("amqp://guest@127.0.0.1/?exchange=events").options
    host, port = amqp.address(tls=False)
    _, management = amqp.management_address(tls=False)
    assert ports(services["kafka"]) == {f"127.0.0.1:{DEFAULT_PORT}:{DEFAULT_PORT}"}
    assert ports(services["rabbitmq"]) == {f"{host}:{each}:{each}" for each in (port, management)}
    examples = reader(None).parse_args([])
    assert examples.kafka == f"127.0.0.1:{DEFAULT_PORT}"
    assert f"@127.0.0.1:{port}/" in examples.amqp

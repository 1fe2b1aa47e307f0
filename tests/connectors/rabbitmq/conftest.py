"""One node for all tests here, and an application on it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import rabbitmq_world
from rabbitmq_broker import RabbitNode, installed_server, running_node
from rabbitmq_world import Application
from stopwatch import Stopwatch
from wire_proxy import WireProxy, wire_proxy

numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test may have to install the server."""
    if installed_server() is None:
        for item in items:
            if "node" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.timeout(500))


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    with running_node(tmp_path_factory.mktemp("rabbitmq")) as node:
        yield node


@pytest.fixture
async def application(node: RabbitNode) -> AsyncIterator[Application]:
    async with contextlib.aclosing(Application(node)) as application:
        await application.start()
        yield application


@pytest.fixture
def name() -> str:
    """The name of an exchange and of a queue that no other test uses."""
    return f"orders-{next(numbers)}"


@pytest.fixture
def fanout(node: RabbitNode, name: str) -> str:
    """A fanout exchange with a queue of the same name."""
    node.exchange(name, "fanout")
    node.queue(name)
    node.bind(name, name)
    return name


@pytest.fixture
async def wire(node: RabbitNode) -> AsyncIterator[WireProxy]:
    """A way to the node that can be cut and stalled."""
    async with wire_proxy(("127.0.0.1", node.port)) as proxy:
        yield proxy


@pytest.fixture
def back(record_property: Callable[[str, object], None]) -> Stopwatch:
    """Measures how long it takes to recover."""
    return Stopwatch(record_property)


@pytest.fixture
def runner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has connectors run where its parameter says."""
    monkeypatch.setattr(rabbitmq_world, "runner", request.param)

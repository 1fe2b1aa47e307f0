"""One Redis for all tests here, and a program that writes to it."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis
from redis_server import RedisServer, running_redis

numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test may have to install the server."""
    if shutil.which("redis-server") is None:
        for item in items:
            if "server" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.timeout(500))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def program(server: RedisServer) -> AsyncIterator[Redis]:
    client = Redis(port=server.port, protocol=2)
    yield client
    await client.aclose()


@pytest.fixture
def name() -> str:
    """The name of a channel or a stream that no other test uses."""
    return f"orders-{next(numbers)}"

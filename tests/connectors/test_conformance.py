"""Our connectors and the example one, each put through the conformance suite."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connectors.demo.connector import DemoConnector, DemoOptions
from eventscope import EventBus
from eventscope.connector import Connector
from tests.connectors.conformance import ConnectorConformance, DeliveryConformance, World
from tests.connectors.worlds import FileWorld, InProcessWorld, SqliteWorld, TapWorld, UdpWorld

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "connector_example" / "eventscope_udp.py"


@pytest.fixture
async def bus() -> AsyncIterator[EventBus]:
    async with EventBus(name="under test") as bus:
        yield bus


class TestInProcess(DeliveryConformance):
    @pytest.fixture
    def world(self, bus: EventBus) -> World:
        return InProcessWorld(bus)


class TestTap(DeliveryConformance):
    @pytest.fixture
    def world(self, bus: EventBus, tmp_path: Path) -> World:
        return TapWorld(bus, tmp_path / "tap.sock")


class TestTapInAProcess(TestTap):
    in_a_process = True


class TestFollowedFile(DeliveryConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return FileWorld(tmp_path / "events.jsonl")


class TestFollowedFileInAProcess(TestFollowedFile):
    in_a_process = True


class TestFileToItsEnd(DeliveryConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return FileWorld(tmp_path / "events.jsonl", follow=0)


class TestFollowedTable(DeliveryConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return SqliteWorld(tmp_path / "shop.db")


class TestFollowedTableInAProcess(TestFollowedTable):
    in_a_process = True


class TestTableToItsEnd(DeliveryConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return SqliteWorld(tmp_path / "shop.db", follow=0)


class TestDemo(ConnectorConformance):
    @pytest.fixture
    def world(self) -> World:
        return DemoWorld()


class TestExample(DeliveryConformance):
    @pytest.fixture
    def world(self) -> World:
        return UdpWorld(example())


class TestExampleInAProcess(ConnectorConformance):
    """Without its deliveries: a datagram that a busy machine has no time for is gone."""

    in_a_process = True

    @pytest.fixture
    def world(self, monkeypatch: pytest.MonkeyPatch) -> World:
        monkeypatch.syspath_prepend(EXAMPLE.parent)
        return UdpWorld(example())


class DemoWorld(World):
    scheme = "demo"

    def connector(self) -> Connector:
        return DemoConnector(DemoOptions(rate=500.0, seed=7))


def example() -> type[Connector]:
    """The connector of the example, imported as an installed package would be."""
    name = EXAMPLE.stem
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, EXAMPLE)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name].UdpConnector  # type: ignore[no-any-return]

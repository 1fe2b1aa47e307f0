"""What holds for all tests: shared suites explain their assertions, and tests of one broker share a worker."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.connectors.conformance")

BROKERS = Path(__file__).parent / "connectors"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several workers, each file runs in one, and so do all files that share a broker."""
    for item in items:
        folder = item.path.parent
        home = folder if folder.parent == BROKERS else item.path
        item.add_marker(pytest.mark.xdist_group(str(home.relative_to(BROKERS.parent))))

"""What holds for all tests: shared suites explain their assertions, tests of one broker share a worker, and nothing
fails because the machine is busy.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.connectors.conformance")

settings.register_profile(
    "patient", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("patient")

BROKERS = Path(__file__).parent / "connectors"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several workers, each file runs in one, and so do all files that share a broker."""
    for item in items:
        folder = item.path.parent
        home = folder if folder.parent == BROKERS else item.path
        item.add_marker(pytest.mark.xdist_group(str(home.relative_to(BROKERS.parent))))

"""Marks a test that holds for both runners. Its folder has a fixture `runner` that heeds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eventscope.connector import Runner


def both_runners(test: Callable[..., Any]) -> Callable[..., Any]:
    """Run a test twice."""
    marked: Callable[..., Any] = pytest.mark.usefixtures("runner")(test)
    return pytest.mark.parametrize("runner", [Runner.LOOP, Runner.PROCESS], indirect=True)(marked)

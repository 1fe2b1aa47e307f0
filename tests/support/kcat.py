"""kcat, the command-line client of Kafka that copied commands use."""

from __future__ import annotations

import shutil

from debian import installed

__all__ = ["kcat_program"]


def kcat_program() -> str:
    """Where it is; installed when it is missing. Without it the test is skipped, in CI it fails."""
    return installed("kcat", lambda: shutil.which("kcat"))
